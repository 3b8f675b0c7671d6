import { join } from "node:path";
import Database from "libsql";
import { systemClock } from "../src/app/system-clock.ts";
import { sqliteCatalogs } from "../src/catalogs/sqlite/sqlite-catalogs.ts";
import { planRun, type RunPlan } from "../src/core/run/run-plan.ts";
import { runBlueprint } from "../src/engine/local-host.ts";
import type { TaskExecutor } from "../src/ports/task-executor.ts";
import { plainResult, runBlueprintOf, type TaskSketch } from "../test/support/run-blueprint.ts";
import { temporaryFolder } from "../test/support/temporary-folder.ts";
import type { BenchResult } from "./bench-result.ts";

const repetitions = 7;
const fanOut = 10_000;
const chain = 1_000;
/** Of the one pool: what ends in one turn of the event loop, up to so many, is one commit. */
const slots = 16;

/**
 * What it costs to run a task that does nothing, through machine, host and journal, against a
 * durable commit of one row for each in the same file format on the same disk.
 */
export async function bench(): Promise<BenchResult[]> {
  const wide = Array.from({ length: fanOut }, (_, index): TaskSketch => ({ id: idOf(index) }));
  const long = Array.from({ length: chain }, (_, index): TaskSketch => {
    return index === 0 ? { id: idOf(index) } : { id: idOf(index), after: [idOf(index - 1)] };
  });
  return [
    await compare(`${fanOut} independent tasks, ${slots} slots`, wide, 0.5),
    await compare(`a chain of ${chain} tasks`, long, 3),
  ];
}

async function compare(
  name: string,
  sketches: readonly TaskSketch[],
  atMost: number,
): Promise<BenchResult> {
  const blueprint = runBlueprintOf(sketches);
  const plan = planRun(blueprint, { pools: { main: slots } });
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    ours.push(await timeRun(plan));
    theirs.push(timeCommits(sketches.length));
  }
  const ratio = median(ours.map((time, index) => time / (theirs[index] ?? 1)));
  return {
    name,
    ours: median(ours),
    theirs: median(theirs),
    ratio,
    unit: "ms",
    target: `at most ${atMost} × as many durable single-row commits`,
    isMet: ratio <= atMost,
  };
}

const executor: TaskExecutor = {
  execute: async (tasks) => Object.fromEntries(tasks.map((task) => [task, plainResult])),
};

async function timeRun(plan: RunPlan): Promise<number> {
  using folder = temporaryFolder();
  await using catalog = await sqliteCatalogs.openWriter(join(folder.path, "catalog.db"), "bench");
  const summary = { id: "r", startedAt: 0, finishedAt: null, status: "running" } as const;
  await catalog.createRun({ ...summary, blueprint: plan.blueprint, decision: plan.blueprint });
  const start = performance.now();
  const state = await runBlueprint({
    run: "r",
    plan,
    catalog,
    executor,
    clock: systemClock,
    seed: 1,
    redact: (text) => text,
  });
  const took = performance.now() - start;
  if (state.status !== "succeeded") throw new Error(`The run ended ${state.status}`);
  return took;
}

function timeCommits(count: number): number {
  using folder = temporaryFolder();
  const db = new Database(join(folder.path, "commits.db"));
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  db.exec("CREATE TABLE rows (id INTEGER PRIMARY KEY, value TEXT NOT NULL)");
  const insert = db.prepare("INSERT INTO rows (value) VALUES (?)");
  const start = performance.now();
  for (let row = 0; row < count; row += 1) insert.run([`value ${row}`]);
  const took = performance.now() - start;
  db.close();
  return took;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}

function idOf(index: number): string {
  return `task_${String(index).padStart(6, "0")}.load`;
}
