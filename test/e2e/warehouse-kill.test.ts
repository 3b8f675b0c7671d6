import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as passed } from "node:timers/promises";
import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import type { Json } from "../../src/core/std/json.ts";
import type { Rows } from "../../src/ports/warehouse.ts";
import { openDuckdbWarehouse } from "../../src/warehouses/duckdb/open-duckdb-warehouse.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { repositoryFolder } from "../support/sluice-process.ts";
import { tableSums } from "../support/table-sums.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const kills = 30;
const seed = 20_261;
const writer = join(repositoryFolder, "test/support/warehouse-writer.mjs");

test(`a warehouse whose process is killed ${kills} times holds what an undisturbed one holds`, async () => {
  using folder = temporaryFolder();
  const data = join(folder.path, "data");
  const [killed, undisturbed] = ["killed", "undisturbed"].map((name) => join(folder.path, name));
  if (killed === undefined || undisturbed === undefined) throw new Error("there are two folders");
  for (const path of [data, killed, undisturbed]) mkdirSync(path);
  await writeParquet(join(data, "rows.parquet"));

  const random = seededRandom(seed);
  for (let kill = 0; kill < kills; kill += 1) {
    const child = startWriter(killed, data, 1_000_000);
    await told(child, 1 + Math.floor(random() * 9));
    await passed(random() * 80);
    child.kill("SIGKILL");
    expect(await ended(child)).toBe("SIGKILL");
  }
  const reached = Number((await ledgerOf(killed)).cursor);
  expect(reached).toBeGreaterThan(5);
  const last = reached + 3;
  expect(await ended(startWriter(killed, data, last))).toBe(0);
  expect(await ended(startWriter(undisturbed, data, last))).toBe(0);

  expect(await tableSums(join(killed, "warehouse.duckdb"))).toEqual(
    await tableSums(join(undisturbed, "warehouse.duckdb")),
  );
  const ledger = await ledgerOf(killed);
  expect(ledger).toEqual(await ledgerOf(undisturbed));
  expect(ledger.gaps).toEqual([]);
  expect(ledger.parts).toEqual([[0, 0]]);
}, 300_000);

function startWriter(folder: string, data: string, last: number): ChildProcess {
  return spawn(process.execPath, [writer, folder, data, String(last)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** Waits until it has written so many lines: one when it has opened, one for each thing it did. */
function told(child: ChildProcess, lines: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let count = 0;
    child.stdout?.on("data", (text: Buffer) => {
      count += text.toString().split("\n").length - 1;
      if (count >= lines) resolve();
    });
    child.once("close", () => reject(new Error("the writer ended of its own accord")));
  });
}

/** The signal that ended it, or its exit code. */
function ended(child: ChildProcess): Promise<NodeJS.Signals | number | null> {
  return new Promise((resolve) => {
    child.once("close", (code, signal) => resolve(signal ?? code));
  });
}

async function writeParquet(path: string): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(
    `COPY (SELECT range AS id, 'v' || range % 100 AS v FROM range(150000)) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 20000)`,
  );
  connection.closeSync();
  instance.closeSync();
}

interface Ledger {
  readonly cursor: Json;
  readonly loads: Rows["rows"];
  readonly gaps: Rows["rows"];
  readonly parts: Rows["rows"];
}

async function ledgerOf(folder: string): Promise<Ledger> {
  await using warehouse = await openDuckdbWarehouse({ path: join(folder, "warehouse.duckdb") });
  const rows = async (sql: string) => (await warehouse.query(sql, 100_000)).rows;
  return {
    cursor: await warehouse.cursor("appended"),
    loads: await rows("SELECT target, seq, id, rows_quarantined FROM _sluice.loads ORDER BY ALL"),
    gaps: await rows(
      "SELECT target FROM _sluice.loads GROUP BY target HAVING max(seq) <> count(*) OR min(seq) <> 1",
    ),
    parts: await rows(
      "SELECT (SELECT count(*) FROM _sluice.parts), (SELECT count(*) FROM information_schema.tables WHERE table_schema = '_sluice_build')",
    ),
  };
}
