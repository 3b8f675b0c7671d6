import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startPostgres } from "../support/postgres-server.ts";
import { runSluice, startSluice } from "../support/sluice-process.ts";
import { endsOf, ranTasks, runProject } from "../support/sluice-runs.ts";
import { canMount, type SmallDisk, smallDisk } from "../support/small-disk.ts";
import { tableSums } from "../support/table-sums.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeFiles } from "../support/write-files.ts";

// Goal: a full disk is told as that, by whoever meets it; the process stays up, what was there
// stays readable, and once there is room, the next run does what is left.

const rows = 100_000;
let folder: ReturnType<typeof temporaryFolder>;
let disk: SmallDisk;
beforeEach(() => {
  folder = temporaryFolder();
  writeFiles(folder.path, {
    "connections/files.yaml": `connection: files
type: file
options: { root: data }
sources:
  - name: visits
    path: visits.csv
  - name: cities
    path: cities.csv
`,
    "models/by_city.sql": `/* sluice
materialize: table
*/
SELECT city, count(*) AS n FROM raw.visits GROUP BY city`,
    "models/countries.sql": `/* sluice
materialize: table
*/
SELECT country, count(*) AS cities FROM raw.cities GROUP BY country`,
    "data/cities.csv": `id,country\n${lines(50, (n) => `${n},c${n % 7}`)}`,
  });
  writeVisits(1);
});
afterEach(() => {
  disk[Symbol.dispose]();
  folder[Symbol.dispose]();
});

const lines = (count: number, line: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => `${line(n)}\n`).join("");

/** Rows whose text does not compress to nothing. */
function writeVisits(version: number): void {
  const text = (n: number) =>
    `${n},${n % 50},${((n * 2_654_435_761 + version) >>> 0).toString(36).repeat(8)}`;
  writeFileSync(join(folder.path, "data/visits.csv"), `id,city,note\n${lines(rows, text)}`);
}

const settings = (more: string) => `project: faults
defaults:
  retry: { attempts: 2, backoff: 50ms }
${more}`;

const writeCities = (version: number) =>
  writeFiles(folder.path, {
    "data/cities.csv": `id,country\n${lines(50, (n) => `${n},c${n % version}`)}`,
  });

describe.skipIf(!canMount())("a full disk", () => {
  test("under the warehouse: nothing is half done, and what fits goes on", async () => {
    disk = smallDisk(join(folder.path, "small"), 48);
    writeFiles(folder.path, { "sluice.yaml": settings("warehouse: { path: small/w.duckdb }") });
    const held = () => tableSums(join(disk.path, "w.duckdb"));
    expect(await runProject(folder.path)).toMatchObject({ exitCode: 0 });
    const before = await held();
    writeVisits(2);
    writeCities(5);
    disk.fill(0);
    const without = await runProject(folder.path);
    expect(without).toMatchObject({ exitCode: 1, status: "failed" });
    const told = without.tasks.get("visits.load");
    expect(told).toMatchObject({ status: "failed", reason: "WAREHOUSE_FULL", attempts: 2 });
    expect(told?.message).toMatch(/small.w\.duckdb.*Free some space on the disk of the warehouse/);
    disk.free();
    expect(await held()).toEqual(before);

    disk.fill(3_000_000);
    const little = await runProject(folder.path);
    expect(endsOf(little, ["visits.load", "by_city.transform", "countries.transform"])).toEqual({
      "visits.load": "failed WAREHOUSE_FULL",
      "by_city.transform": "skipped upstream",
      "countries.transform": "succeeded",
    });
    disk.free();
    const between = await held();
    expect(between).toMatchObject({ "main.countries": expect.stringMatching(/^5 /) });
    expect(between["raw.visits"]).toBe(before["raw.visits"]);

    expect(await runProject(folder.path)).toMatchObject({ exitCode: 0, status: "succeeded" });
    expect((await held())["raw.visits"]).not.toBe(before["raw.visits"]);
  });

  test("under the staging: what is copied fails, what is read in place goes on", async () => {
    disk = smallDisk(join(folder.path, "small"), 2);
    await using server = await startPostgres();
    await server.createDatabase(
      "shop",
      `CREATE TABLE orders AS SELECT g AS id, md5(g::text) AS note FROM generate_series(1, ${rows}) g`,
    );
    writeFiles(folder.path, {
      "sluice.yaml": settings("staging: { path: small/staging }"),
      "connections/shop.yaml": `connection: shop
type: postgres
options: { port: ${server.port}, database: shop, user: postgres, password: "\${env:SHOP_PASSWORD}" }
sources:
  - name: orders
    table: orders
`,
      "connections/odd.yaml": `connection: odd
type: file
options: { root: data }
sources:
  - name: latin
    path: latin.csv
  - name: ragged
    path: ragged.csv
`,
    });
    writeFileSync(
      join(folder.path, "data/latin.csv"),
      Buffer.from(`id,town\n${lines(rows, (n) => `${n},Malm\u00f6 ${n} Sk\u00e5ne`)}`, "latin1"),
    );
    writeFileSync(
      join(folder.path, "data/ragged.csv"),
      `id,a,b\n${lines(rows, (n) => (n % 9 === 0 ? `${n},short` : `${n},long ${n},${n}`))}`,
    );
    const options = { env: { SHOP_PASSWORD: server.password } };
    const ran = await runProject(folder.path, options);
    for (const name of ["orders", "latin", "ragged"]) {
      const told = ran.tasks.get(`${name}.extract`);
      expect(told).toMatchObject({ status: "failed", reason: "STAGING_FULL", attempts: 2 });
      expect(told?.message).toMatch(new RegExp(`No space.*${name}.*Free some space`));
    }
    expect(endsOf(ran, ["by_city.transform", "countries.transform"])).toEqual({
      "by_city.transform": "succeeded",
      "countries.transform": "succeeded",
    });
    // What could not be finished is not left in the way.
    const left = readdirSync(join(disk.path, "staging"), { recursive: true, encoding: "utf8" });
    expect(left.filter((name) => name.endsWith(".csv"))).toEqual([]);
    disk.grow(200);
    const next = await runProject(folder.path, options);
    expect(next).toMatchObject({ exitCode: 0, status: "succeeded" });
    const held = await tableSums(join(folder.path, "warehouse.duckdb"));
    for (const name of ["orders", "latin", "ragged"]) {
      expect(held[`raw.${name}`]).toMatch(new RegExp(`^${rows} `));
    }
  });

  test.each([
    ["when the run begins", null],
    ["when its sources are looked at", /probed 2/],
    ["while it loads", /visits\.load started/],
  ])("under the catalog, %s: the run ends with that, and is resumed", async (_, words) => {
    disk = smallDisk(join(folder.path, "small"), 4);
    writeFiles(folder.path, { "sluice.yaml": settings("catalog: { path: small/catalog.db }") });
    expect(await runProject(folder.path)).toMatchObject({ exitCode: 0 });
    const held = () => tableSums(join(folder.path, "warehouse.duckdb"));
    const before = await held();
    writeVisits(2);
    if (words === null) disk.fill(0);
    const run = startSluice(["run", "--project", folder.path]);
    if (words !== null) {
      await run.told(words);
      disk.fill(0);
    }
    const ended = await run.ended;
    expect(ended).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(
        /error CATALOG_FULL: .*small.catalog\.db[\s\S]*Free some space/,
      ),
    });
    disk.free();
    const next = ranTasks(await runSluice(["run", "--json", "--resume", "--project", folder.path]));
    expect(next).toMatchObject({ exitCode: 0, status: "succeeded" });
    const after = await held();
    expect(after["main.by_city"]).toBe(before["main.by_city"]);
    expect(after["raw.visits"]).toMatch(new RegExp(`^${rows} `));
    expect(after["raw.visits"]).not.toBe(before["raw.visits"]);
  });
});
