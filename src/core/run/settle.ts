import { present } from "../std/assert.ts";
import type { TaskOutcome } from "./run-state.ts";
import {
  changeTask,
  changeUnit,
  conclude,
  makeReady,
  plannedTask,
  plannedUnit,
  type RunStep,
  taskState,
  timerName,
  unitOf,
  unitState,
} from "./run-step.ts";

/** Gives a task its outcome, and tells the tasks that need it, and those that need them. */
export function settle(step: RunStep, task: number, outcome: TaskOutcome): void {
  conclude(step, task, outcome);
  announce(step, [task]);
}

/**
 * Tells the tasks that need these final ones, and those that need what is skipped because of them.
 * A worklist rather than recursion: a chain of tasks may be longer than the stack is deep.
 */
export function announce(step: RunStep, settled: number[]): void {
  for (let next = settled.pop(); next !== undefined; next = settled.pop()) {
    for (const { task: dependent, onBypass } of plannedTask(step, next).neededBy) {
      const { openNeeds, presentNeeds, outcome: decided } = taskState(step, dependent);
      // One that waits for nothing has begun by what it was told before.
      if (decided !== null || openNeeds === 0) continue;
      const isThere = isSuccess(step, next) || onBypass === "last_good";
      if (!isThere && onBypass !== "without") {
        skip(step, dependent, next);
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
        skip(step, dependent, present(needs[0], "a skipped task has a need"));
        settled.push(dependent);
      }
    }
  }
}

function isSuccess(step: RunStep, task: number): boolean {
  return taskState(step, task).outcome?.status === "succeeded";
}

function skip(step: RunStep, task: number, by: number): void {
  conclude(step, task, { status: "skipped", by: plannedTask(step, by).id });
  countDecided(step, task);
}

/**
 * Ends a task that is not under way. Of a unit that is ready or waits for its retry it is taken
 * out, and its fellow members go on without it.
 */
export function endWaiting(step: RunStep, task: number, outcome: TaskOutcome): void {
  const unit = unitOf(step, task);
  const { phase, members } = unitState(step, unit);
  const isCounted = phase !== "waiting" || hasBeenCounted(step, task);
  conclude(step, task, outcome);
  if (!isCounted) {
    countDecided(step, task);
  } else if (phase === "ready" || phase === "retrying") {
    const going = members.filter((member) => member !== task);
    if (going.length === 0 && phase === "retrying") {
      step.commands.push({ type: "ClearTimer", timer: timerName(step, "retry", unit) });
    }
    changeUnit(step, unit, going.length === 0 ? { phase: "closed" } : { members: going });
  }
  announce(step, [task]);
}

/** Whether its unit knows that a waiting task is ready; before the run starts no input says so. */
function hasBeenCounted(step: RunStep, task: number): boolean {
  if (taskState(step, task).openNeeds > 0) return false;
  return step.phase !== "planned" || plannedTask(step, task).needs.length > 0;
}

/**
 * Counts a member of a unit that is ready or final. The last one makes the unit ready with those
 * that go, or closes it when none does. One that is left alone goes as a unit of its own.
 */
export function countDecided(step: RunStep, task: number): void {
  const unit = unitOf(step, task);
  const openMembers = unitState(step, unit).openMembers - 1;
  changeUnit(step, unit, { openMembers });
  if (openMembers > 0) return;
  const { members } = plannedUnit(step, unit);
  const going = members.filter((member) => isGoing(step, unit, member));
  const [first] = going;
  if (first === undefined) {
    changeUnit(step, unit, { phase: "closed" });
  } else if (members.length > 1 && going.length === 1) {
    changeUnit(step, unit, { phase: "split" });
    changeTask(step, first, { unit: first });
    makeReady(step, first, going);
  } else {
    makeReady(step, unit, going);
  }
}

function isGoing(step: RunStep, unit: number, member: number): boolean {
  const { unit: itsUnit, outcome } = taskState(step, member);
  return itsUnit === unit && outcome === null;
}
