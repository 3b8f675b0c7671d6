import type { CancelCause, Failure } from "./run-event.ts";
import type { TaskOutcome } from "./run-state.ts";
import {
  changeTask,
  changeUnit,
  memberIds,
  plannedTask,
  type RunStep,
  taskState,
  unitOf,
  unitState,
} from "./run-step.ts";
import { endWaiting } from "./settle.ts";

/**
 * Why a task is to end, whatever it has reached; `null` when it may go on. A branch whose deadline
 * has passed fails; a subject that a revision cancels is cancelled.
 */
export function endingOf(step: RunStep, task: number): "DEADLINE_PASSED" | "REVISED" | null {
  const { subject, deadlineMs } = plannedTask(step, task);
  if (step.revisions.cancelled.has(subject)) return "REVISED";
  return deadlineMs !== null && deadlineMs <= step.passedDeadlineMs ? "DEADLINE_PASSED" : null;
}

/** The outcome of a task that ends for such a cause. */
export function outcomeOf(cause: "DEADLINE_PASSED" | "REVISED"): TaskOutcome {
  return { status: cause === "REVISED" ? "cancelled" : "failed" };
}

/** Ends these tasks if they are to: at once where nothing runs, else when the attempt has ended. */
export function endEarly(step: RunStep, tasks: Iterable<number>): void {
  for (const task of tasks) {
    const cause = endingOf(step, task);
    if (cause === null || taskState(step, task).outcome !== null) continue;
    const unit = unitOf(step, task);
    const { phase, cancelCause } = unitState(step, unit);
    if (phase === "starting") {
      changeUnit(step, unit, { cancelCause: cancelCause ?? cause });
    } else if (phase === "running") {
      if (cancelCause === null) askToEnd(step, unit, cause);
    } else {
      if (cause === "DEADLINE_PASSED") changeTask(step, task, { failure: neverStarted });
      endWaiting(step, task, outcomeOf(cause));
    }
  }
}

const neverStarted: Failure = {
  code: "DEADLINE_PASSED",
  message: "The deadline passed before the task could be done.",
  hint: "See what it waited for, or raise the deadline by a rule with the effect `deadline`.",
  isRetryable: true,
};

/** Asks the attempt of a unit to end. It may still succeed. */
export function askToEnd(step: RunStep, unit: number, cause: CancelCause): void {
  changeUnit(step, unit, { cancelCause: cause });
  const { attempt } = unitState(step, unit);
  step.commands.push({ type: "CancelAttempt", tasks: memberIds(step, unit), attempt, cause });
}

/** Sets the timers of the deadlines that have not passed. */
export function setDeadlines(step: RunStep, known: ReadonlySet<number> = new Set()): void {
  for (const deadlineMs of step.plan.deadlinesMs) {
    if (deadlineMs <= step.passedDeadlineMs || known.has(deadlineMs)) continue;
    const firesAt = (step.startedAt ?? step.at) + deadlineMs;
    step.commands.push({ type: "SetTimer", timer: `deadline/${deadlineMs}/`, firesAt });
  }
}

/** A deadline has passed: all that had to end by then, or before, does. */
export function passDeadline(step: RunStep, deadlineMs: number): void {
  if (step.phase !== "running" || deadlineMs <= step.passedDeadlineMs) return;
  step.passedDeadlineMs = deadlineMs;
  endEarly(step, step.plan.tasks.keys());
}
