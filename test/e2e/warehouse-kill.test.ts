import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import type { Json } from "../../src/core/std/json.ts";
import type { Rows } from "../../src/ports/warehouse.ts";
import { openDuckdbWarehouse } from "../../src/warehouses/duckdb/open-duckdb-warehouse.ts";
import { ended, killWriters, startWriter } from "../support/killed-writer.ts";
import { repositoryFolder } from "../support/sluice-process.ts";
import { tableSums } from "../support/table-sums.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const kills = 24;
const seed = 20_261;
const writer = join(repositoryFolder, "test/support/warehouse-writer.mjs");

test(`a warehouse whose process is killed ${kills} times holds what an undisturbed one holds`, async () => {
  using folder = temporaryFolder();
  const data = join(folder.path, "data");
  const [killed, undisturbed] = ["killed", "undisturbed"].map((name) => join(folder.path, name));
  if (killed === undefined || undisturbed === undefined) throw new Error("there are two folders");
  for (const path of [data, killed, undisturbed]) mkdirSync(path);
  await writeParquet(join(data, "rows.parquet"));

  const start = () => startWriter(writer, { folder: killed, data, last: 1_000_000 });
  await killWriters(start, { kills, seed });
  const reached = Number((await ledgerOf(killed)).cursor);
  expect(reached).toBeGreaterThan(5);
  const last = reached + 3;
  for (const at of [killed, undisturbed]) {
    expect(await ended(startWriter(writer, { folder: at, data, last }))).toBe(0);
  }

  expect(await tableSums(join(killed, "warehouse.duckdb"))).toEqual(
    await tableSums(join(undisturbed, "warehouse.duckdb")),
  );
  const ledger = await ledgerOf(killed);
  expect(ledger).toEqual(await ledgerOf(undisturbed));
  expect(ledger.gaps).toEqual([]);
  expect(ledger.parts).toEqual([[0, 0]]);
}, 300_000);

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
