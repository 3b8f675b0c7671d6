import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDuckdbWarehouse } from "../../src/warehouses/duckdb/open-duckdb-warehouse.ts";
import { ended, killWriters, startWriter } from "../support/killed-writer.ts";
import { repositoryFolder } from "../support/sluice-process.ts";
import { tableSums } from "../support/table-sums.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { readSteps } from "../support/written-steps.ts";

const kills = Number(process.env["SLUICE_KILLS"] ?? 16);
const seed = Number(process.env["SLUICE_SEED"] ?? 20_262);
const writer = join(repositoryFolder, "test/support/strategy-writer.mjs");

test(`partitions, histories, deletes and undone loads survive ${kills} kills (seed ${seed})`, async () => {
  using folder = temporaryFolder();
  const data = join(folder.path, "data");
  const [killed, undisturbed] = [join(folder.path, "killed"), join(folder.path, "undisturbed")];
  for (const path of [data, killed, undisturbed]) mkdirSync(path);
  await killWriters(() => startWriter(writer, { folder: killed, data, last: 1_000_000 }), {
    kills,
    seed,
  });
  const reached = Number((await ledgerOf(killed)).progress);
  expect(reached).toBeGreaterThan(3);
  const last = reached + 3;
  for (const at of [killed, undisturbed]) {
    expect(await ended(startWriter(writer, { folder: at, data, last }))).toBe(0);
  }
  const [left, right] = [killed, undisturbed].map((at) => join(at, "warehouse.duckdb"));
  expect(await tableSums(left ?? "")).toEqual(await tableSums(right ?? ""));
  const ledger = await ledgerOf(killed);
  expect(ledger).toEqual(await ledgerOf(undisturbed));
  expect(ledger.undone).toBeGreaterThanOrEqual(5);
  const { tables, truth } = await readSteps(killed, data, last);
  for (const [name, rows] of Object.entries(truth)) {
    expect(rows.length, name).toBeGreaterThan(50);
    expect(tables[name], name).toEqual(rows);
  }
}, 300_000);

async function ledgerOf(folder: string) {
  await using warehouse = await openDuckdbWarehouse({ path: join(folder, "warehouse.duckdb") });
  const rows = async (sql: string) => (await warehouse.query(sql, 100_000)).rows;
  return {
    progress: await warehouse.cursor("progress"),
    loads: await rows("SELECT target, seq, id, kind, stands FROM _sluice.loads ORDER BY ALL"),
    undone: Number((await rows("SELECT count(*) FROM _sluice.loads WHERE kind = 'undo'"))[0]?.[0]),
    kept: await rows("SELECT * FROM _sluice.kept ORDER BY ALL"),
    versions: await rows(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = '_sluice_versions' ORDER BY ALL",
    ),
  };
}
