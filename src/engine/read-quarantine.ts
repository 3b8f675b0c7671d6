import type { QuarantineSummary } from "../ports/quarantine.ts";
import type { Warehouse } from "../ports/warehouse.ts";
import { knownSources } from "./known-sources.ts";
import { type ValidProject, validProject } from "./load-project.ts";
import { notFound } from "./not-found.ts";
import type { Parts } from "./parts.ts";
import type { QuarantineRowsReport } from "./quarantine-report.ts";

/** Counts the rows that were set aside, by source. @throws WAREHOUSE_LOCKED while a run goes on */
export async function readQuarantined(parts: Parts): Promise<readonly QuarantineSummary[]> {
  const loaded = validProject(await parts.loadProject());
  return await readingWarehouse(parts, loaded, [], async (warehouse) => warehouse.quarantined());
}

/**
 * The newest rows of one source that were set aside.
 * @throws NOT_FOUND for a source that is not known and has none, WAREHOUSE_LOCKED
 */
export async function readQuarantinedRows(
  parts: Parts,
  source: string,
  limit: number,
): Promise<QuarantineRowsReport> {
  const loaded = validProject(await parts.loadProject());
  const found = await readingWarehouse(
    parts,
    loaded,
    { summaries: [], rows: [] },
    async (warehouse) => {
      const summaries = await warehouse.quarantined();
      const isThere = summaries.some((one) => one.source === source);
      return { summaries, rows: isThere ? await warehouse.quarantinedRows(source, limit) : [] };
    },
  );
  const summary = found.summaries.find((one) => one.source === source);
  if (summary !== undefined) return { source, rowsTotal: summary.rows, rows: found.rows };
  const known = await knownSources(parts);
  if (known.includes(source)) return { source, rowsTotal: 0, rows: [] };
  throw notFound("source", source, [...known, ...found.summaries.map((one) => one.source)]);
}

/** @param without what there is while nothing was ever loaded */
async function readingWarehouse<T>(
  parts: Parts,
  { project }: ValidProject,
  without: T,
  read: (warehouse: Warehouse) => Promise<T>,
): Promise<T> {
  if (!(await parts.hasWarehouse(project))) return without;
  await using warehouse = await parts.openWarehouse(project);
  return await read(warehouse);
}
