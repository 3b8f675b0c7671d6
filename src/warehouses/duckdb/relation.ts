import { type TableName, tableText } from "../../core/schema/table-schema.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { StagedColumn } from "./column-cast.ts";
import type { Session } from "./duckdb-session.ts";
import { literal, quoteTable } from "./quote-duckdb.ts";

/** A table or view as it stands. */
export interface Relation {
  readonly kind: "table" | "view";
  readonly columns: readonly StagedColumn[];
}

export async function readRelation(session: Session, table: TableName): Promise<Relation | null> {
  const where = `database_name = 'warehouse' AND lower(schema_name) = lower(${literal(table.schema)})`;
  const rows = await session.rows(
    `SELECT 'table', '', '' FROM duckdb_tables()
     WHERE ${where} AND lower(table_name) = lower(${literal(table.name)})
     UNION ALL
     SELECT 'view', '', '' FROM duckdb_views()
     WHERE ${where} AND lower(view_name) = lower(${literal(table.name)})
     UNION ALL
     (SELECT 'column', column_name, data_type FROM duckdb_columns()
      WHERE ${where} AND lower(table_name) = lower(${literal(table.name)}) ORDER BY column_index)`,
  );
  const kind = rows.find((row) => row[0] === "table" || row[0] === "view")?.[0];
  if (kind === undefined) return null;
  const columns = rows
    .filter((row) => row[0] === "column")
    .map((row) => ({ name: String(row[1]), type: String(row[2]) }));
  return { kind: kind === "view" ? "view" : "table", columns };
}

/**
 * Keeps Sluice from writing over what it did not make. An empty table may be replaced.
 * @throws WAREHOUSE_REFUSED
 */
export async function refuseForeign(
  session: Session,
  table: TableName,
  relation: Relation | null,
): Promise<void> {
  if (relation === null) return;
  const isEmpty =
    relation.kind === "table" &&
    (await session.count(`SELECT count(*) FROM (FROM ${quoteTable(table)} LIMIT 1)`)) === 0;
  if (isEmpty) return;
  throw new OperatingError(
    "WAREHOUSE_REFUSED",
    `${tableText(table)} is there already, and Sluice did not make it`,
    {
      hint: `Rename or drop the ${relation.kind} ${tableText(table)}, or give the target another name.`,
    },
  );
}

/** Drops what stands under a name when it is of the other kind, which cannot be replaced in place. */
export async function dropOtherKind(
  session: Session,
  table: TableName,
  options: { readonly relation: Relation | null; readonly wanted: Relation["kind"] },
): Promise<void> {
  const { relation, wanted } = options;
  if (relation === null || relation.kind === wanted) return;
  await session.run(`DROP ${relation.kind === "view" ? "VIEW" : "TABLE"} ${quoteTable(table)}`);
}
