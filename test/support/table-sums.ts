import { DuckDBInstance } from "@duckdb/node-api";

/** Rows and an order-independent sum over all values of each table and view, by `schema.name`. */
export type TableSums = Readonly<Record<string, string>>;

/** What says which run brought a row: it differs between runs that leave the same data. */
const provenance = "'_load_id', '_run'";

/** Sums every relation of a DuckDB file, except Sluice's own ledger and half-built tables. */
export async function tableSums(file: string): Promise<TableSums> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await connection.run(`ATTACH '${file.replaceAll("'", "''")}' AS checked`);
    const relations = await connection.runAndReadAll(
      `SELECT table_schema, table_name FROM information_schema.tables
       WHERE table_catalog = 'checked' AND NOT starts_with(table_schema, '_sluice')
       ORDER BY ALL`,
    );
    const sums: Record<string, string> = {};
    await connection.run("USE checked");
    for (const [schema, name] of relations.getRowsJson()) {
      const table = `"${schema}"."${name}"`;
      const answer = await connection.runAndReadAll(
        `SELECT count(*), coalesce(sum(hash(t)::HUGEINT), 0)::VARCHAR
         FROM (SELECT COLUMNS(name -> name NOT IN (${provenance})) FROM ${table}) AS t`,
      );
      sums[`${schema}.${name}`] = answer.getRowsJson().flat().join(" ");
    }
    return sums;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
