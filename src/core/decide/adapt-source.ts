import { columnsRead } from "../compatibility/columns-read.ts";
import { castableColumns } from "../routes/castable-columns.ts";
import { type AdapterPlan, planAdapter } from "../routes/plan-adapter.ts";
import type { ModelExposure } from "./drift-input.ts";
import type { SourceReach } from "./drift-reach.ts";

/** The view through which a model would read a source as it was, or why there can be none. */
export function adaptSource(
  { source, drift, version, changes }: SourceReach,
  { lineage }: ModelExposure,
): AdapterPlan {
  const baseline = drift.open[version]?.version;
  if (baseline === undefined) return { ok: false, because: "Its old shape is not known any more." };
  const table = `raw.${source}`;
  return planAdapter({
    source,
    baseline,
    latest: drift.latest,
    changes,
    // Doubtful renames are split before they come here.
    renameThreshold: 0,
    castable: castableColumns(table, changes, new Map([[table, drift.probes]])),
    needed: columnsRead(lineage, table),
  });
}
