import type { TaskId } from "../decide/blueprint.ts";
import { assert, present } from "../std/assert.ts";
import type { EpochMs } from "../std/time.ts";
import { arrivalNumber } from "./arrivals.ts";
import { withNumber } from "./leftist-heap.ts";
import { entryAt, withAt } from "./persistent-vector.ts";
import type { PlannedTask, PlannedUnit } from "./planned-unit.ts";
import type { RunCommand, RunStatus } from "./run-event.ts";
import {
  isUrgent,
  type Obstacle,
  type RunState,
  type TaskOutcome,
  type TaskState,
  type UnitState,
} from "./run-state.ts";

/**
 * One step of the machine while it is being made: the fields are replaced, the values in them are
 * not touched, so the state that the step began with stays as it was.
 */
export interface RunStep extends Omit<Writable<RunState>, "ready" | "arrivals" | "busy"> {
  ready: RunState["ready"][number][];
  arrivals: RunState["arrivals"][number][];
  busy: number[];
  readonly commands: RunCommand[];
  /** The instant of the event. */
  readonly at: EpochMs;
  /** True when this step may have made the last task final. */
  mayBeLast: boolean;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What one event makes of a state, and what is to be done about it, in this order. */
export interface Advance {
  readonly state: RunState;
  readonly commands: readonly RunCommand[];
}

/** Written out, here and at the end, because a spread is several times as slow. */
export function beginStep(state: RunState, at: EpochMs): RunStep {
  return {
    plan: state.plan,
    phase: state.phase,
    seed: state.seed,
    startedAt: state.startedAt,
    finishedAt: state.finishedAt,
    status: state.status,
    tasks: state.tasks,
    units: state.units,
    ready: state.ready.slice(),
    arrivals: state.arrivals.slice(),
    arrived: state.arrived,
    busy: state.busy.slice(),
    memoryInUse: state.memoryInUse,
    parked: state.parked,
    openTasks: state.openTasks,
    openUrgentTasks: state.openUrgentTasks,
    unsuccessfulTasks: state.unsuccessfulTasks,
    circuits: state.circuits,
    pressure: state.pressure,
    passedDeadlineMs: state.passedDeadlineMs,
    revisions: state.revisions,
    epoch: state.epoch,
    commands: [],
    at,
    mayBeLast: false,
  };
}

/** Asks for the end of the run when all is final, and closes the step. */
export function endStep(step: RunStep): Advance {
  if (step.mayBeLast && step.openTasks === 0 && step.revisions.asked === null) {
    step.commands.push({ type: "FinishRun", status: statusAtEnd(step) });
  }
  const state: RunState = {
    plan: step.plan,
    phase: step.phase,
    seed: step.seed,
    startedAt: step.startedAt,
    finishedAt: step.finishedAt,
    status: step.status,
    tasks: step.tasks,
    units: step.units,
    ready: step.ready,
    arrivals: step.arrivals,
    arrived: step.arrived,
    busy: step.busy,
    memoryInUse: step.memoryInUse,
    parked: step.parked,
    openTasks: step.openTasks,
    openUrgentTasks: step.openUrgentTasks,
    unsuccessfulTasks: step.unsuccessfulTasks,
    circuits: step.circuits,
    pressure: step.pressure,
    passedDeadlineMs: step.passedDeadlineMs,
    revisions: step.revisions,
    epoch: step.epoch,
  };
  return { state, commands: step.commands };
}

function statusAtEnd(step: RunStep): RunStatus {
  if (step.phase === "cancelling") return "cancelled";
  return step.unsuccessfulTasks > 0 ? "failed" : "succeeded";
}

/** The plan of a task, by its number. */
export function plannedTask(step: Pick<RunState, "plan">, task: number): PlannedTask {
  return present(step.plan.tasks[task], "a task number is in the plan");
}

/** The plan of a unit, by its number. */
export function plannedUnit(step: Pick<RunState, "plan">, unit: number): PlannedUnit {
  return present(step.plan.units[unit], "a unit number is in the plan");
}

/** What is known of a task, by its number. */
export function taskState(step: Pick<RunState, "tasks">, task: number): TaskState {
  return entryAt(step.tasks, task);
}

/** Where a unit stands, by its number. */
export function unitState(step: Pick<RunState, "units">, unit: number): UnitState {
  return entryAt(step.units, unit);
}

/** Replaces fields of a task in the step. */
export function changeTask(step: RunStep, task: number, change: Partial<TaskState>): void {
  step.tasks = withAt(step.tasks, task, { ...taskState(step, task), ...change });
}

/** Replaces fields of a unit in the step. */
export function changeUnit(step: RunStep, unit: number, change: Partial<UnitState>): void {
  step.units = withAt(step.units, unit, { ...unitState(step, unit), ...change });
}

/** The unit that a task is in now: its batch, until it goes alone. */
export function unitOf(step: Pick<RunState, "tasks">, task: number): number {
  return taskState(step, task).unit;
}

/** The ids of the members that go, in id order. */
export function memberIds(step: RunState | RunStep, unit: number): readonly TaskId[] {
  return unitState(step, unit).members.map((member) => plannedTask(step, member).id);
}

/**
 * The name of a timer. A task and a number of an attempt belong to one unit only, so a timer that
 * fires late finds nothing that waits for it.
 */
export function timerName(step: RunStep, kind: "retry" | "timeout", unit: number): string {
  const { members, attempt } = unitState(step, unit);
  const first = present(members[0], "a unit with a timer has a member");
  return `${kind}/${attempt}/${plannedTask(step, first).id}`;
}

/** Puts a unit in the queue of its pool. */
export function makeReady(step: RunStep, unit: number, members: readonly number[]): void {
  const ready = { phase: "ready", openMembers: 0, members, retryAt: null } as const;
  changeUnit(step, unit, { ...ready, readyAt: step.at });
  enqueue(step, unit);
}

/** Takes a ready unit up in the queue of its pool. */
export function enqueue(step: RunStep, unit: number): void {
  const { pool, rank } = plannedUnit(step, unit);
  step.ready[pool] = withNumber(step.ready[pool] ?? null, rank);
  if (!step.plan.hasClasses) return;
  const number = arrivalNumber(step.plan, step.arrived, unit);
  step.arrivals[pool] = withNumber(step.arrivals[pool] ?? null, number);
  step.arrived += 1;
}

/** Sets a ready unit aside. Its place in the queue has been taken from it. */
export function park(step: RunStep, unit: number, obstacle: Obstacle): void {
  const parked = new Map(step.parked);
  parked.set(obstacle, { unit, next: parked.get(obstacle) ?? null });
  step.parked = parked;
}

/** Gives what was parked because of an obstacle its place in the queue again. */
export function unpark(step: RunStep, obstacle: Obstacle): void {
  const units = step.parked.get(obstacle);
  if (units === undefined) return;
  const parked = new Map(step.parked);
  parked.delete(obstacle);
  step.parked = parked;
  for (let entry = units; entry !== null; entry = entry.next) {
    if (unitState(step, entry.unit).phase === "ready") enqueue(step, entry.unit);
  }
}

/** Gives a unit a slot, and the memory that it is thought to need. */
export function takeSlot(step: RunStep, unit: number): void {
  const { pool } = plannedUnit(step, unit);
  step.busy[pool] = (step.busy[pool] ?? 0) + 1;
  step.memoryInUse += memoryNeeded(step, unit);
}

/** Gives the slot of an attempt that has ended back to its pool. */
export function freeSlot(step: RunStep, unit: number): void {
  const { pool } = plannedUnit(step, unit);
  step.busy[pool] = (step.busy[pool] ?? 0) - 1;
  step.memoryInUse -= memoryNeeded(step, unit);
}

/**
 * What a unit takes of the memory, which is what the largest of its members does, and never more
 * than there is. 0 where memory is not counted.
 */
export function memoryNeeded(step: RunStep, unit: number): number {
  if (step.plan.memoryBytes === null) return 0;
  let needed = 0;
  for (const member of unitState(step, unit).members) {
    needed = Math.max(needed, plannedTask(step, member).memoryBytes);
  }
  return Math.min(needed, step.plan.memoryBytes);
}

/** Records an outcome without telling anyone. */
export function conclude(step: RunStep, task: number, outcome: TaskOutcome): void {
  assert(taskState(step, task).outcome === null, "an outcome never changes");
  changeTask(step, task, { outcome, finishedAt: step.at });
  step.openTasks -= 1;
  if (isUrgent(step.plan, plannedTask(step, task))) step.openUrgentTasks -= 1;
  step.mayBeLast = true;
  const { status } = outcome;
  if (status === "failed" || status === "skipped") step.unsuccessfulTasks += 1;
}
