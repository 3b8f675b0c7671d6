import { assert } from "../std/assert.ts";
import type { EpochMs } from "../std/time.ts";
import { entryAt } from "./persistent-vector.ts";
import { retryDelayMs } from "./retry-delay.ts";
import type { CancelCause, Failure, RunEvent } from "./run-event.ts";
import type { PlanOf } from "./run-plan.ts";
import type { RunState, UnitState } from "./run-state.ts";
import {
  type Advance,
  beginStep,
  changeTask,
  changeUnit,
  conclude,
  countDecided,
  endStep,
  freeSlot,
  makeReady,
  memberIds,
  plannedTask,
  plannedUnit,
  type RunStep,
  settle,
  taskState,
  timerName,
  unitOf,
  unitState,
} from "./run-step.ts";

type EventsByType = { readonly [T in RunEvent["type"]]: Extract<RunEvent, { readonly type: T }> };

/** The events of these types; with one type, exactly that event. */
type EventOf<T extends RunEvent["type"]> = { [K in T]: { readonly type: K } & EventsByType[K] }[T];

/** One handler for each event; leaving one out does not compile. */
type Handlers = {
  readonly [T in RunEvent["type"]]: (step: RunStep, event: EventOf<T>) => void;
};

/**
 * The run machine: what an event makes of a run, and what is to be done next. Pure: states may be
 * kept and used again. See `run-state.ts` for the diagram and what always holds. Every event is
 * accepted in every state; one that has no bearing there changes nothing.
 * @param planOf gives the plan that a revision goes on with.
 */
export function advance(state: RunState, event: RunEvent, _planOf?: PlanOf): Advance {
  const step = beginStep(state);
  handle(step, event);
  return endStep(step);
}

function handle<T extends RunEvent["type"]>(step: RunStep, event: EventOf<T>): void {
  const type: T = event.type;
  handlers[type](step, event);
}

const handlers: Handlers = {
  RunStarted: (step, event) => {
    if (step.phase !== "planned") return;
    assert(event.blueprint === step.plan.blueprint, "a run's events belong to its blueprint");
    step.phase = "running";
    step.seed = event.seed;
    step.startedAt = event.at;
    step.mayBeLast = true;
    step.plan.tasks.forEach((task, number) => {
      if (task.bypass === null && task.needs.length === 0) countDecided(step, number);
    });
  },

  RunResumed: (step, event) => {
    if (step.phase !== "running" && step.phase !== "cancelling") return;
    step.mayBeLast = true;
    step.plan.units.forEach((_, unit) => {
      const { phase, attempt, retryAt } = unitState(step, unit);
      // It was asked to start and never did, so that its number is free.
      if (phase === "starting") changeUnit(step, unit, { attempt: attempt - 1 });
      if (phase === "starting" || phase === "running") lose(step, unit, event.at);
      if (phase === "retrying" && retryAt !== null) {
        const timer = timerName(step, "retry", unit);
        step.commands.push({ type: "SetTimer", timer, firesAt: retryAt });
      }
    });
  },

  AttemptStarted: (step, event) => {
    const unit = attemptOf(step, event, "starting");
    if (unit === null) return;
    const { members, cancelCause } = changedUnit(step, unit, { phase: "running" });
    for (const member of members) {
      const startedAt = taskState(step, member).startedAt ?? event.at;
      changeTask(step, member, { startedAt, attempts: event.attempt });
    }
    const firesAt = event.at + plannedUnit(step, unit).timeoutMs;
    step.commands.push({ type: "SetTimer", timer: timerName(step, "timeout", unit), firesAt });
    if (cancelCause !== null) askToEnd(step, unit, cancelCause);
  },

  AttemptSucceeded: (step, event) => {
    const unit = attemptOf(step, event, "running");
    if (unit === null) return;
    const { members } = endAttempt(step, unit, "closed");
    for (const member of members) {
      const result = event.results[plannedTask(step, member).id] ?? null;
      settle(step, member, { status: "succeeded", result }, event.at);
    }
  },

  AttemptFailed: (step, event) => {
    const unit = attemptOf(step, event, "running");
    if (unit === null) return;
    const { members, failures } = endAttempt(step, unit, "closed");
    for (const member of members) changeTask(step, member, { failure: event.failure });
    if (step.phase === "cancelling") {
      const status = event.failure.code === "CANCELLED" ? "cancelled" : "failed";
      for (const member of members) settle(step, member, { status }, event.at);
      return;
    }
    changeUnit(step, unit, { failures: failures + 1 });
    afterFailure(step, unit, event.failure, event.at);
  },

  AttemptLost: (step, event) => {
    const unit = attemptOf(step, event, "running");
    if (unit !== null) lose(step, unit, event.at);
  },

  TimerFired: (step, event) => {
    const { kind, attempt, task } = parseTimer(event.timer);
    const number = step.plan.numberOf.get(task);
    if (number === undefined) return;
    const unit = unitOf(step, number);
    const { phase, attempt: current, members, cancelCause } = unitState(step, unit);
    if (attempt !== current) return;
    if (kind === "retry" && phase === "retrying") makeReady(step, unit, members);
    if (kind === "timeout" && phase === "running" && cancelCause === null) {
      askToEnd(step, unit, "TIMED_OUT");
    }
  },

  TaskReused: () => {},

  SignalReceived: () => {},

  RevisionDecided: () => {},

  RevisionFailed: () => {},

  CancelRequested: (step, event) => {
    if (step.phase !== "running" || step.openTasks === 0) return;
    step.phase = "cancelling";
    step.ready.fill(null);
    step.plan.units.forEach((_, unit) => {
      const { phase } = unitState(step, unit);
      if (phase === "starting") changeUnit(step, unit, { cancelCause: "CANCELLED" });
      else if (phase === "running") askToEnd(step, unit, "CANCELLED");
      else cancelWaiting(step, unit, event.at);
    });
  },

  RunFinished: (step, event) => {
    if (step.phase === "finished") return;
    // A run that was given up, rather than ended: what is open will not happen any more.
    step.plan.tasks.forEach((_, task) => {
      if (taskState(step, task).outcome === null) {
        conclude(step, task, { status: "cancelled" }, event.at);
      }
    });
    step.mayBeLast = false;
    step.phase = "finished";
    step.status = event.status;
    step.finishedAt = event.at;
  },
};

/** The unit whose current attempt the event is about, or `null` when it is about none. */
function attemptOf(
  step: RunStep,
  event: { readonly tasks: readonly string[]; readonly attempt: number },
  phase: UnitState["phase"],
): number | null {
  const task = step.plan.numberOf.get(event.tasks[0] ?? "");
  if (task === undefined) return null;
  const unit = unitOf(step, task);
  const state = unitState(step, unit);
  if (state.phase !== phase || state.attempt !== event.attempt) return null;
  return state.members.length === event.tasks.length ? unit : null;
}

function changedUnit(step: RunStep, unit: number, change: Partial<UnitState>): UnitState {
  changeUnit(step, unit, change);
  return unitState(step, unit);
}

/** An attempt is over: its slot is free, and its time does not matter any more. */
function endAttempt(step: RunStep, unit: number, phase: UnitState["phase"]): UnitState {
  step.commands.push({ type: "ClearTimer", timer: timerName(step, "timeout", unit) });
  freeSlot(step, unit);
  return changedUnit(step, unit, { phase });
}

/** The outcome of an attempt is unknown: it starts again, or counts as cancelled. */
function lose(step: RunStep, unit: number, at: EpochMs): void {
  const { members } = endAttempt(step, unit, "closed");
  if (step.phase === "running") {
    makeReady(step, unit, members);
    return;
  }
  for (const member of members) settle(step, member, { status: "cancelled" }, at);
}

function askToEnd(step: RunStep, unit: number, cause: CancelCause): void {
  const { attempt } = changedUnit(step, unit, { cancelCause: cause });
  step.commands.push({ type: "CancelAttempt", tasks: memberIds(step, unit), attempt, cause });
}

/** Tries again, alone if company was the trouble; or gives up. */
function afterFailure(step: RunStep, unit: number, failure: Failure, at: EpochMs): void {
  const { members, failures, attempt } = unitState(step, unit);
  const { retry } = plannedUnit(step, unit);
  if (failure.isRetryable && failures < retry.attempts) {
    const task = memberIds(step, unit)[0] ?? "";
    const retryAt = at + retryDelayMs(retry, { seed: step.seed, task, failures });
    changeUnit(step, unit, { phase: "retrying", retryAt });
    const timer = timerName(step, "retry", unit);
    step.commands.push({ type: "SetTimer", timer, firesAt: retryAt });
  } else if (!failure.isRetryable && members.length > 1) {
    changeUnit(step, unit, { phase: "split" });
    for (const member of members) {
      changeUnit(step, member, { attempt });
      makeReady(step, member, [member]);
    }
  } else {
    for (const member of members) settle(step, member, { status: "failed" }, at);
  }
}

/** Cancels the tasks of a unit without an attempt. A task in a batch is reached by its batch. */
function cancelWaiting(step: RunStep, unit: number, at: EpochMs): void {
  const { phase } = unitState(step, unit);
  if (phase === "split" || phase === "closed") return;
  if (phase === "retrying") {
    step.commands.push({ type: "ClearTimer", timer: timerName(step, "retry", unit) });
  }
  const members = plannedUnit(step, unit).members.filter(
    (task) => unitOf(step, task) === unit && entryAt(step.tasks, task).outcome === null,
  );
  for (const task of members) conclude(step, task, { status: "cancelled" }, at);
  if (members.length > 0) changeUnit(step, unit, { phase: "closed" });
}

/** Reads a name that `timerName` wrote; one from elsewhere belongs to no task. */
function parseTimer(timer: string): {
  readonly kind: string;
  readonly attempt: number;
  readonly task: string;
} {
  const [, kind = "", attempt = "", task = ""] = /^(\w+)\/(\d+)\/(.*)$/su.exec(timer) ?? [];
  return { kind, attempt: Number(attempt), task };
}
