import { shortHash } from "../../core/std/hash.ts";
import { formatDurationMs } from "../../core/std/time.ts";
import type { RunSummary } from "../../ports/catalog.ts";
import { formatAgo, formatInstant } from "../text/quantity.ts";
import type { Style } from "../text/style.ts";
import { renderTable } from "../text/table.ts";
import { statusPaint } from "./status-words.ts";

/** A table of runs, the newest first. */
export function renderRuns(runs: readonly RunSummary[], style: Style): readonly string[] {
  if (runs.length === 0) return ["No runs yet: `sluice run` starts the first."];
  return renderTable(
    [
      { title: "RUN" },
      { title: "STATUS" },
      { title: "STARTED" },
      { title: "", align: "right", shrinkTo: 4 },
      { title: "TIME", align: "right" },
      { title: "BLUEPRINT", shrinkTo: 6 },
    ],
    runs.map((run) => [
      run.id,
      { text: run.status, paint: statusPaint(run.status, style.colors) },
      formatInstant(run.startedAt),
      { text: formatAgo(run.startedAt, style.now), paint: style.colors.dim },
      run.finishedAt === null ? "" : formatDurationMs(run.finishedAt - run.startedAt),
      shortHash(run.blueprint),
    ]),
    { width: style.width, paintTitle: style.colors.dim },
  );
}
