import type { TaskId } from "../decide/blueprint.ts";
import { assert, present } from "../std/assert.ts";
import { persistentVector } from "./persistent-vector.ts";
import type { RunPlan } from "./run-plan.ts";
import {
  initialTask,
  initialUnit,
  isUrgent,
  type RunState,
  type TaskState,
  type UnitState,
} from "./run-state.ts";
import {
  changeTask,
  changeUnit,
  enqueue,
  plannedTask,
  type RunStep,
  takeSlot,
  taskState,
  unitState,
} from "./run-step.ts";
import { announce, countDecided } from "./settle.ts";

type Before = Pick<RunState, "plan" | "tasks" | "units">;

/** A unit with attempts behind it or under way, which goes on in the new plan. */
interface Carried {
  readonly tasks: readonly TaskId[];
  readonly state: UnitState;
}

/** Where a carried unit lives in the new plan. */
interface Home {
  readonly unit: number;
  readonly members: readonly number[];
  readonly state: UnitState;
}

/**
 * Gives a run another plan. What was done is carried over by the ids of tasks; where everything
 * else stands follows from that and the plan. Afterwards all numbers are those of the new plan.
 */
export function adoptPlan(step: RunStep, plan: RunPlan): void {
  const before: Before = { plan: step.plan, tasks: step.tasks, units: step.units };
  const carried = carriedOf(before);
  checkThatDoneStays(step, before, plan, carried);
  const homes = findHomes(plan, carried);
  const tasks = carryTasks(before, plan, homes);
  step.plan = plan;
  step.tasks = persistentVector(tasks);
  step.units = persistentVector(openMembersOf(plan, tasks, homes).map(initialUnit));
  resetCounts(step, tasks);
  for (const { unit, members, state } of homes) {
    changeUnit(step, unit, { ...state, members, openMembers: 0 });
    if (state.phase === "ready") enqueue(step, unit);
    if (state.phase === "starting" || state.phase === "running") takeSlot(step, unit);
  }
  findWhatFollows(step);
  keepTimes(step, before);
}

function carriedOf(before: Before): readonly Carried[] {
  return before.plan.units.flatMap((_, unit) => {
    const state = unitState(before, unit);
    const { phase, attempt, members } = state;
    const isUnderWay = phase === "starting" || phase === "running" || phase === "retrying";
    if (!isUnderWay && (phase !== "ready" || attempt === 0)) return [];
    return [{ tasks: members.map((member) => plannedTask(before, member).id), state }];
  });
}

/** A revision leaves what has begun as it was; only what it cancels may be decided otherwise. */
function checkThatDoneStays(
  step: RunStep,
  before: Before,
  plan: RunPlan,
  carried: readonly Carried[],
): void {
  for (const { id, subject } of before.plan.tasks.filter((_, task) => isDone(before, task))) {
    assert(plan.numberOf.has(id), `${id} was done, so a revision keeps ${subject}`);
  }
  for (const id of carried.flatMap(({ tasks }) => tasks)) {
    const task = plan.tasks[present(plan.numberOf.get(id), `${id} has begun, so it stays`)];
    const isKept = task?.bypass === null || step.revisions.cancelled.has(task?.subject ?? "");
    assert(isKept, `${id} has begun, so a revision does not bypass it`);
  }
}

/** Whether a task has ended with something to show for it, rather than by what was planned. */
function isDone(state: Before, task: number): boolean {
  const { outcome } = taskState(state, task);
  return outcome !== null && outcome.status !== "bypassed" && outcome.status !== "skipped";
}

/** Several tasks go on in the batch that they share, where they still do; else in the first one's unit. */
function findHomes(plan: RunPlan, carried: readonly Carried[]): readonly Home[] {
  const taken = new Set<number>();
  return carried.map(({ tasks, state }) => {
    const members = tasks.map((id) => present(plan.numberOf.get(id), `${id} is in the plan`));
    const first = present(members[0], "a unit that has begun has a member");
    const shared = new Set(members.map((member) => plan.tasks[member]?.unit ?? member));
    const [batch = first] = shared;
    const isTogether = members.length > 1 && shared.size === 1 && !taken.has(batch);
    const unit = isTogether ? batch : first;
    taken.add(unit);
    return { unit, members, state };
  });
}

function carryTasks(before: Before, plan: RunPlan, homes: readonly Home[]): readonly TaskState[] {
  const homeOf = new Map(homes.flatMap((home) => home.members.map((task) => [task, home.unit])));
  const taken = new Set(homes.map(({ unit }) => unit));
  return plan.tasks.map(({ id, unit }, task): TaskState => {
    const initial = initialTask(plan, task);
    const number = before.plan.numberOf.get(id);
    const old = number === undefined ? null : taskState(before, number);
    if (old !== null && isDone(before, number ?? 0)) return { ...old, unit };
    const home = homeOf.get(task);
    if (old === null || home === undefined) {
      // A batch that has begun without it goes on without it.
      return taken.has(unit) ? { ...initial, unit: task } : initial;
    }
    const { attempts, startedAt, failure } = old;
    const carried = { ...initial, attempts, startedAt, failure, outcome: null };
    return { ...carried, unit: home, openNeeds: 0 };
  });
}

function openMembersOf(
  plan: RunPlan,
  tasks: readonly TaskState[],
  homes: readonly Home[],
): readonly number[] {
  const open = plan.units.map(() => 0);
  for (const { unit, outcome } of tasks) if (outcome === null) open[unit] = (open[unit] ?? 0) + 1;
  for (const { unit } of homes) open[unit] = 0;
  return open;
}

/** Nothing is queued, and nothing counted but what the tasks say. */
function resetCounts(step: RunStep, tasks: readonly TaskState[]): void {
  const { plan } = step;
  step.ready = plan.pools.map(() => null);
  step.arrivals = plan.pools.map(() => null);
  step.busy = plan.pools.map(() => 0);
  step.arrived = 0;
  step.memoryInUse = 0;
  step.parked = new Map();
  const open = plan.tasks.filter((_, task) => tasks[task]?.outcome === null);
  step.openTasks = open.length;
  step.openUrgentTasks = open.filter((task) => isUrgent(plan, task)).length;
  step.unsuccessfulTasks = tasks.filter(({ outcome }) => outcome?.status === "failed").length;
}

/** What is ready or skipped, by what is done. */
function findWhatFollows(step: RunStep): void {
  const done: number[] = [];
  for (const task of step.plan.tasks.keys()) {
    const { outcome, unit } = taskState(step, task);
    if (isDone(step, task)) done.push(task);
    const isFree = outcome === null && plannedTask(step, task).needs.length === 0;
    if (isFree && unitState(step, unit).phase === "waiting") countDecided(step, task);
  }
  announce(step, done);
}

/** What is skipped as before was so since then, and what is ready as before has waited since then. */
function keepTimes(step: RunStep, before: Before): void {
  for (const [number, { id }] of before.plan.tasks.entries()) {
    const task = step.plan.numberOf.get(id);
    if (task === undefined) continue;
    const [old, now] = [taskState(before, number), taskState(step, task)];
    if (old.outcome?.status === "skipped" && now.outcome?.status === "skipped") {
      changeTask(step, task, { finishedAt: old.finishedAt });
    }
    const [oldUnit, nowUnit] = [unitState(before, old.unit), unitState(step, now.unit)];
    if (oldUnit.phase === "ready" && nowUnit.phase === "ready") {
      changeUnit(step, now.unit, { readyAt: Math.min(oldUnit.readyAt, nowUnit.readyAt) });
    }
  }
}
