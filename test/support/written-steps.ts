import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";

type Tables = Readonly<Record<string, readonly unknown[]>>;

/** What each table of `strategy-writer.mjs` must hold, from nothing but the files of its steps. */
const truths: Readonly<Record<string, string>> = {
  days: `WITH whole AS (SELECT max(step) AS step FROM days WHERE step % 5 = 1)
    SELECT day, id, v FROM days WHERE step >= (SELECT step FROM whole)
    QUALIFY step = max(step) OVER (PARTITION BY day)`,
  prices: `SELECT id, v, since AS _valid_from, lead(since) OVER (PARTITION BY id ORDER BY since) AS _valid_to
    FROM (FROM prices QUALIFY row_number() OVER (PARTITION BY id, since ORDER BY step DESC, place DESC) = 1)`,
  stock: "SELECT id, v FROM stock WHERE step = (SELECT max(step) FROM stock)",
  people: `SELECT id, v, epoch_ms(step * 1000) AS _valid_from, epoch_ms(next * 1000) AS _valid_to
    FROM (SELECT *, lead(step) OVER (PARTITION BY id ORDER BY step) AS next FROM people) WHERE NOT gone`,
};

const columns: Readonly<Record<string, string>> = {
  days: "day, id, v",
  prices: "id, v, _valid_from, _valid_to",
  stock: "id, v",
  people: "id, v, _valid_from, _valid_to",
};

/** The tables that a writer filled up to a step, beside what the files of its steps say. */
export async function readSteps(
  folder: string,
  data: string,
  last: number,
): Promise<{ readonly tables: Tables; readonly truth: Tables }> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await connection.run(`ATTACH '${join(folder, "warehouse.duckdb")}' AS checked (READ_ONLY)`);
    const read = async (sql: string) =>
      (await connection.runAndReadAll(`SELECT * FROM (${sql}) ORDER BY ALL`)).getRowsJson();
    const tables: Record<string, readonly unknown[]> = {};
    const truth: Record<string, readonly unknown[]> = {};
    for (const [name, sql] of Object.entries(truths)) {
      await connection.run(
        `CREATE TABLE ${name} AS SELECT * EXCLUDE (filename), row_number() OVER () AS place,
           CAST(regexp_extract(filename, '-(\\d+)\\.csv', 1) AS BIGINT) AS step
         FROM read_csv('${data}/${name}-*.csv', filename = true)`,
      );
      await connection.run(`DELETE FROM ${name} WHERE step > ${last}`);
      tables[name] = await read(`SELECT ${columns[name] ?? "*"} FROM checked.raw.${name}`);
      truth[name] = await read(sql);
    }
    return { tables, truth };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
