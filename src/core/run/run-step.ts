import type { TaskId } from "../decide/blueprint.ts";
import { assert, present } from "../std/assert.ts";
import type { EpochMs } from "../std/time.ts";
import { withNumber, withoutSmallest } from "./leftist-heap.ts";
import { entryAt, withAt } from "./persistent-vector.ts";
import type { RunCommand, RunStatus } from "./run-event.ts";
import type { PlannedTask, PlannedUnit } from "./run-plan.ts";
import type { RunState, TaskOutcome, TaskState, UnitState } from "./run-state.ts";

/**
 * One step of the machine while it is being made: the fields are replaced, the values in them are
 * not touched, so the state that the step began with stays as it was.
 */
export interface RunStep extends Omit<Writable<RunState>, "ready" | "freeSlots"> {
  readonly ready: RunState["ready"][number][];
  readonly freeSlots: number[];
  readonly commands: RunCommand[];
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
export function beginStep(state: RunState): RunStep {
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
    freeSlots: state.freeSlots.slice(),
    openTasks: state.openTasks,
    hasUnsuccessful: state.hasUnsuccessful,
    commands: [],
    mayBeLast: false,
  };
}

/** Gives free slots to ready units, asks for the end of the run when all is final, closes the step. */
export function endStep(step: RunStep): Advance {
  if (step.phase === "running") fillSlots(step);
  if (step.mayBeLast && step.openTasks === 0) {
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
    freeSlots: step.freeSlots,
    openTasks: step.openTasks,
    hasUnsuccessful: step.hasUnsuccessful,
  };
  return { state, commands: step.commands };
}

function statusAtEnd(step: RunStep): RunStatus {
  if (step.phase === "cancelling") return "cancelled";
  return step.hasUnsuccessful ? "failed" : "succeeded";
}

/** The plan of a task, by its number. */
export function plannedTask(step: RunState | RunStep, task: number): PlannedTask {
  return present(step.plan.tasks[task], "a task number is in the plan");
}

/** The plan of a unit, by its number. */
export function plannedUnit(step: RunState | RunStep, unit: number): PlannedUnit {
  return present(step.plan.units[unit], "a unit number is in the plan");
}

/** What is known of a task, by its number. */
export function taskState(step: RunState | RunStep, task: number): TaskState {
  return entryAt(step.tasks, task);
}

/** Where a unit stands, by its number. */
export function unitState(step: RunState | RunStep, unit: number): UnitState {
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

/** The unit that a task is in now: its batch until that is split, then its own. */
export function unitOf(step: RunState | RunStep, task: number): number {
  const { unit } = plannedTask(step, task);
  return unitState(step, unit).phase === "split" ? task : unit;
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
  const { pool, rank } = plannedUnit(step, unit);
  changeUnit(step, unit, { phase: "ready", openMembers: 0, members, retryAt: null });
  step.ready[pool] = withNumber(step.ready[pool] ?? null, rank);
}

/** Gives the slot of an attempt that has ended back to its pool. */
export function freeSlot(step: RunStep, unit: number): void {
  const { pool } = plannedUnit(step, unit);
  step.freeSlots[pool] = (step.freeSlots[pool] ?? 0) + 1;
}

function fillSlots(step: RunStep): void {
  step.plan.pools.forEach((_, pool) => {
    for (let heap = step.ready[pool] ?? null; heap !== null; heap = step.ready[pool] ?? null) {
      const free = step.freeSlots[pool] ?? 0;
      if (free === 0) return;
      const unit = present(step.plan.unitOfRank[heap.smallest], "a rank belongs to a unit");
      const attempt = unitState(step, unit).attempt + 1;
      step.ready[pool] = withoutSmallest(heap);
      step.freeSlots[pool] = free - 1;
      changeUnit(step, unit, { phase: "starting", attempt, cancelCause: null });
      step.commands.push({ type: "StartAttempt", tasks: memberIds(step, unit), attempt });
    }
  });
}

/**
 * Gives a task its outcome, and tells the tasks that need it, and those that need them. A worklist
 * rather than recursion: a chain of tasks may be longer than the stack is deep.
 */
export function settle(step: RunStep, task: number, outcome: TaskOutcome, at: EpochMs): void {
  const settled = [task];
  conclude(step, task, outcome, at);
  for (let next = settled.pop(); next !== undefined; next = settled.pop()) {
    for (const { task: dependent, onBypass } of plannedTask(step, next).neededBy) {
      const { openNeeds, presentNeeds, outcome: decided } = taskState(step, dependent);
      if (decided !== null) continue;
      const isThere = isSuccess(step, next) || onBypass === "last_good";
      if (!isThere && onBypass !== "without") {
        skip(step, dependent, next, at);
        settled.push(dependent);
        continue;
      }
      const presentNow = presentNeeds + (isThere ? 1 : 0);
      changeTask(step, dependent, { openNeeds: openNeeds - 1, presentNeeds: presentNow });
      if (openNeeds > 1) continue;
      const { needs } = plannedTask(step, dependent);
      if (presentNow > 0 || needs.length === 1) {
        countDecided(step, dependent);
      } else {
        skip(step, dependent, present(needs[0], "a skipped task has a need"), at);
        settled.push(dependent);
      }
    }
  }
}

function isSuccess(step: RunStep, task: number): boolean {
  return taskState(step, task).outcome?.status === "succeeded";
}

function skip(step: RunStep, task: number, by: number, at: EpochMs): void {
  conclude(step, task, { status: "skipped", by: plannedTask(step, by).id }, at);
  countDecided(step, task);
}

/** Records an outcome without telling anyone. */
export function conclude(step: RunStep, task: number, outcome: TaskOutcome, at: EpochMs): void {
  assert(taskState(step, task).outcome === null, "an outcome never changes");
  changeTask(step, task, { outcome, finishedAt: at });
  step.openTasks -= 1;
  step.mayBeLast = true;
  if (outcome.status !== "succeeded") step.hasUnsuccessful = true;
}

/**
 * Counts a member of a unit that is ready or skipped. The last one makes the unit ready with those
 * that go, or closes it when none does. One that is left alone goes as a unit of its own.
 */
export function countDecided(step: RunStep, task: number): void {
  const unit = unitOf(step, task);
  const openMembers = unitState(step, unit).openMembers - 1;
  changeUnit(step, unit, { openMembers });
  if (openMembers > 0) return;
  const { members } = plannedUnit(step, unit);
  const going = members.filter((member) => taskState(step, member).outcome === null);
  const [first] = going;
  if (first === undefined) {
    changeUnit(step, unit, { phase: "closed" });
  } else if (going.length < members.length && going.length === 1) {
    changeUnit(step, unit, { phase: "split" });
    makeReady(step, first, going);
  } else {
    makeReady(step, unit, going);
  }
}
