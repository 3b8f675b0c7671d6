import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type PostgresServer, startPostgres } from "../support/postgres-server.ts";
import { runSluice, startSluice } from "../support/sluice-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeFiles } from "../support/write-files.ts";

// Goal: a long extraction that is killed goes on where it was, whatever the table's writers do
// meanwhile, and gives what one reading at one instant gives.
// Method: a real server that logs every statement, a process that is killed after its k-th chunk.

const accounts = 200_000;
const total = accounts * 100;

/** Twenty megabytes and eight: with chunks of one there are many of them. */
const tableSql = `
CREATE TABLE accounts (id integer PRIMARY KEY, balance integer NOT NULL, note text NOT NULL);
INSERT INTO accounts SELECT g, 100, repeat('x', 60) FROM generate_series(1, ${accounts}) g;
ANALYZE accounts;
CREATE TABLE parts (id integer, region text NOT NULL, note text) PARTITION BY LIST (region);
CREATE TABLE parts_a PARTITION OF parts FOR VALUES IN ('a');
CREATE TABLE parts_b PARTITION OF parts FOR VALUES IN ('b');
INSERT INTO parts SELECT g, CASE WHEN g % 3 = 0 THEN 'b' ELSE 'a' END, repeat('y', 60)
  FROM generate_series(1, 60000) g;
ANALYZE parts;`;

const logged = ["log_statement=all", "autovacuum=off"];

let server: PostgresServer;
let serverLog = "";
beforeAll(async () => {
  const settings = logged.flatMap((setting) => ["-c", setting]);
  server = await startPostgres(settings, (text) => {
    serverLog += text;
  });
});
afterAll(() => server[Symbol.asyncDispose]());

let folder: ReturnType<typeof temporaryFolder>;
let database = "";
let count = 0;
beforeEach(async () => {
  count += 1;
  database = await server.createDatabase(`bank_${count}`, tableSql);
  folder = temporaryFolder();
  return () => folder[Symbol.dispose]();
});

function project(source: string): void {
  writeFiles(folder.path, {
    "sluice.yaml": "project: bank\n",
    "secrets/password": server.password,
    "connections/bank.yaml": `connection: bank
type: postgres
options:
  host: 127.0.0.1
  port: ${server.port}
  user: postgres
  password: \${file:secrets/password}
  database: ${database}
  checkpoint_mb: 1
sources:
  - ${source}
`,
  });
}

const args = (...more: readonly string[]) => ["run", "--json", "--project", folder.path, ...more];

/** The ranges that were read of this test's table, in the order of the server's log. */
async function rangesRead(): Promise<readonly string[]> {
  const mark = `mark ${performance.now()}`;
  await server.run(database, `/* ${mark} */`);
  while (!serverLog.includes(mark)) await new Promise((resolve) => setImmediate(resolve));
  const from = serverLog.lastIndexOf(`CREATE DATABASE "${database}"`);
  // A statement is told of once more when its client is gone.
  const statement = /statement: COPY \(SELECT .*?\) TO STDOUT/g;
  const copies = serverLog.slice(from).match(statement) ?? [];
  return copies.map((copy) => / WHERE (.*)\) TO STDOUT/.exec(copy)?.[1] ?? "all");
}

/** Chunks that have committed. */
function chunksKept(source: string): number {
  const staging = join(folder.path, ".sluice", "staging", source);
  const list = (path: string) => {
    try {
      return readdirSync(path);
    } catch {
      // Not there yet, or just renamed.
      return [];
    }
  };
  const parts = list(staging).filter((name) => name.startsWith(".part-"));
  return parts
    .flatMap((part) => list(join(staging, part)))
    .filter((name) => name.startsWith("chunk-")).length;
}

async function untilKept(source: string, chunks: number): Promise<void> {
  while (chunksKept(source) < chunks) await new Promise((resolve) => setImmediate(resolve));
}

/** Runs until so many chunks have committed, and kills the process then. */
async function killAfter(source: string, chunks: number): Promise<void> {
  const run = startSluice(args());
  let hasEnded = false;
  run.child.once("close", () => {
    hasEnded = true;
  });
  while (chunksKept(source) < chunks && !hasEnded) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  run.child.kill("SIGKILL");
  expect(await run.ended).toMatchObject({ signal: "SIGKILL" });
  expect(chunksKept(source)).toBeGreaterThanOrEqual(chunks);
}

async function inWarehouse(sql: string): Promise<readonly unknown[]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await connection.run(
      `ATTACH '${join(folder.path, "warehouse.duckdb")}' AS w (READ_ONLY); USE w`,
    );
    return (await connection.runAndReadAll(sql)).getRowsJson()[0] ?? [];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function inSource(sql: string): Promise<readonly unknown[]> {
  const client = await server.connect(database);
  try {
    const { rows } = await client.query({ text: sql, rowMode: "array" });
    return rows[0] ?? [];
  } finally {
    await client.end();
  }
}

const sumOf = (table: string) =>
  `SELECT count(*)::text, md5(string_agg(id || ':' || balance || ':' || note, ',' ORDER BY id))
   FROM ${table}`;

describe("an extraction that is killed", () => {
  test("goes on after its last chunk, by --resume and by a new run alike", async () => {
    project("{ name: accounts, table: accounts }");
    await killAfter("accounts", 5);
    const kept = chunksKept("accounts");
    const before = await rangesRead();
    await killAfter("accounts", kept + 4);
    const again = (await rangesRead()).slice(before.length);
    // What was kept is not read again: only the one that was under way may be.
    expect(new Set([...before.slice(0, kept), ...again]).size).toBe(kept + again.length);
    const resumed = await runSluice(args("--resume"));
    expect(resumed, resumed.stderr).toMatchObject({ exitCode: 0 });
    const all = await rangesRead();
    expect(new Set(all).size).toBeGreaterThan(15);
    // Two kills: at most two ranges each were read and not kept.
    expect(all.length - new Set(all).size).toBeLessThanOrEqual(4);
    expect(await inWarehouse(sumOf("raw.accounts"))).toEqual(await inSource(sumOf("accounts")));
    expect(chunksKept("accounts")).toBe(0);
  });

  test("reads again only the chunks that were written to, and shows one instant", async () => {
    project("{ name: accounts, table: accounts }");
    await killAfter("accounts", 12);
    const before = await rangesRead();
    // In the first chunk a row is changed, one deleted and one put in the freed place.
    await server.run(
      database,
      `UPDATE accounts SET balance = balance + 1 WHERE id = 5;
       UPDATE accounts SET balance = balance - 1 WHERE id = 6;`,
    );
    const writer = await server.connect(database);
    let isOver = false;
    let transfers = 0;
    const writing = (async () => {
      while (!isOver) {
        const [from, to] = [1 + ((transfers * 7919) % 2_000), accounts - (transfers % 2_000)];
        await writer.query(
          `WITH taken AS (UPDATE accounts SET balance = balance - 1 WHERE id = ${from} RETURNING id)
           UPDATE accounts SET balance = balance + 1 WHERE id = ${to}`,
        );
        transfers += 1;
      }
    })();
    const run = await runSluice(args());
    isOver = true;
    await writing;
    await writer.end();
    expect(run, run.stderr).toMatchObject({ exitCode: 0 });
    expect(transfers).toBeGreaterThan(10);
    // Money is neither made nor lost in any one instant; between two of them it would be.
    expect(await inWarehouse("SELECT count(*)::INT, sum(balance)::INT FROM raw.accounts")).toEqual([
      accounts,
      total,
    ]);
    const again = (await rangesRead()).slice(before.length);
    expect(again).toContain(before[0]);
    expect(again).not.toContain(before[6]);
    const last = await runSluice(args());
    expect(last, last.stderr).toMatchObject({ exitCode: 0 });
    expect(await inWarehouse(sumOf("raw.accounts"))).toEqual(await inSource(sumOf("accounts")));
  });

  test("begins anew when the table was rewritten, also into the same places", async () => {
    project("{ name: accounts, table: accounts }");
    await killAfter("accounts", 5);
    const before = await rangesRead();
    await server.run(database, "DELETE FROM accounts WHERE id <= 100");
    await server.run(database, "VACUUM FULL accounts");
    const run = await runSluice(args("--resume"));
    expect(run, run.stderr).toMatchObject({ exitCode: 0 });
    expect((await rangesRead()).slice(before.length)).toContain(before[0]);
    expect(await inWarehouse(sumOf("raw.accounts"))).toEqual(await inSource(sumOf("accounts")));
  });

  test("of partitions, and of what was added since by a cursor, loses and doubles nothing", async () => {
    project("{ name: parts, table: parts, strategy: append, cursor: id, fingerprint: cursor }");
    const sums = "SELECT count(*)::INT, sum(id)::BIGINT::TEXT, count(DISTINCT id)::INT FROM";
    await killAfter("parts", 2);
    const first = await runSluice(args());
    expect(first, first.stderr).toMatchObject({ exitCode: 0 });
    expect(await inWarehouse(`${sums} raw.parts`)).toEqual(await inSource(`${sums} parts`));
    await server.run(
      database,
      `INSERT INTO parts SELECT g, CASE WHEN g % 2 = 0 THEN 'b' ELSE 'a' END, repeat('z', 60)
       FROM generate_series(60001, 120000) g; ANALYZE parts`,
    );
    const earlier = (await rangesRead()).length;
    await killAfter("parts", 2);
    const kept = chunksKept("parts");
    const read = (await rangesRead()).slice(earlier);
    await server.run(
      database,
      "INSERT INTO parts SELECT g, 'a', 'late' FROM generate_series(120001, 120010) g",
    );
    const second = await runSluice(args());
    expect(second, second.stderr).toMatchObject({ exitCode: 0 });
    const again = (await rangesRead()).slice(earlier + read.length);
    expect(again.length).toBeGreaterThan(0);
    // What had not committed is read again, and the one chunk into which late rows came.
    const twice = again.filter((range) => read.includes(range)).length;
    expect(twice).toBeLessThanOrEqual(read.length - kept + 1);
    expect(await inWarehouse(`${sums} raw.parts`)).toEqual(await inSource(`${sums} parts`));
  });
});

describe("an extraction that fails or is cancelled", () => {
  const sums = "SELECT count(*)::INT, sum(id)::BIGINT::TEXT, count(DISTINCT id)::INT FROM";

  test("leaves the table as it was, and goes on after its last chunk; no row is lost or doubled", async () => {
    project("{ name: parts, table: parts, strategy: append, cursor: id, fingerprint: cursor }");
    const first = await runSluice(args());
    expect(first, first.stderr).toMatchObject({ exitCode: 0 });
    const before = await inWarehouse(`${sums} raw.parts`);
    await server.run(
      database,
      `INSERT INTO parts SELECT g, 'a', repeat('z', 60) FROM generate_series(60001, 200000) g;
       ANALYZE parts`,
    );
    const read = (await rangesRead()).length;
    const run = startSluice(args());
    await untilKept("parts", 3);
    run.child.kill("SIGINT");
    expect(await run.ended).toMatchObject({ exitCode: 130 });
    // Nothing of it is there, and nothing says that it was.
    expect(await inWarehouse(`${sums} raw.parts`)).toEqual(before);
    const kept = chunksKept("parts");
    expect(kept).toBeGreaterThanOrEqual(3);
    const cancelled = (await rangesRead()).slice(read);
    const second = await runSluice(args("--from-failed"));
    expect(second, second.stderr).toMatchObject({ exitCode: 0 });
    const again = (await rangesRead()).slice(read + cancelled.length);
    expect(again.filter((range) => cancelled.slice(0, kept).includes(range))).toEqual([]);
    expect(await inWarehouse(`${sums} raw.parts`)).toEqual(await inSource(`${sums} parts`));
  });

  test("is tried again by the same run, from its last chunk on", async () => {
    project("{ name: accounts, table: accounts }");
    const run = startSluice(args());
    await untilKept("accounts", 5);
    await server.run(
      database,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'sluice' AND query LIKE 'COPY%'`,
    );
    const ended = await run.ended;
    expect(ended, ended.stdout).toMatchObject({ exitCode: 0 });
    const read = await rangesRead();
    expect(read.length - new Set(read).size).toBeLessThanOrEqual(2);
    expect(await inWarehouse(sumOf("raw.accounts"))).toEqual(await inSource(sumOf("accounts")));
  });
});
