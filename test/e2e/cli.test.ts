import { spawnSync } from "node:child_process";
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runSluice, type SluiceProcess, startSluice } from "../support/sluice-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeFiles } from "../support/write-files.ts";

const parsed = (text: string): unknown => JSON.parse(text);

describe("a newcomer's first cycle", () => {
  const folder = temporaryFolder();
  const project = join(folder.path, "shop");
  const sluice = (...argv: readonly string[]) => runSluice(argv, { cwd: project });
  afterAll(() => folder[Symbol.dispose]());

  test("init writes a project that passes its checks", async () => {
    const init = await runSluice(["init", "shop"], { cwd: folder.path });
    expect(init).toMatchObject({ exitCode: 0, stderr: "" });
    expect(init.stdout).toContain("Next: `cd shop`");
    expect(await sluice("check")).toMatchObject({ exitCode: 0, stderr: "" });
  });

  test("init overwrites nothing", async () => {
    const again = await runSluice(["init", "shop"], { cwd: folder.path });
    expect(again).toMatchObject({ exitCode: 64, stdout: "" });
  });

  test("plan shows what would run and changes nothing", async () => {
    const plan = await sluice("plan", "--detailed-exitcode");
    expect(plan.exitCode).toBe(2);
    expect(plan.stdout).toContain("+ orders");
    expect(plan.stdout).toMatch(/Plan: 12 tasks to run · blueprint/);
    expect((await sluice("runs")).stdout).toContain("No runs yet");
  });

  test("run does exactly what was planned, and says so on both streams", async () => {
    const planned = parsed((await sluice("plan", "--json")).stdout);
    const run = await sluice("run", "--json");
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
    expect(parsed(run.stdout)).toMatchObject({
      run: {
        status: "succeeded",
        tasks: expect.arrayContaining([
          expect.objectContaining({ id: "orders.load", status: "succeeded", rows: 11 }),
          expect.objectContaining({ id: "daily_sales.transform", attempts: 1 }),
        ]),
      },
    });
    expect(planned).toMatchObject({ summary: { active: 12, bypassed: 0 } });
  });

  test("a second run has nothing to do, and its tasks say why", async () => {
    const plan = await sluice("plan", "--detailed-exitcode");
    expect(plan.exitCode).toBe(0);
    expect(plan.stdout).toContain("Plan: nothing to run");
    const run = await sluice("run");
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain("Everything is up to date: nothing was run.");
    const shown = parsed((await sluice("show", "--json")).stdout);
    expect(shown).toMatchObject({
      run: {
        tasks: expect.arrayContaining([
          { id: "orders.load", status: "bypassed", attempts: 0, reason: "up_to_date" },
        ]),
      },
    });
  });

  test("why explains both outcomes, in the plan and in a past run", async () => {
    const now = parsed((await sluice("why", "orders.load", "--json")).stdout);
    expect(now).toMatchObject({ task: "orders.load", state: "bypassed", reason: "up_to_date" });
    const before = await sluice("why", "orders.load", "--run", "previous", "--json");
    expect(parsed(before.stdout)).toMatchObject({ state: "active", reason: "new" });
  });

  test("why of what is not there names what is", async () => {
    const { exitCode, stderr } = await sluice("why", "orders.lod");
    expect(exitCode).toBe(64);
    expect(stderr).toMatch(/NOT_FOUND[\s\S]*orders\.load/);
  });

  test("diff tells what changed between the runs", async () => {
    const diff = await sluice("diff", "--detailed-exitcode", "--json");
    expect(diff.exitCode).toBe(2);
    expect(parsed(diff.stdout)).toMatchObject({ added: [], removed: [] });
  });

  test("replay of every run is identical, also after the files have changed", async () => {
    writeFileSync(join(project, "models", "extra.sql"), "SELECT * FROM raw.orders\n");
    for (const run of ["previous", "latest"]) {
      const replay = await sluice("replay", run, "--json");
      expect(replay.exitCode).toBe(0);
      expect(parsed(replay.stdout)).toMatchObject({ identical: true });
    }
  });

  test("sources and doctor look at the world and find it well", async () => {
    const sources = parsed((await sluice("sources", "--json")).stdout);
    expect(sources).toMatchObject({
      sources: expect.arrayContaining([
        expect.objectContaining({ name: "orders", presence: "present" }),
      ]),
    });
    expect(await sluice("doctor")).toMatchObject({ exitCode: 0 });
  });

  test("schema writes the schemas again", async () => {
    expect(await sluice("schema", "--json")).toMatchObject({ exitCode: 0, stderr: "" });
  });

  test("a broken file is told with its line, as text and as JSON, by every command", async () => {
    appendFileSync(join(project, "connections", "shop.yaml"), "\nconectors: file\n");
    const check = await sluice("check");
    expect(check.exitCode).toBe(78);
    expect(check.stdout).toMatch(/--> connections\/shop\.yaml:\d+:1/);
    for (const command of ["plan", "run", "sources"]) {
      const failed = await sluice(command, "--json");
      expect(failed.exitCode).toBe(78);
      expect(parsed(failed.stdout)).toMatchObject({
        error: {
          code: "PROJECT_INVALID",
          problems: [{ location: { file: "connections/shop.yaml" } }],
        },
      });
    }
  });
});

describe("outside of a project", () => {
  const folder = temporaryFolder();
  afterAll(() => folder[Symbol.dispose]());

  test("a command that needs one says how to get one", async () => {
    const { exitCode, stdout, stderr } = await runSluice(["plan"], { cwd: folder.path });
    expect(exitCode).toBe(78);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/PROJECT_NOT_FOUND[\s\S]*sluice init/);
  });

  test("help and version are there, and cost less than 60 ms of CPU beyond Node itself", async () => {
    const preload = join(folder.path, "cost.cjs");
    writeFileSync(
      preload,
      'process.on("exit", () => { const { user, system } = process.cpuUsage();' +
        'require("node:fs").writeSync(2, "cost " + (user + system)); });',
    );
    const options = { cwd: folder.path, env: { NODE_OPTIONS: `--require ${preload}` } };
    const cost = async (argv: readonly string[]) => {
      const costs: number[] = [];
      for (let index = 0; index < 5; index += 1) {
        const { exitCode, stderr } = await runSluice(argv, options);
        expect(exitCode).toBe(0);
        costs.push(Number(/cost (\d+)/.exec(stderr)?.[1]) / 1_000);
      }
      return Math.min(...costs);
    };
    const bare = bareNodeCost(preload);
    for (const argv of [["--help"], ["plan", "--help"], ["--version"]]) {
      expect((await cost(argv)) - bare).toBeLessThan(60);
    }
  });
});

describe("a long run", () => {
  const folder = temporaryFolder();
  let running: SluiceProcess;

  beforeAll(async () => {
    writeFiles(folder.path, {
      "sluice.yaml": "project: long\nwarehouse: { type: duckdb, path: long.duckdb }\n",
      "connections/files.yaml":
        "connection: files\ntype: file\noptions: { root: data }\nsources:\n  - { name: one, path: one.csv }\n",
      "data/one.csv": "id\n1\n",
      "models/endless.sql":
        "/* sluice\nmaterialize: table\n*/\nSELECT count(*) AS pairs FROM raw.one, range(10000000) AS a, range(10000000) AS b WHERE a.range * b.range % 7 = 3\n",
    });
    running = startSluice(["run"], { cwd: folder.path });
    await saidOnStderr(running, "endless.transform started");
  });

  afterAll(() => {
    running.child.kill("SIGKILL");
    folder[Symbol.dispose]();
  });

  test("keeps a second writer out, and lets readers in", async () => {
    const second = await runSluice(["run", "--json"], { cwd: folder.path });
    expect(second.exitCode).toBe(75);
    expect(parsed(second.stdout)).toMatchObject({ error: { code: "CATALOG_LOCKED" } });
    const runs = await runSluice(["runs", "--json"], { cwd: folder.path });
    expect(parsed(runs.stdout)).toMatchObject({ runs: [{ status: "running" }] });
  });

  test("is rolled back by SIGINT: its answer says cancelled, and it exits with 130", async () => {
    running.child.kill("SIGINT");
    const { exitCode, stdout, stderr } = await running.ended;
    expect(exitCode).toBe(130);
    expect(stdout).toContain("cancelled");
    expect(stderr).toContain("Stopping");
    expect(stderr).not.toContain("\u001b");
  });
});

/** Milliseconds of CPU that Node takes to do nothing: the least of several starts. */
function bareNodeCost(preload: string): number {
  const costs = Array.from({ length: 5 }, () => {
    const { stderr } = spawnSync(process.execPath, ["--require", preload, "-e", "0"], {
      encoding: "utf8",
    });
    return Number(/cost (\d+)/.exec(stderr)?.[1]) / 1_000;
  });
  return Math.min(...costs);
}

/** Resolves once a process has written this to stderr. */
function saidOnStderr({ child, ended }: SluiceProcess, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let heard = "";
    child.stderr?.on("data", (data: string) => {
      heard += data;
      if (heard.includes(text)) resolve();
    });
    ended.then(({ stderr }) => reject(new Error(`It ended without "${text}":\n${stderr}`)), reject);
  });
}
