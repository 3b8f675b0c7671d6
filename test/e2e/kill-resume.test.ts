import {
  appendFileSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../support/seeded-random.ts";
import { repositoryFolder, runSluice, startSluice } from "../support/sluice-process.ts";
import { tableSums } from "../support/table-sums.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeFiles } from "../support/write-files.ts";

// Goal: a process that dies at any instant leaves every table as it was or as it should be.
// Method: the same three cycles on real data, once undisturbed and once with SIGKILL at seeded
// random instants until each cycle has got through; then every table must be equal.

const seed = 20_261_123;
const killsWanted = 50;
const vega = join(repositoryFolder, "node_modules", "vega-datasets", "data");

const project = {
  "sluice.yaml": `project: kill_test
warehouse: { type: duckdb, path: warehouse.duckdb }
`,
  "connections/files.yaml": `connection: files
type: file
options: { root: data }
sources:
  - name: flights
    path: flights.parquet
    checks:
      - expression: "distance > 100"
        name: plausible_distance
        on_fail: quarantine
  - name: airports
    path: airports.csv
  - name: strikes
    path: birdstrikes.csv
  - name: weather
    path: weather/*.csv
    strategy: append
  - name: stations
    path: stations.csv
    strategy: merge
    key: [iata]
`,
  "rules/core.yaml": `ruleset: core
rules:
  - id: split-large
    for: source
    when: source.volume.rows > 100000
    then: [{ split: { by: rows, size: 100000 } }]
  - id: merge-small
    for: source
    when: source.volume.rows < 20000 && source.name != "weather"
    then: [{ merge: { into: small, max: 10 } }]
`,
  "models/by_origin.sql": `/* sluice
materialize: table
*/
SELECT origin, count(*) AS flights, avg(delay) AS mean_delay, max("date") AS last_at
FROM raw.flights GROUP BY origin
`,
  "models/by_state.sql": `/* sluice
materialize: table
*/
SELECT a.state, sum(o.flights) AS flights, count(*) AS airports
FROM by_origin AS o JOIN raw.airports AS a ON a.iata = o.origin GROUP BY a.state
`,
  "models/rainy_days.sql": `/* sluice
materialize: view
*/
SELECT location, count(*) AS days FROM raw.weather WHERE precipitation > 0 GROUP BY location
`,
  "models/known_stations.sql": `/* sluice
materialize: table
*/
SELECT s.iata, s.name, b.flights FROM raw.stations AS s LEFT JOIN by_origin AS b ON b.origin = s.iata
`,
};

/** A tenth of the real flights: enough for four parts, little enough for some hundred starts. */
async function writeFlights(file: string): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(
    `COPY (SELECT * FROM read_parquet('${join(vega, "flights-3m.parquet")}') LIMIT 300000)
     TO '${file}' (FORMAT parquet, ROW_GROUP_SIZE 50000)`,
  );
  connection.closeSync();
  instance.closeSync();
}

/** What the outside world does before each cycle: files arrive, and one is corrected. */
function prepareCycle(folder: string, cycle: number, flights: string): void {
  const data = join(folder, "data");
  mkdirSync(join(data, "weather"), { recursive: true });
  if (cycle === 0) {
    writeFiles(folder, project);
    for (const file of ["airports.csv", "birdstrikes.csv"]) {
      copyFileSync(join(vega, file), join(data, file));
    }
    copyFileSync(flights, join(data, "flights.parquet"));
  }
  const [header = "", ...days] = readFileSync(join(vega, "weather.csv"), "utf8").trim().split("\n");
  const part = days.slice(cycle * 900, (cycle + 1) * 900);
  writeFileSync(join(data, "weather", `part-${cycle}.csv`), `${[header, ...part].join("\n")}\n`);
  const [head = "", ...airports] = readFileSync(join(vega, "airports.csv"), "utf8")
    .trim()
    .split("\n");
  const stations = airports.slice(cycle * 50, cycle * 50 + 400);
  const renamed = stations.map((line) => line.replace(/^(\w+),([^,"]+),/, `$1,$2 v${cycle},`));
  writeFileSync(join(data, "stations.csv"), `${[head, ...renamed].join("\n")}\n`);
  if (cycle > 0) appendFileSync(join(data, "airports.csv"), `ZZ${cycle},Test,Test,AK,USA,1,1\n`);
}

const cycleArgs = (folder: string, cycle: number) => [
  "run",
  "--resume",
  "--json",
  "--project",
  folder,
  "--now",
  `2026-11-2${cycle}T06:00:00Z`,
];

/** Runs a cycle to its end through as many kills as chance gives it. Returns how many there were. */
async function runThroughKills(args: readonly string[], killAtMs: () => number): Promise<number> {
  for (let kills = 0; ; kills += 1) {
    const run = startSluice(args);
    // The instant is chance, not a wait for something: what is tested is that none is special.
    const timer = setTimeout(() => run.child.kill("SIGKILL"), killAtMs());
    const ended = await run.ended;
    clearTimeout(timer);
    if (ended.signal !== "SIGKILL") {
      expect(ended, ended.stderr + ended.stdout).toMatchObject({ exitCode: 0 });
      return kills;
    }
  }
}

describe("a process killed at any instant", () => {
  test(`leaves every table as undisturbed runs do, after ${killsWanted} SIGKILLs (seed ${seed})`, async () => {
    using calm = temporaryFolder();
    using origin = temporaryFolder();
    const flights = join(origin.path, "flights.parquet");
    await writeFlights(flights);
    const random = seededRandom(seed);
    let kills = 0;
    for (const cycle of [0, 1, 2]) {
      prepareCycle(calm.path, cycle, flights);
      using before = temporaryFolder();
      cpSync(calm.path, before.path, { recursive: true });
      const startedAt = performance.now();
      const undisturbed = await runSluice(cycleArgs(calm.path, cycle));
      const undisturbedMs = performance.now() - startedAt;
      expect(undisturbed, undisturbed.stderr).toMatchObject({ exitCode: 0 });
      const expected = await tableSums(join(calm.path, "warehouse.duckdb"));

      const killsUntil = Math.ceil(((cycle + 1) * killsWanted) / 3);
      while (kills < killsUntil) {
        using stormy = temporaryFolder();
        cpSync(before.path, stormy.path, { recursive: true, preserveTimestamps: true });
        const args = cycleArgs(stormy.path, cycle);
        kills += await runThroughKills(args, () => random() * undisturbedMs);
        expect(await tableSums(join(stormy.path, "warehouse.duckdb"))).toEqual(expected);
      }
    }
    expect(kills).toBeGreaterThanOrEqual(killsWanted);
  }, 400_000);
});
