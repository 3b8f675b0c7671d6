import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openProject, type RunReport } from "../../src/index.ts";
import { type PostgresServer, startPostgres } from "../support/postgres-server.ts";
import { repositoryFolder } from "../support/sluice-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeFiles } from "../support/write-files.ts";

// Goal: two real databases go through discover, probe, extract and load; every table holds the
// same rows on both sides; and after changes there, only what changed is extracted.

const shared = join(repositoryFolder, "..", "shared", "data");
const chinookSql = join(shared, "chinook", "Chinook_PostgreSql.sql");
const northwindSql = join(shared, "northwind", "northwind.sql");
const hasData = existsSync(chinookSql) && existsSync(northwindSql);
const databases = ["chinook", "northwind"] as const;

const connection = (database: string, port: number) => `connection: ${database}
type: postgres
options:
  host: 127.0.0.1
  port: ${port}
  user: postgres
  password: \${file:secrets/password}
  database: ${database}
discover:
  - schema: public
    tables: ["*"]
    name: "${database}_{table}"
    strategy: merge
    cursor: xmin
`;

describe.skipIf(!hasData)("Chinook and Northwind in a real PostgreSQL", () => {
  let server: PostgresServer;
  const folder = temporaryFolder();
  const tables = new Map<string, readonly string[]>();

  beforeAll(async () => {
    server = await startPostgres();
    // The script makes and enters a database of its own, which is made here already.
    const chinook = readFileSync(chinookSql, "utf8").replaceAll(
      /^(DROP DATABASE|CREATE DATABASE|\\c).*$/gm,
      "",
    );
    await server.createDatabase("chinook", chinook);
    await server.createDatabase("northwind", readFileSync(northwindSql, "utf8"));
    writeFiles(folder.path, {
      "sluice.yaml": "project: shops\n",
      "secrets/password": server.password,
      "connections/chinook.yaml": connection("chinook", server.port),
      "connections/northwind.yaml": connection("northwind", server.port),
    });
    for (const database of databases) tables.set(database, await tablesOf(server, database));
  });

  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  const runOnce = async (now: string): Promise<RunReport["run"]> => {
    await using project = await openProject({ folder: folder.path });
    const { run } = await project.run({ now: Date.parse(now) });
    const replay = await project.replay(run.id);
    expect(replay).toMatchObject({ identical: true });
    return run;
  };

  const expectEqualSums = async () => {
    for (const database of databases) {
      const names = tables.get(database) ?? [];
      expect(names.length).toBeGreaterThan(10);
      const here = await warehouseSums(join(folder.path, "warehouse.duckdb"), database, names);
      const there = await postgresSums(server, database, names);
      expect(here).toEqual(there);
    }
  };

  test("every table arrives with the same rows and sums", async () => {
    const run = await runOnce("2026-11-20T06:00:00Z");
    expect(run.tasks.filter(({ status }) => status !== "succeeded")).toEqual([]);
    expect(run.tasks.filter(({ id }) => id.endsWith(".load"))).toHaveLength(25);
    await expectEqualSums();
  });

  test("with nothing changed, nothing runs", async () => {
    const run = await runOnce("2026-11-20T07:00:00Z");
    expect(new Set(run.tasks.map(({ status }) => status))).toEqual(new Set(["bypassed"]));
  });

  test("after inserts and updates, only what changed is extracted", async () => {
    await server.run(
      "chinook",
      `UPDATE artist SET name = name || ' (live)' WHERE artist_id <= 7;
       INSERT INTO artist (artist_id, name) SELECT 1000 + n, 'New ' || n FROM generate_series(1, 5) AS n;`,
    );
    await server.run(
      "northwind",
      "UPDATE orders SET freight = freight + 1 WHERE order_id BETWEEN 10248 AND 10250",
    );
    const run = await runOnce("2026-11-21T06:00:00Z");
    const extracted = run.tasks.filter(
      ({ id, status }) => id.endsWith(".extract") && status === "succeeded",
    );
    expect(extracted.map(({ id, rows, detail }) => [id, rows, detail?.["scope"]])).toEqual([
      ["chinook_artist.extract", 12, "increment"],
      ["northwind_orders.extract", 3, "increment"],
    ]);
    await expectEqualSums();
  });
});

async function tablesOf(server: PostgresServer, database: string): Promise<readonly string[]> {
  const client = await server.connect(database);
  try {
    const { rows } = await client.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables
       WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

/** Column names and whether each is a binary fraction, whose text differs between the engines. */
type Shape = readonly { readonly name: string; readonly isFloat: boolean }[];

/** Rows and a digest of all values in the order of their text, the same in both engines. */
function sumQuery(table: string, shape: Shape): string {
  const values = shape.map(({ name, isFloat }) => {
    const column = isFloat ? `CAST("${name}" AS DECIMAL(18, 4))` : `"${name}"`;
    return `coalesce(CAST(${column} AS VARCHAR), '~')`;
  });
  return `SELECT CAST(count(*) AS VARCHAR) AS rows, md5(string_agg(line, '\n' ORDER BY line)) AS sum
    FROM (SELECT md5(${values.join(" || '|' || ")}) AS line FROM ${table}) AS lines`;
}

async function postgresSums(server: PostgresServer, database: string, names: readonly string[]) {
  const client = await server.connect(database);
  const sums: Record<string, readonly string[]> = {};
  try {
    for (const name of names) {
      const shape = await client.query<{ name: string; isFloat: boolean }>(
        `SELECT column_name AS name, data_type IN ('real', 'double precision') AS "isFloat"
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1
         AND data_type <> 'bytea' ORDER BY ordinal_position`,
        [name],
      );
      const query = sumQuery(`public."${name}"`, shape.rows);
      const { rows } = await client.query<{ rows: string; sum: string | null }>(query);
      sums[name] = [rows[0]?.rows ?? "", rows[0]?.sum ?? ""];
    }
    return sums;
  } finally {
    await client.end();
  }
}

async function warehouseSums(file: string, database: string, names: readonly string[]) {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const sums: Record<string, readonly string[]> = {};
  try {
    await connection.run(`ATTACH '${file}' AS checked (READ_ONLY)`);
    for (const name of names) {
      const described = await connection.runAndReadAll(
        `SELECT column_name, data_type IN ('FLOAT', 'DOUBLE') FROM duckdb_columns()
         WHERE database_name = 'checked' AND schema_name = 'raw'
         AND table_name = '${database}_${name}' AND NOT starts_with(column_name, '_')
         AND data_type <> 'BLOB' ORDER BY column_index`,
      );
      const shape = described
        .getRowsJson()
        .map(([column, isFloat]) => ({ name: String(column), isFloat: isFloat === true }));
      const query = sumQuery(`checked.raw."${database}_${name}"`, shape);
      const [row = []] = (await connection.runAndReadAll(query)).getRowsJson();
      sums[name] = row.map((value) => String(value ?? ""));
    }
    return sums;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
