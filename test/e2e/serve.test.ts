import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { sqliteCatalogs } from "../../src/catalogs/sqlite/sqlite-catalogs.ts";
import { openProject, type RunReport } from "../../src/index.ts";
import { startServing } from "../support/serving-process.ts";
import { runSluice } from "../support/sluice-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeFiles } from "../support/write-files.ts";

// Goal: a process that serves a project does what is due, alone, and can be ended or killed at any
// time. Method: real processes on real files, which are told of by the lines that they print.

const files = {
  "sluice.yaml": "project: shop\n",
  "connections/files.yaml": `connection: files
type: file
options: { root: data }
watch: 200ms
sources:
  - { name: orders, path: orders.csv }
  - { name: prices, path: prices.csv }
`,
  "models/revenue.sql": `/* sluice
materialize: table
*/
SELECT sum(o.n * p.price) AS revenue FROM raw.orders o, raw.prices p
`,
  "data/orders.csv": "n\n1\n",
  "data/prices.csv": "price\n10\n",
};

/** A model that takes as long as a test may last, and can be interrupted. */
const slowModel = `/* sluice
materialize: table
*/
SELECT count(*) AS n FROM raw.orders o, range(1000000000000) r WHERE hash(r.range + o.n) = 1
`;

function shop(others: Readonly<Record<string, string>> = {}): string {
  const folder = temporaryFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  writeFiles(folder.path, { ...files, ...others });
  return folder.path;
}

async function revenueIn(folder: string): Promise<unknown> {
  await using project = await openProject({ folder });
  return (await project.sample({ schema: "main", name: "revenue" }, 1)).rows[0]?.[0];
}

async function lastRun(folder: string): Promise<RunReport["run"]> {
  await using project = await openProject({ folder });
  return (await project.show()).run;
}

const say = (folder: string, ...args: readonly string[]) =>
  runSluice(["signal", ...args, "--by", "ada"], { cwd: folder });

describe("what is due gets a cycle", () => {
  test("a file that changes is loaded, and what reads it is built", async () => {
    const folder = shop();
    const serving = startServing(folder);
    expect(await serving.next(({ type }) => type === "Serving")).toMatchObject({ epoch: 1 });
    expect(await serving.cycle("start")).toMatchObject({ status: "succeeded", failed: 0 });
    writeFiles(folder, { "data/orders.csv": "n\n2\n3\n" });
    expect(await serving.cycle("changed")).toMatchObject({ status: "succeeded" });
    serving.kill("SIGTERM");
    const { exitCode } = await serving.ended;
    expect(exitCode).toBe(143);
    expect(serving.lines.at(-1)).toMatchObject({ type: "Stopped" });
    expect(await revenueIn(folder)).toBe(50);
  });

  test("a word holds what it is about back, until it is lifted", async () => {
    const folder = shop();
    const serving = startServing(folder);
    await serving.cycle("start");
    await say(folder, "freeze", "orders", "--why", "stocktaking");
    await serving.cycle("signal");
    writeFiles(folder, { "data/orders.csv": "n\n5\n" });
    const changed = await serving.cycle("changed");
    expect(await tasksOf(folder, changed["run"])).toMatchObject({
      "orders.load": { status: "bypassed", reason: "frozen" },
    });
    await say(folder, "lift", "orders", "--why", "counted");
    const lifted = await serving.cycle("signal");
    expect(await tasksOf(folder, lifted["run"])).toMatchObject({
      "orders.load": { status: "succeeded" },
    });
    serving.kill("SIGTERM");
    await serving.ended;
    expect(await revenueIn(folder)).toBe(50);
  });

  test("an event by HTTP is a signal, with the token that was told", async () => {
    const folder = shop();
    const serving = startServing(folder);
    const { token } = await serving.next(({ type }) => type === "TokenMade");
    const { url } = await serving.next(({ type }) => type === "Serving");
    await serving.cycle("start");
    const send = (subject: string, given: unknown, id = "1") =>
      fetch(String(url), {
        method: "POST",
        headers: {
          "content-type": "application/cloudevents+json",
          authorization: `Bearer ${String(given)}`,
        },
        body: JSON.stringify({
          ...{ specversion: "1.0", id, source: "/test", type: "dev.sluice.source.changed" },
          subject,
        }),
      });
    expect((await send("orders", "guessed")).status).toBe(401);
    const unknown = await send("ordres", token);
    expect(unknown.status).toBe(400);
    expect(await unknown.json()).toMatchObject({ error: { hint: "Did you mean `orders`?" } });
    const sent = await send("orders", token);
    expect([sent.status, await sent.json()]).toEqual([
      202,
      { signals: [{ source: "/test", id: "1", isNew: true }] },
    ]);
    await serving.cycle("signal");
    expect(await (await send("orders", token)).json()).toMatchObject({
      signals: [{ isNew: false }],
    });
    const ready = await fetch(new URL("/readyz", String(url)));
    expect([ready.status, await ready.json()]).toEqual([200, { isReady: true }]);
    expect((await fetch(new URL("/signals/livez", String(url)))).status).toBe(401);
    // The next process knows the token by its hash, and tells it no more.
    serving.kill("SIGTERM");
    await serving.ended;
    const again = startServing(folder);
    const { url: other } = await again.next(({ type }) => type === "Serving");
    expect(again.lines.some(({ type }) => type === "TokenMade")).toBe(false);
    const authorization = `Bearer ${String(token)}`;
    const elsewhere = new URL("/nothing", String(other));
    expect((await fetch(elsewhere, { headers: { authorization } })).status).toBe(404);
  });
});

describe("a cycle that goes on", () => {
  const slow = { "models/slow.sql": slowModel, "models/after.sql": "SELECT n FROM main.slow\n" };

  test("takes in what it has not come to, and lets others go on beside it", async () => {
    const folder = shop({
      ...slow,
      "connections/others.yaml":
        "connection: others\ntype: file\noptions: { root: others }\nwatch: 200ms\n" +
        "sources: [{ name: weather, path: weather.csv }]\n",
      "others/weather.csv": "t\n1\n",
    });
    const serving = startServing(folder, ["--grace", "0s"]);
    const whole = await serving.next(({ type }) => type === "CycleStarted");
    await begun(folder, whole["run"], "slow.transform");
    await done(folder, whole["run"], "weather.verify");
    // What it has come to and done is done again beside it, although it goes on.
    writeFiles(folder, { "others/weather.csv": "t\n2\n" });
    expect(await serving.cycle("changed")).toMatchObject({ status: "succeeded" });
    // What it has not come to is decided again.
    await say(folder, "freeze", "after", "--why", "wrong");
    const shared = await serving.next(({ type }) => type === "CycleShared");
    expect(shared).toMatchObject({ run: whole["run"], subjects: ["after"], causes: ["signal"] });
    // What works on is cancelled only by a word that says so.
    await say(folder, "bypass", "slow", "--cancel", "--why", "it takes too long");
    const finished = await serving.cycle("start");
    expect(finished["run"]).toBe(whole["run"]);
    expect(await tasksOf(folder, whole["run"])).toMatchObject({
      "slow.transform": { status: "cancelled" },
      "after.transform": { status: "bypassed", reason: "frozen" },
      "revenue.transform": { status: "succeeded" },
    });
  });

  test("may finish for as long as the grace lasts, and is rolled back then", async () => {
    const folder = shop(slow);
    const serving = startServing(folder, ["--grace", "300ms"]);
    const { run } = await serving.next(({ type }) => type === "CycleStarted");
    await begun(folder, run, "slow.transform");
    serving.kill("SIGTERM");
    const { exitCode } = await serving.ended;
    expect(exitCode).toBe(143);
    expect(serving.lines.map(({ type }) => type).slice(-3)).toEqual([
      "Stopping",
      "CycleFinished",
      "Stopped",
    ]);
    expect(await lastRun(folder)).toMatchObject({ status: "cancelled" });
    expect(await revenueIn(folder)).toBe(10);
  });
});

describe("one process serves a project", () => {
  test("a second one is refused with the name of the first", async () => {
    const folder = shop();
    const serving = startServing(folder);
    await serving.next(({ type }) => type === "Serving");
    for (const command of ["serve", "run"]) {
      const { exitCode, stderr } = await runSluice([command], { cwd: folder });
      expect([command, exitCode]).toEqual([command, 75]);
      expect(stderr).toContain(`held by \`sluice serve\` (pid ${serving.pid}`);
      if (command === "serve") expect(stderr).toContain("--standby");
    }
  });

  test("one that stands by takes over within 15 seconds when it is killed, with what was begun", async () => {
    const folder = shop({ "models/slow.sql": slowModel });
    const first = startServing(folder);
    const { run } = await first.next(({ type }) => type === "CycleStarted");
    const second = startServing(folder, ["--standby", "--grace", "0s"]);
    await second.next(({ type }) => type === "StandingBy");
    await begun(folder, run, "slow.transform");
    const killedAt = performance.now();
    first.kill("SIGKILL");
    expect(await second.next(({ type }) => type === "Serving")).toMatchObject({ epoch: 2 });
    const tookMs = performance.now() - killedAt;
    expect(tookMs).toBeLessThan(15_000);
    // The interrupted run goes on where it was.
    await begun(folder, run, "slow.transform", "RunResumed");
    await say(folder, "bypass", "slow", "--cancel", "--why", "enough");
    expect(await second.next(({ type }) => type === "RunResumed")).toMatchObject({ run });
    expect(await second.cycle("start")).toMatchObject({ status: "succeeded" });
    // The warehouse is free once nothing runs.
    second.kill("SIGTERM");
    await second.ended;
    expect(await revenueIn(folder)).toBe(10);
  });
});

async function tasksOf(folder: string, run: unknown): Promise<Record<string, unknown>> {
  await using project = await openProject({ folder });
  const { run: shown } = await project.show(String(run));
  return Object.fromEntries(shown.tasks.map((task) => [task.id, task]));
}

interface StoredRunEvent {
  readonly type: string;
  readonly tasks?: readonly string[];
}

/** Waits until the catalog tells that a task of a run has begun, perhaps after another event. */
async function begun(folder: string, run: unknown, task: string, after?: string): Promise<void> {
  await told(folder, run, { type: "AttemptStarted", task, after });
}

/** Waits until the catalog tells that a task of a run has succeeded. */
async function done(folder: string, run: unknown, task: string): Promise<void> {
  await told(folder, run, { type: "AttemptSucceeded", task });
}

async function told(
  folder: string,
  run: unknown,
  wanted: { readonly type: string; readonly task: string; readonly after?: string | undefined },
): Promise<void> {
  const { after } = wanted;
  const isWanted = ({ type, tasks }: StoredRunEvent) =>
    type === wanted.type && tasks?.includes(wanted.task) === true;
  await using catalog = await sqliteCatalogs.openReader(join(folder, ".sluice", "catalog.db"));
  let changes = -1;
  for (;;) {
    const now = (await catalog?.changes()) ?? 0;
    if (now !== changes) {
      changes = now;
      const events = (await catalog?.events(String(run))) ?? [];
      const start = after === undefined ? 0 : events.findIndex(({ event }) => event.type === after);
      if (start >= 0 && events.slice(start).some(({ event }) => isWanted(event))) return;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}
