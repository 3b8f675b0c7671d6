import type { PruneReport } from "../../engine/prune.ts";
import { formatBytes, formatCounted } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { wrapUnder } from "../text/wrap.ts";

/** What went, or would go. */
export function renderPrune(report: PruneReport, { colors, width }: Style): readonly string[] {
  const { isTrial, catalog, staging, versions } = report;
  const parts = [
    ...some(catalog.runs, "run"),
    ...some(catalog.events, "event"),
    ...some(catalog.objects, "stored object"),
    ...some(catalog.signals, "signal"),
    ...some(staging.extractions, "staged extraction").map(
      (text) => `${text} (${formatBytes(staging.bytes)})`,
    ),
    ...some(versions, "old version"),
  ];
  if (parts.length === 0) return ["Nothing is past its time."];
  const head = isTrial ? "Would remove" : "Removed";
  return [
    ...wrapUnder("", `${head} ${parts.join(", ")}.`, width).map((line, index) =>
      index === 0 ? line.replace(head, colors.bold(head)) : line,
    ),
    ...(isTrial ? ["Nothing was removed: `sluice prune` does."] : []),
  ];
}

function some(count: number, noun: string): readonly string[] {
  return count === 0 ? [] : [formatCounted(count, noun)];
}
