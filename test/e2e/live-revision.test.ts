import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openProject, type RunEvent, type RunReport, type SluiceProject } from "../../src/index.ts";
import { repositoryFolder } from "../support/sluice-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeFiles } from "../support/write-files.ts";

// Goal: what is told of a source while a run goes on reaches that run, and only what it concerns.

const files = {
  "sluice.yaml": "project: shop\npools: { warehouse: 1 }\n",
  "connections/files.yaml": `connection: files
type: file
options: { root: data }
sources:
  - { name: orders, path: orders.csv }
  - { name: prices, path: prices.csv }
`,
  // Long enough for a signal to come while it runs, on a machine of any speed.
  "models/slow.sql":
    "SELECT max(p.price) + sum(hash(i) % 7) AS s FROM raw.prices p, range(100000000) AS t(i)\n",
  "models/revenue.sql": "SELECT sum(o.n) AS n FROM raw.orders o\n",
  "models/top.sql": "SELECT n FROM revenue\n",
  "data/prices.csv": "price\n10\n",
};

interface Shop {
  readonly folder: string;
  readonly project: SluiceProject;
}

async function shop(more: Readonly<Record<string, string>> = {}): Promise<Shop> {
  const folder = temporaryFolder();
  writeFiles(folder.path, { ...files, ...more });
  const project = await openProject({ folder: folder.path, logStream: { write: () => {} } });
  onTestFinished(async () => {
    await project[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });
  return { folder: folder.path, project };
}

/** Sends a signal from another process, while this one stands still: no task gets on meanwhile. */
function signal(folder: string, ...args: readonly string[]): void {
  const cli = join(repositoryFolder, "bin", "sluice.js");
  const { status, stderr } = spawnSync(process.execPath, [cli, "signal", ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(status).toBe(0);
}

/** Runs, and does something once the slow model is about to start. */
async function runAnd({ project }: Shop, act: () => void): Promise<RunReport> {
  return await project.run({ onEvent: (event) => void (isSlowStart(event) && act()) });
}

function isSlowStart(event: RunEvent): boolean {
  return event.type === "AttemptStarted" && event.tasks.includes("slow.transform");
}

function statusesOf({ run }: RunReport): Record<string, string> {
  return Object.fromEntries(run.tasks.map(({ id, status }) => [id, status]));
}

describe("while a run goes on", () => {
  test("a source that is back is loaded by it, with all that reads it, and replay agrees", async () => {
    const scene = await shop();
    const { project, folder } = scene;
    const report = await runAnd(scene, () => {
      writeFiles(folder, { "data/orders.csv": "n\n3\n4\n" });
      signal(folder, "back", "orders");
    });
    expect(report.run.status).toBe("succeeded");
    expect(statusesOf(report)).toMatchObject({
      "slow.transform": "succeeded",
      "orders.load": "succeeded",
      "revenue.transform": "succeeded",
      "top.transform": "succeeded",
    });
    expect(report.run.revisions).toMatchObject([
      { revision: 1, segments: { added: [], removed: [], changed: ["orders", "revenue", "top"] } },
    ]);
    expect(await project.sample({ schema: "main", name: "top" }, 1)).toMatchObject({
      rows: [[7]],
    });
    expect(await project.replay()).toMatchObject({ identical: true });
    expect(await project.show()).toEqual(report);
    // All of it was done and is known: nothing is left for the next run.
    const next = await project.run();
    expect(next.run.tasks.every(({ status }) => status === "bypassed")).toBe(true);
  });

  test("an override keeps what has not begun from running, and says so", async () => {
    const scene = await shop({ "data/orders.csv": "n\n1\n", "rules/late.yaml": lateRules });
    const { project } = scene;
    const report = await runAnd(scene, () => {
      signal(scene.folder, "freeze", "top", "--by", "ann", "--why", "the board meets");
    });
    expect(statusesOf(report)).toMatchObject({
      "revenue.transform": "succeeded",
      "top.transform": "bypassed",
    });
    const { signals } = await project.signals();
    expect(signals).toMatchObject([{ takenBy: report.run.id, state: "holds" }]);
    expect(report.run.revisions).toMatchObject([
      { cause: "override.freeze top (ann: the board meets)", segments: { changed: ["top"] } },
    ]);
    const why = { run: "latest" };
    expect(await project.why("top.transform", why)).toMatchObject({ reason: "frozen" });
    // What the revision left as it was is explained by the decision that the run began with.
    expect(await project.why("revenue.transform", why)).toMatchObject({ reason: "new" });
    const { added, removed, changed } = await project.diff("latest@0", "latest@1");
    expect([added, removed, changed.map(({ task, cause }) => [task, cause])]).toEqual([
      [],
      [],
      [
        ["top.check", "ann says to freeze top: the board meets"],
        ["top.transform", "ann says to freeze top: the board meets"],
      ],
    ]);
    expect(await project.replay()).toMatchObject({ identical: true, revisions: [{ revision: 1 }] });
  });

  test("under the heaviest pressure what is optional and has not begun is left out", async () => {
    const extra = "/* sluice\noptional: true\n*/\nSELECT max(s) AS s FROM slow\n";
    const scene = await shop({ "models/extra.sql": extra });
    const report = await runAnd(scene, () => {
      signal(scene.folder, "pressure", "memory", "--data", '{"level": 3}');
    });
    const extraTask = report.run.tasks.find(({ id }) => id === "extra.transform");
    expect(extraTask).toMatchObject({ status: "bypassed", reason: "pressure" });
    expect(statusesOf(report)).toMatchObject({ "slow.transform": "succeeded" });
  });

  test("a run that was decided again and cut off goes on as it was decided last", async () => {
    const scene = await shop();
    const { project, folder } = scene;
    const crash = new Error("the screen is gone");
    const run = project.run({
      onEvent: (event) => {
        if (isSlowStart(event)) {
          writeFiles(folder, { "data/orders.csv": "n\n3\n4\n" });
          signal(folder, "back", "orders");
        }
        // Whoever watches fails, and with it the process that ran it.
        if (event.type === "RevisionDecided") throw crash;
      },
    });
    await expect(run).rejects.toThrow(crash);
    const resumed = await project.run({ resume: true });
    expect(resumed.run.status).toBe("succeeded");
    expect(resumed.run.revisions).toHaveLength(1);
    expect(statusesOf(resumed)).toMatchObject({ "top.transform": "succeeded" });
    expect(await project.show()).toEqual(resumed);
  });
});

/** The slow model goes first. */
const lateRules = `ruleset: order
rules:
  - id: slow-first
    for: model
    when: model.name == "slow"
    then: [{ priority: 9 }]
  - id: its-source-first
    for: source
    when: source.name == "prices"
    then: [{ priority: 9 }]
`;
