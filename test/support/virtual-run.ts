import { advance } from "../../src/core/run/advance.ts";
import type { RunCommand, RunEvent } from "../../src/core/run/run-event.ts";
import { type Demand, planRun } from "../../src/core/run/run-plan.ts";
import { startRun } from "../../src/core/run/run-state.ts";
import { plainResult, runBlueprintOf } from "./run-blueprint.ts";
import type { RecordedGraph, RecordedTask } from "./task-graphs.ts";

/** How long the run machine takes for a recorded graph, when each task takes what it took. */
export function makespanOf({ tasks, pools }: RecordedGraph): number {
  const durations = new Map(tasks.map(({ id, durationMs }) => [id, durationMs] as const));
  const demands = new Map(
    tasks.map(({ id, usualMs }): [string, Demand] => [
      id,
      { durationMs: { p50: usualMs, p95: usualMs * 2 }, memoryBytes: 0, rows: null },
    ]),
  );
  const plan = planRun(runBlueprintOf(tasks), { pools, demands });
  let state = startRun(plan);
  const ends: { readonly at: number; readonly event: RunEvent }[] = [];
  const tell = (event: RunEvent) => {
    const made = advance(state, event);
    state = made.state;
    for (const command of made.commands) follow(command, event.at);
  };
  const follow = (command: RunCommand, at: number) => {
    if (command.type === "FinishRun") tell({ ...command, type: "RunFinished", at });
    if (command.type !== "StartAttempt") return;
    tell({ ...command, type: "AttemptStarted", at });
    const { tasks: ids, attempt } = command;
    const [id = ""] = ids;
    const end = at + (durations.get(id) ?? 0);
    const results = { [id]: plainResult };
    ends.push({
      at: end,
      event: { type: "AttemptSucceeded", at: end, tasks: ids, attempt, results },
    });
  };
  tell({ type: "RunStarted", at: 0, blueprint: plan.blueprint, seed: 1 });
  while (state.phase !== "finished") tell(takeFirst(ends).event);
  return state.finishedAt ?? 0;
}

/** How long it takes when tasks start in the order in which they become ready. */
export function fifoMakespanOf({ tasks, pools }: RecordedGraph): number {
  const free = new Map(Object.entries(pools));
  const open = new Map(tasks.map((task) => [task.id, task.after.length] as const));
  const behind = new Map<string, RecordedTask[]>();
  for (const task of tasks) {
    for (const id of task.after) behind.set(id, [...(behind.get(id) ?? []), task]);
  }
  const byId = (left: RecordedTask, right: RecordedTask) => (left.id < right.id ? -1 : 1);
  let queue = tasks.filter(({ after }) => after.length === 0).sort(byId);
  const ends: { readonly at: number; readonly task: RecordedTask }[] = [];
  let now = 0;
  for (;;) {
    queue = queue.filter((task) => {
      const slots = free.get(task.pool) ?? 0;
      if (slots === 0) return true;
      free.set(task.pool, slots - 1);
      ends.push({ at: now + task.durationMs, task });
      return false;
    });
    if (ends.length === 0) return now;
    const { at, task } = takeFirst(ends);
    now = at;
    free.set(task.pool, (free.get(task.pool) ?? 0) + 1);
    const ready = (behind.get(task.id) ?? []).filter(({ id }) => {
      open.set(id, (open.get(id) ?? 1) - 1);
      return open.get(id) === 0;
    });
    queue.push(...ready.sort(byId));
  }
}

/** No order can be shorter than the longest chain, or than the work of a pool over its slots. */
export function lowerBoundOf({ tasks, pools }: RecordedGraph): number {
  const byId = new Map(tasks.map((task) => [task.id, task] as const));
  const known = new Map<string, number>();
  const chainOf = (id: string): number => {
    const before = known.get(id);
    if (before !== undefined) return before;
    const task = byId.get(id);
    const chain = (task?.durationMs ?? 0) + Math.max(0, ...(task?.after ?? []).map(chainOf));
    known.set(id, chain);
    return chain;
  };
  const work = Object.entries(pools).map(([pool, slots]) => {
    const own = tasks.filter((task) => task.pool === pool);
    return own.reduce((sum, { durationMs }) => sum + durationMs, 0) / slots;
  });
  return Math.max(...work, ...tasks.map(({ id }) => chainOf(id)));
}

function takeFirst<T extends { readonly at: number }>(entries: T[]): T {
  let first = 0;
  entries.forEach((entry, index) => {
    if (entry.at < (entries[first]?.at ?? 0)) first = index;
  });
  const [taken] = entries.splice(first, 1);
  if (taken === undefined) throw new Error("A run that waits for nothing has ended");
  return taken;
}
