import { rm } from "node:fs/promises";
import type { TableSums } from "../../engine/judge-drill.ts";

/** Columns that say when and by what a row came: they differ between runs that leave the same rows. */
const provenance = ["_load_id", "_loaded_at", "_run", "_valid_from", "_valid_to"];

/**
 * Rows and an order-independent sum over the values of each table and view. Of a history, what is
 * of now; what is in quarantine is left out, for it is kept from load to load.
 */
export async function warehouseSums(file: string): Promise<TableSums> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson();
  try {
    await connection.run(`ATTACH '${file.replaceAll("'", "''")}' AS w`);
    await connection.run("USE w");
    const columns = await rows(
      `SELECT table_schema, table_name, bool_or(column_name = '_is_current')
       FROM information_schema.columns
       WHERE table_catalog = 'w' AND NOT starts_with(table_schema, '_sluice')
         AND table_schema <> 'quarantine' GROUP BY ALL ORDER BY ALL`,
    );
    const sums = new Map<string, { readonly rows: number; readonly sum: string }>();
    const hidden = provenance.map((name) => `'${name}'`).join(", ");
    for (const [schema, table, isHistory] of columns) {
      const now = isHistory === true ? " WHERE _is_current" : "";
      const [[count, sum] = []] = await rows(
        `SELECT count(*), coalesce(sum(hash(t)::HUGEINT), 0)::VARCHAR
         FROM (SELECT COLUMNS(name -> name NOT IN (${hidden})) FROM "${String(schema)}"."${String(table)}"${now}) AS t`,
      );
      sums.set(`${String(schema)}.${String(table)}`, { rows: Number(count), sum: String(sum) });
    }
    return sums;
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(`${file}.tmp`, { recursive: true, force: true });
  }
}
