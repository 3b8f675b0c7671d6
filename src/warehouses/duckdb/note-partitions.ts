import { OperatingError } from "../../errors/operating-error.ts";
import type { LoadRequest } from "../../ports/warehouse.ts";
import { type ArrivedRows, columnOf, rawField } from "./arrived-rows.ts";
import { temporaryName } from "./claim-load.ts";
import type { StagedColumn } from "./column-cast.ts";
import type { Session } from "./duckdb-session.ts";
import { quarantineTable } from "./quarantine.ts";
import { literal, quoteName, quoteTable } from "./quote-duckdb.ts";
import { readRelation } from "./relation.ts";

/**
 * Notes the partitions (and keys) of the rows that came. What is read of a partition is all of it:
 * its rows of earlier loads go, whether those that come pass their gates or not.
 * @returns the table of them, as SQL; `null` where the load is of all partitions there are
 */
export async function notePartitions(
  session: Session,
  request: LoadRequest,
  rows: ArrivedRows,
): Promise<string | null> {
  const { partitionBy } = request.loading;
  const columns = partitionBy.map((name) => columnOf(request, rows.quarantine.columns, name));
  if (columns.length === 0) {
    throw new OperatingError(
      "SCHEMA_INCOMPATIBLE",
      `${request.source} declares no partition_by; partition needs it`,
      { hint: "Name the columns whose values name a partition." },
    );
  }
  if (request.manifest.scope === "full") return null;
  const key = request.key.map((name) => columnOf(request, rows.quarantine.columns, name));
  const names = new Set([...columns, ...key].map(({ name }) => quoteName(name)));
  const table = temporaryName("partitions", rows.index);
  await session.run(
    `CREATE TEMP TABLE ${table} AS SELECT DISTINCT ${[...names].join(", ")} FROM ${rows.staged.rows}`,
  );
  await forgetAside(session, request, { rows, columns, partitions: table });
  return table;
}

/** Rows of these partitions that earlier loads set aside are read anew, too. */
async function forgetAside(
  session: Session,
  request: LoadRequest,
  given: {
    readonly rows: ArrivedRows;
    readonly columns: readonly StagedColumn[];
    readonly partitions: string;
  },
): Promise<void> {
  const { columns, partitions } = given;
  const { source, loadId } = given.rows.quarantine;
  const table = quoteTable(quarantineTable(source));
  const aside = await readRelation(session, quarantineTable(source));
  if (aside === null) return;
  const has = new Set(aside.columns.map(({ name }) => name.toLowerCase()));
  const isOf: string[] = [];
  if (columns.every(({ name }) => has.has(name.toLowerCase()))) {
    const isSame = columns.map(({ name, type }) => {
      const own = quoteName(name);
      const raw = `TRY_CAST(${rawField("q._raw", name)} AS ${type})`;
      const value = `CASE WHEN q._raw IS NULL THEN CAST(q.${own} AS VARCHAR) ELSE CAST(${raw} AS VARCHAR) END`;
      return `${value} IS NOT DISTINCT FROM CAST(p.${own} AS VARCHAR)`;
    });
    isOf.push(
      `((q._raw IS NULL OR json_valid(q._raw)) AND EXISTS (SELECT 1 FROM ${partitions} AS p WHERE ${isSame.join(" AND ")}))`,
    );
  }
  const { replaces, fileColumn } = request.manifest;
  if (replaces.length > 0) {
    const files = replaces.map(literal).join(", ");
    isOf.push(`q._file IN (${files})`);
    if (fileColumn !== null && has.has(fileColumn.toLowerCase())) {
      isOf.push(`q.${quoteName(fileColumn)} IN (${files})`);
    }
  }
  if (isOf.length === 0) return;
  await session.run(
    `DELETE FROM ${table} AS q WHERE q._load_id <> ${literal(loadId)} AND (${isOf.join(" OR ")})`,
  );
}
