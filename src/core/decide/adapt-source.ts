import { columnsRead } from "../compatibility/columns-read.ts";
import { answerTo } from "../compatibility/probe-answers.ts";
import { reachingChanges } from "../compatibility/reaching-changes.ts";
import { castableColumns } from "../routes/castable-columns.ts";
import { type AdapterPlan, planAdapter } from "../routes/plan-adapter.ts";
import { canonicalJson } from "../std/canonical-json.ts";
import type { ModelExposure } from "./drift-input.ts";
import type { SourceReach } from "./drift-reach.ts";

/**
 * The view through which a model would read a source as it was, or why there can be none.
 * @param isAgreed whether people agreed to it: then values that do not fit the old type are NULL
 */
export function adaptSource(
  { source, drift, version, changes, lag }: SourceReach,
  { lineage }: ModelExposure,
  isAgreed = false,
): AdapterPlan {
  const baseline = drift.open[version]?.version;
  if (baseline === undefined) return { ok: false, because: "Its old shape is not known any more." };
  const table = `raw.${source}`;
  const answers = new Map([[table, drift.probes]]);
  return planAdapter({
    source,
    baseline,
    latest: drift.latest,
    changes,
    // Doubtful renames are split before they come here.
    renameThreshold: 0,
    castable: new Set([
      ...castableColumns(table, changes, answers),
      ...settledCasts(table, { changes, lag, drift }),
      ...(isAgreed ? changes.map(({ column }) => column.toLowerCase()) : []),
    ]),
    needed: columnsRead(lineage, table),
  });
}

/**
 * Casts that an earlier cycle found to keep every value hold until rows say otherwise: where nothing
 * new arrives, there is nothing to ask.
 */
function settledCasts(
  table: string,
  { changes, lag, drift }: Pick<SourceReach, "changes" | "lag" | "drift">,
): readonly string[] {
  if (lag?.route !== "adapt") return [];
  const settled = new Set(lag.settled.map((change) => canonicalJson(change)));
  return reachingChanges(drift.source, table, changes).flatMap(({ change, origin }) => {
    if (!("isLossy" in change) || !settled.has(canonicalJson(change))) return [];
    const [column] = origin?.columns ?? [];
    if (column === undefined) return [];
    const probe = { kind: "lossy_cast", column, to: change.before } as const;
    const hits = answerTo(new Map([[table, drift.probes]]), table, probe)?.hits ?? 0;
    return hits === 0 ? [change.column.toLowerCase()] : [];
  });
}
