import { chmodSync, copyFileSync, mkdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { seededRandom } from "../support/seeded-random.ts";
import { startSluice } from "../support/sluice-process.ts";
import { endsOf, runProject, shownRun } from "../support/sluice-runs.ts";
import { tableSums } from "../support/table-sums.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { withoutOverride } from "../support/without-override.ts";
import { writeFiles } from "../support/write-files.ts";

// Goal: files that are cut, or that may not be read any more, cost what reads them and nothing
// else, are told clearly, and leave nothing that the next run would not mend by itself.

const seed = 20_261_128;

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder.path, "data"));
});
afterEach(() => folder[Symbol.dispose]());

const project = {
  "sluice.yaml": `project: faults
defaults:
  retry: { attempts: 2, backoff: 50ms }
`,
  "connections/files.yaml": `connection: files
type: file
options: { root: data }
sources:
  - name: readings
    path: readings.parquet
  - name: visits
    path: visits.csv
  - name: logs
    path: logs.csv.gz
  - name: cities
    path: cities.csv
`,
  "models/by_day.sql": `/* sluice
materialize: table
*/
SELECT day, count(*) AS n, sum(v) AS v FROM raw.readings GROUP BY day`,
  "models/by_city.sql": `/* sluice
materialize: table
*/
SELECT c.country, count(*) AS n FROM raw.visits AS v JOIN raw.cities AS c ON c.id = v.city GROUP BY c.country`,
  "models/countries.sql": `/* sluice
materialize: table
*/
SELECT country, count(*) AS cities FROM raw.cities GROUP BY country`,
};

/** Writes the three files of one version; the cities are the same in each. */
async function writeVersion(to: string, version: number): Promise<void> {
  mkdirSync(to, { recursive: true });
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(`COPY (SELECT range AS id, range % 31 AS day, md5((range + ${version})::VARCHAR) AS note,
    range % 97 + ${version} AS v FROM range(150000)) TO '${join(to, "readings.parquet")}' (FORMAT parquet, ROW_GROUP_SIZE 10000)`);
  connection.closeSync();
  instance.closeSync();
  const lines = (count: number, line: (n: number) => string) =>
    Array.from({ length: count }, (_, n) => `${line(n)}\n`).join("");
  writeFiles(to, {
    "visits.csv": `id,city,at\n${lines(120_000, (n) => `${n},${(n * version) % 50},2026-01-${10 + (n % 20)} 10:00:00`)}`,
    "cities.csv": `id,country\n${lines(50, (n) => `${n},c${n % 7}`)}`,
  });
  const logs = `id,line\n${lines(60_000, (n) => `${n},version ${version} line ${n}`)}`;
  writeFileSync(join(to, "logs.csv.gz"), gzipSync(logs));
}

const cutFiles = ["readings.parquet", "visits.csv", "logs.csv.gz"];

describe("files that are cut while they are read", () => {
  const moments = [
    ["after they were looked at", "run \\S+: \\d+ tasks to run"],
    ["when their extraction has begun", "NAME\\.extract started"],
    ["when their load has begun", "NAME\\.load started"],
  ] as const;
  const codes = ["SOURCE_CHANGED", "SOURCE_UNREADABLE", "STAGING_STALE"];

  test(`are loaded whole, or not at all, and cost nobody else (seed ${seed})`, async () => {
    writeFiles(folder.path, project);
    const random = seededRandom(seed);
    const version = (index: number) => join(folder.path, "versions", String(index));
    const expected: Readonly<Record<string, string>>[] = [];
    for (const index of [0, 1]) {
      await writeVersion(version(index), index + 1);
      bring(version(index));
      expect(await runProject(folder.path)).toMatchObject({ exitCode: 0 });
      expected.push(await tableSums(join(folder.path, "warehouse.duckdb")));
    }
    let failures = 0;
    for (const [round, [moment, words]] of moments.entries()) {
      bring(version(round % 2));
      const run = startSluice(["run", "--project", folder.path]);
      const cuts = cutFiles.map(async (file) => {
        await run.told(new RegExp(words.replace("NAME", file.split(".")[0] ?? "")));
        const cut = () => cutFile(join(folder.path, "data", file), 0.2 + random() * 0.6);
        // The instant within a task is chance: what is tested is that none is special.
        if (round === 0) cut();
        else setTimeout(cut, random() * 40);
      });
      // A load that never began, since its extraction failed, is not cut.
      await Promise.allSettled([...cuts, run.ended]);
      const ran = await shownRun(folder.path);
      for (const { id, status, reason, message } of ran.tasks.values()) {
        if (status !== "failed") continue;
        failures += 1;
        expect([moment, id, codes.includes(reason ?? ""), message]).toEqual([
          moment,
          id,
          true,
          message,
        ]);
        expect(message).toContain(
          cutFiles.find((file) => file.startsWith(id.split(".")[0] ?? "?")),
        );
      }
      expect(ran.tasks.get("countries.transform")?.status).toMatch(/succeeded|bypassed/);

      bring(version(round % 2));
      expect(await runProject(folder.path)).toMatchObject({ exitCode: 0, status: "succeeded" });
      expect(await tableSums(join(folder.path, "warehouse.duckdb"))).toEqual(expected[round % 2]);
    }
    expect(failures).toBeGreaterThan(2);
  });
});

function cutFile(path: string, share: number): void {
  truncateSync(path, Math.floor(statSync(path).size * share));
}

/** Puts the files of a version where the project reads them. */
function bring(version: string): void {
  for (const name of [...cutFiles, "cities.csv"]) {
    copyFileSync(join(version, name), join(folder.path, "data", name));
  }
}

const binding = withoutOverride();

describe.skipIf(binding === null)("what may not be read or written any more", () => {
  const run = () => runProject(folder.path, { through: binding ?? [] });
  const path = (name: string) => join(folder.path, name);

  beforeEach(async () => {
    writeFiles(folder.path, project);
    await writeVersion(path("versions/0"), 1);
    bring(path("versions/0"));
  });

  test("a file: its branch is left as it was, and told why; the others go on", async () => {
    chmodSync(path("data/readings.parquet"), 0o000);
    const ran = await run();
    expect(endsOf(ran, ["readings.load", "by_day.transform", "by_city.transform"])).toEqual({
      "readings.load": "bypassed source_missing",
      "by_day.transform": "bypassed upstream",
      "by_city.transform": "succeeded",
    });
    expect(ran.tasks.get("readings.load")?.message).toBe(
      "SOURCE_UNREADABLE: readings.parquet may not be read. Give the user that runs Sluice read access to it.",
    );
    chmodSync(path("data/readings.parquet"), 0o644);
    expect(endsOf(await run(), ["readings.load", "by_day.transform", "by_city.transform"])).toEqual(
      {
        "readings.load": "succeeded",
        "by_day.transform": "succeeded",
        "by_city.transform": "bypassed up_to_date",
      },
    );
  });

  test("a file, once it was extracted: it is not loaded, and is by the next run", async () => {
    const started = startSluice(["run", "--project", folder.path], { through: binding ?? [] });
    await started.told(/run \S+: \d+ tasks to run/);
    chmodSync(path("data/readings.parquet"), 0o000);
    await started.ended;
    const ran = await shownRun(folder.path);
    expect(endsOf(ran, ["readings.load", "by_city.transform"])).toEqual({
      "readings.load": expect.stringMatching(/^(skipped upstream|failed STAGING_STALE)$/),
      "by_city.transform": "succeeded",
    });
    chmodSync(path("data/readings.parquet"), 0o644);
    expect(await run()).toMatchObject({ exitCode: 0, status: "succeeded" });
    expect((await tableSums(path("warehouse.duckdb")))["raw.readings"]).toMatch(/^150000 /);
  });

  test.each([
    ["the folder of the sources", "data", 0o000, /"SOURCE_UNREADABLE: [^"]+cities.csv may not be/],
    ["the folder of the catalog", ".sluice", 0o555, /"CATALOG_INVALID".*catalog\.db.*writable/],
    ["the catalog's file", ".sluice/catalog.db", 0o444, /"CATALOG_INVALID".*catalog\.db.*writable/],
    ["the warehouse's file", "warehouse.duckdb", 0o444, /"WAREHOUSE_INVALID".*warehouse\.duckdb/],
    ["the warehouse's folder", ".", 0o555, /"WAREHOUSE_INVALID".*warehouse\.duckdb\.wal/],
    [
      "the staging folder",
      ".sluice/staging/cities",
      0o555,
      /"STAGING_INVALID".*Check that the staging/,
    ],
  ])("%s: it says so, and goes on once it may again", async (_, name, mode, words) => {
    await run();
    writeFiles(folder.path, { "data/cities.csv": "id,country\n1,x\n" });
    chmodSync(path(name), mode);
    const cycle = ["run", "--json", "--project", folder.path];
    const { stdout, signal } = await startSluice(cycle, { through: binding ?? [] }).ended;
    expect(signal).toBeNull();
    expect(stdout).toMatch(words);
    chmodSync(path(name), 0o755);
    const next = await run();
    expect(next).toMatchObject({ exitCode: 0, status: "succeeded" });
    expect(endsOf(next, ["countries.transform"])).toEqual({ "countries.transform": "succeeded" });
    expect((await tableSums(path("warehouse.duckdb")))["raw.cities"]).toMatch(/^1 /);
  });
});
