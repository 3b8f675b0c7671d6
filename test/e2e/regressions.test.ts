import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startPostgres } from "../support/postgres-server.ts";
import { type Ended, runSluice, startSluice } from "../support/sluice-process.ts";
import { endsOf, runProject, shownRun } from "../support/sluice-runs.ts";
import { canMount, smallDisk } from "../support/small-disk.ts";
import { tableSums } from "../support/table-sums.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeFiles } from "../support/write-files.ts";

// Goal: what other orchestrators had to learn from their users is held here, on real processes.
// The sixth of its kind, a disk that fills up in the middle of a load, is in real-faults-disk.

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder.path, "data"));
});
afterEach(() => folder[Symbol.dispose]());

const path = (name: string) => join(folder.path, name);
const cycle = () => ["run", "--json", "--project", folder.path];
const sums = () => tableSums(path("warehouse.duckdb"));

function project(sources: string, settings = ""): void {
  writeFiles(folder.path, {
    "sluice.yaml": `project: regressions
defaults:
  retry: { attempts: 2, backoff: 20ms }
${settings}`,
    "connections/files.yaml": `connection: files
type: file
options: { root: data }
sources:
${sources}`,
  });
}

/** One number of the warehouse. */
async function count(sql: string): Promise<number> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await connection.run(`ATTACH '${path("warehouse.duckdb")}' AS w; USE w`);
    return Number((await connection.runAndReadAll(sql)).getRowsJson()[0]?.[0]);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const lines = (rows: number, from = 0) =>
  `id,v\n${Array.from({ length: rows }, (_, n) => `${from + n},v${n}\n`).join("")}`;

const loads = (source: string) =>
  count(`SELECT count(*) FROM _sluice.loads WHERE target = 'raw.${source}'`);

test.each([
  ["and keeps its locks", false],
  ["and has lost the catalog's lock", true],
])(
  "a scheduler that is taken for dead while it lives %s has no effect twice",
  async (_, isLost) => {
    project("  - name: rows\n    path: rows-*.csv\n    strategy: append\n");
    writeFiles(folder.path, { "data/rows-1.csv": lines(150_000) });
    const first = startSluice(["run", "--project", folder.path]);
    await first.told(/rows\.load started/);
    first.child.kill("SIGSTOP");
    // A lock that lives on another machine's disk may go while its holder sleeps.
    if (isLost) rmSync(path(".sluice/catalog.db.lock"));
    const second = await runSluice(["run", "--json", "--resume", "--project", folder.path]);
    expect(second.exitCode).toBe(75);
    expect(second.stdout).toMatch(isLost ? /"(WAREHOUSE|CATALOG)_LOCKED"/ : /"CATALOG_LOCKED"/);
    first.child.kill("SIGCONT");
    const woken = await first.ended;
    expect(woken.signal).toBeNull();
    const last = await runSluice(["run", "--json", "--resume", "--project", folder.path]);
    expect(last).toMatchObject({ exitCode: 0 });
    expect(await count("SELECT count(*) FROM raw.rows")).toBe(150_000);
    expect(await loads("rows")).toBe(1);
  },
);

test("twenty pairs of schedulers that start together load every change once", async () => {
  project("  - name: rows\n    path: rows-*.csv\n    strategy: append\n");
  const codes = new Map<string, number>();
  const pairs = 20;
  for (let pair = 1; pair <= pairs; pair += 1) {
    writeFiles(folder.path, { [`data/rows-${pair}.csv`]: lines(10, pair * 10) });
    const both = await Promise.all([runSluice(cycle()), runSluice(cycle())]);
    for (const ended of both) codes.set(outcome(ended), (codes.get(outcome(ended)) ?? 0) + 1);
    expect(both.map(outcome)).toContain("done");
  }
  expect([...codes.keys()].filter((code) => !["done", "CATALOG_LOCKED"].includes(code))).toEqual(
    [],
  );
  expect(await loads("rows")).toBe(pairs);
  expect(await count("SELECT count(DISTINCT id) FROM raw.rows")).toBe(pairs * 10);
  expect(await count("SELECT count(*) FROM raw.rows")).toBe(pairs * 10);
}, 240_000);

function outcome({ exitCode, stdout }: Ended): string {
  return exitCode === 0 ? "done" : (/"code":"(\w+)"/.exec(stdout)?.[1] ?? stdout);
}

test("an extraction that comes back after its time-out changes nothing any more", async () => {
  await using server = await startPostgres();
  await server.createDatabase(
    "shop",
    `CREATE TABLE switch AS SELECT false AS is_slow;
     CREATE VIEW slow AS SELECT g AS id, CASE WHEN (SELECT is_slow FROM switch) THEN pg_sleep(0.02)::text END AS nap
       FROM generate_series(1, 500) g`,
  );
  project("  - name: rows\n    path: rows.csv\n", "  timeout: 2s\n");
  writeFiles(folder.path, {
    "data/rows.csv": lines(10),
    "connections/shop.yaml": `connection: shop
type: postgres
options: { port: ${server.port}, database: shop, user: postgres, password: "\${env:SHOP_PASSWORD}" }
sources:
  - name: slow
    table: slow
`,
  });
  const env = { SHOP_PASSWORD: server.password };
  const run = startSluice(["run", "--project", folder.path], { env });
  await run.told(/run \S+: \d+ tasks to run/);
  await server.run("shop", "UPDATE switch SET is_slow = true");
  await run.ended;
  const ran = await shownRun(folder.path);
  const slow = ran.tasks.get("slow.extract");
  // The switch may have come too late for the first reading; then there was nothing to be late.
  if (slow?.status === "succeeded") return;
  expect(slow).toMatchObject({ status: "failed", reason: "TIMED_OUT" });
  expect(endsOf(ran, ["slow.load", "rows.load"])).toEqual({
    "slow.load": "skipped upstream",
    "rows.load": "succeeded",
  });
  expect(Object.keys(await sums())).toEqual(["raw.rows"]);
  await server.run("shop", "UPDATE switch SET is_slow = false");
  expect(await shownRun(folder.path)).toEqual(ran);
  expect(await runProject(folder.path, { env })).toMatchObject({ status: "succeeded" });
  expect(await count("SELECT count(*) FROM raw.slow")).toBe(500);
});

test.skipIf(!canMount())(
  "a load whose commit was not written down is neither lost nor done twice",
  async () => {
    using disk = smallDisk(path("small"), 4);
    project(
      "  - name: rows\n    path: rows-*.csv\n    strategy: append\n",
      "catalog: { path: small/catalog.db }\n",
    );
    writeFiles(folder.path, { "data/rows-1.csv": lines(10) });
    await runProject(folder.path);
    writeFiles(folder.path, { "data/rows-2.csv": lines(80_000, 1_000) });
    const run = startSluice(["run", "--project", folder.path]);
    await run.told(/rows\.load started/);
    disk.fill(0);
    expect((await run.ended).stderr).toMatch(/CATALOG_FULL/);
    disk.free();
    const resumed = await runSluice(["run", "--resume", "--project", folder.path]);
    expect(resumed.stderr).toMatch(/rows\.load succeeded: 80,000 rows, was done before/);
    expect(await count("SELECT count(*) FROM raw.rows")).toBe(80_010);
    expect(await loads("rows")).toBe(2);
    writeFiles(folder.path, { "data/rows-3.csv": lines(5, 200_000) });
    expect(await runProject(folder.path)).toMatchObject({ status: "succeeded" });
    expect(await count("SELECT count(*) FROM raw.rows")).toBe(80_015);
  },
);

const strategies = {
  replaced: "",
  appended: "strategy: append",
  merged: "strategy: merge\n    key: id\n    deletes: { by: comparison }",
  parted: "strategy: partition\n    partition_by: v",
  versioned: "strategy: history\n    key: id\n    deletes: { by: comparison }",
};

test("a source that fails in whatever way never empties what was loaded of it", async () => {
  const names = Object.keys(strategies);
  const list = Object.entries(strategies).map(
    ([name, how]) =>
      `  - name: ${name}\n    path: ${name}.csv.gz\n    ${how}\n    checks: [{ row_count: { min: 5 } }]\n`,
  );
  project(list.join(""));
  const put = (content: Buffer | null) => {
    for (const name of names) {
      const file = path(`data/${name}.csv.gz`);
      if (content === null) rmSync(file);
      else writeFileSync(file, content);
    }
  };
  const whole = gzipSync(lines(100));
  put(whole);
  expect(await runProject(folder.path)).toMatchObject({ status: "succeeded" });
  const held = async () => {
    const counts: number[] = [];
    for (const name of names) {
      counts.push(await count(`SELECT sum(hash(id, v) % 1000003) FROM raw.${name}`));
    }
    return counts;
  };
  const before = await held();
  expect(new Set(before)).toEqual(new Set([before[0]]));
  const failures: Readonly<Record<string, Buffer | null>> = {
    missing: null,
    cut: whole.subarray(0, 60),
    empty: gzipSync(""),
    "nothing but a header": gzipSync("id,v\n"),
    "of another kind": Buffer.from("<html>502 Bad Gateway</html>"),
    "with too few rows": gzipSync(lines(2)),
  };
  for (const [how, content] of Object.entries(failures)) {
    put(content);
    expect(await runSluice(cycle())).toMatchObject({ signal: null });
    expect([how, await held()]).toEqual([how, before]);
  }
  put(gzipSync(lines(101)));
  const mended = await runProject(folder.path);
  expect(endsOf(mended, ["replaced.load", "merged.load", "versioned.load"])).toEqual({
    "replaced.load": "succeeded",
    "merged.load": "succeeded",
    "versioned.load": "succeeded",
  });
});
