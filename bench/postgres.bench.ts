import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { DuckDBInstance } from "@duckdb/node-api";
import { to as copyTo } from "pg-copy-streams";
import { postgresConnector } from "../src/connectors/postgres/postgres-connector.ts";
import { hashOf } from "../src/core/std/hash.ts";
import { folderStaging } from "../src/stagings/folder/folder-staging.ts";
import { openDuckdbWarehouse } from "../src/warehouses/duckdb/open-duckdb-warehouse.ts";
import { never, openSession, sourceOf } from "../test/contract/connector-contract.ts";
import { loadOf } from "../test/contract/warehouse-requests.ts";
import { type PostgresServer, startPostgres } from "../test/support/postgres-server.ts";
import type { BenchResult } from "./bench-result.ts";

const rowCount = 1_000_000;
const repetitions = 7;

/** A row as applications have them: about 75 bytes of text in seven columns. */
const tableSql = `CREATE TABLE orders AS
  SELECT g AS id, g % 50000 AS customer, md5(g::text) AS token,
    timestamptz '2024-01-01Z' + g * interval '7 seconds' AS placed_at,
    (g % 100000)::numeric(10,2) / 100 AS amount, g % 3 = 0 AS is_paid, 'city ' || g % 977 AS city
  FROM generate_series(1, ${rowCount}) g`;

/**
 * PostgreSQL to DuckDB, by extract, staging and load with ledger, against COPY piped to a file that
 * DuckDB makes a table of. Both in this process, in turns, into a database file each, with a
 * checkpoint.
 */
export async function bench(): Promise<readonly BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-bench-"));
  await using server = await startPostgres();
  try {
    await server.createDatabase("shop", tableSql);
    for (const settle of ["VACUUM ANALYZE orders", "CHECKPOINT"]) await server.run("shop", settle);
    const times: { readonly ours: number; readonly theirs: number }[] = [];
    for (let round = 0; round <= repetitions; round += 1) {
      const here = join(folder, String(round));
      await mkdir(here);
      const isOursFirst = round % 2 === 0;
      const first = isOursFirst ? await ours(server, here) : await theirs(server, here);
      const second = isOursFirst ? await theirs(server, here) : await ours(server, here);
      // The first round loads drivers and fills caches on both sides.
      if (round > 0) {
        times.push(isOursFirst ? { ours: first, theirs: second } : { ours: second, theirs: first });
      }
      await rm(here, { recursive: true });
    }
    const ratio = median(times.map((one) => one.ours / one.theirs));
    return [
      {
        name: `PostgreSQL to DuckDB, ${rowCount.toLocaleString("en")} rows`,
        ours: Math.round(median(times.map((one) => one.ours))),
        theirs: Math.round(median(times.map((one) => one.theirs))),
        ratio,
        unit: "ms",
        target: "at most 1.3 × the time of COPY to a CSV file that DuckDB reads",
        isMet: ratio <= 1.3,
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function ours(server: PostgresServer, folder: string): Promise<number> {
  const warehouse = await openDuckdbWarehouse({ path: join(folder, "ours.duckdb") });
  const { port, user, password } = server;
  const options = { host: "localhost", port, database: "shop", user, password };
  const session = await openSession(postgresConnector, options, folder);
  const source = { ...sourceOf(postgresConnector, { table: "orders" }), name: "orders" };
  const staging = folderStaging(join(folder, "staging"));
  const start = performance.now();
  const manifest = await staging.stage("orders", hashOf("orders"), (target, chunks) =>
    session.extract({ source, folder: target, cursor: null, chunks }, never),
  );
  const [outcome] = await warehouse.load([loadOf(manifest)], never);
  await warehouse.checkpoint();
  const elapsed = performance.now() - start;
  await session[Symbol.asyncDispose]();
  await warehouse[Symbol.asyncDispose]();
  if (outcome?.rowsInserted !== rowCount) throw new Error("not every row was loaded");
  return elapsed;
}

async function theirs(server: PostgresServer, folder: string): Promise<number> {
  const instance = await DuckDBInstance.create(join(folder, "theirs.duckdb"));
  const duckdb = await instance.connect();
  const client = await server.connect("shop");
  const path = join(folder, "theirs.csv");
  const start = performance.now();
  const rows = client.query(copyTo("COPY orders TO STDOUT (FORMAT csv, HEADER)"));
  await pipeline(rows, createWriteStream(path));
  await duckdb.run(`CREATE TABLE orders AS SELECT * FROM read_csv('${path}')`);
  await duckdb.run("CHECKPOINT");
  const elapsed = performance.now() - start;
  await client.end();
  duckdb.closeSync();
  instance.closeSync();
  return elapsed;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
