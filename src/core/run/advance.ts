import { assert } from "../std/assert.ts";
import { adoptPlan } from "./adopt-plan.ts";
import { endCoolDown, noteEnd, resumeCircuits, showingOf } from "./circuits.ts";
import {
  askToEnd,
  endEarly,
  endingOf,
  outcomeOf,
  passDeadline,
  setDeadlines,
} from "./end-early.ts";
import { fillSlots } from "./fill-slots.ts";
import {
  ask,
  askAgain,
  change,
  forgetConcerns,
  isAnswer,
  receiveSignal,
  release,
} from "./hold-subjects.ts";
import { retryDelayMs } from "./retry-delay.ts";
import type { Failure, RunEvent } from "./run-event.ts";
import type { PlanOf } from "./run-plan.ts";
import type { RunState, UnitState } from "./run-state.ts";
import {
  type Advance,
  beginStep,
  changeTask,
  changeUnit,
  conclude,
  endStep,
  freeSlot,
  makeReady,
  memberIds,
  plannedTask,
  plannedUnit,
  type RunStep,
  takeSlot,
  taskState,
  timerName,
  unitOf,
  unitState,
} from "./run-step.ts";
import { countDecided, endWaiting, settle } from "./settle.ts";

type EventsByType = { readonly [T in RunEvent["type"]]: Extract<RunEvent, { readonly type: T }> };

/** The events of these types; with one type, exactly that event. */
type EventOf<T extends RunEvent["type"]> = { [K in T]: { readonly type: K } & EventsByType[K] }[T];

/** One handler for each event; leaving one out does not compile. */
type Handlers = {
  readonly [T in RunEvent["type"]]: (step: RunStep, event: EventOf<T>, planOf: PlanOf) => void;
};

/**
 * The run machine: what an event makes of a run, and what is to be done next. Pure: states may be
 * kept and used again. See `run-state.ts` for the diagram and what always holds. Every event is
 * accepted in every state; one that has no bearing there changes nothing.
 * @param planOf gives the plan that a revision goes on with.
 */
export function advance(state: RunState, event: RunEvent, planOf: PlanOf = noPlans): Advance {
  const step = beginStep(state, event.at);
  handle(step, event, planOf);
  if (!hasChanged(step, state)) return { state, commands: step.commands };
  if (step.phase === "running") fillSlots(step);
  return endStep(step);
}

/** Whether the event had a bearing. Time alone has none: nothing starts because of a late event. */
function hasChanged(step: RunStep, state: RunState): boolean {
  return (
    step.mayBeLast ||
    step.tasks !== state.tasks ||
    step.units !== state.units ||
    step.phase !== state.phase ||
    step.revisions !== state.revisions ||
    step.circuits !== state.circuits ||
    step.pressure !== state.pressure ||
    step.passedDeadlineMs !== state.passedDeadlineMs ||
    step.epoch !== state.epoch
  );
}

function noPlans(blueprint: string): never {
  throw new Error(`Assertion failed: the plan of ${blueprint} is known to who folds its revision`);
}

function handle<T extends RunEvent["type"]>(
  step: RunStep,
  event: EventOf<T>,
  planOf: PlanOf,
): void {
  const type: T = event.type;
  handlers[type](step, event, planOf);
}

const handlers: Handlers = {
  RunStarted: (step, event) => {
    if (step.phase !== "planned") return;
    assert(event.blueprint === step.plan.blueprint, "a run's events belong to its blueprint");
    step.phase = "running";
    step.seed = event.seed;
    step.startedAt = event.at;
    step.epoch = event.epoch ?? null;
    step.mayBeLast = true;
    step.plan.tasks.forEach((task, number) => {
      const isOpen = taskState(step, number).outcome === null;
      if (isOpen && task.needs.length === 0) countDecided(step, number);
    });
    setDeadlines(step);
    ask(step);
  },

  RunResumed: (step, event) => {
    if (step.phase !== "running" && step.phase !== "cancelling") return;
    step.epoch = event.epoch ?? step.epoch;
    step.mayBeLast = true;
    step.plan.units.forEach((_, unit) => {
      const { phase, attempt, retryAt } = unitState(step, unit);
      if (phase === "starting" || phase === "running") lose(step, unit);
      // It was asked to start and never did, so that its number is free.
      if (phase === "starting") changeUnit(step, unit, { attempt: attempt - 1 });
      if (phase === "retrying" && retryAt !== null) {
        const timer = timerName(step, "retry", unit);
        step.commands.push({ type: "SetTimer", timer, firesAt: retryAt });
      }
    });
    if (step.phase !== "running") return;
    resumeCircuits(step);
    setDeadlines(step);
    askAgain(step);
  },

  TaskReused: (step, { task, result, from }) => {
    const number = step.plan.numberOf.get(task);
    if (number === undefined || taskState(step, number).outcome !== null) return;
    if (step.phase !== "planned" && step.phase !== "running") return;
    const { phase, attempt } = unitState(step, unitOf(step, number));
    if (attempt > 0 || (phase !== "waiting" && phase !== "ready")) return;
    endWaiting(step, number, { status: "succeeded", result, from });
  },

  AttemptStarted: (step, event) => {
    const unit = attemptOf(step, event, "starting") ?? unaskedStart(step, event);
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
    noteEnd(step, unit, "works");
    const { members } = endAttempt(step, unit, "closed");
    for (const member of members) {
      const result = event.results[plannedTask(step, member).id] ?? null;
      settle(step, member, { status: "succeeded", result, from: null });
    }
  },

  AttemptFailed: (step, event) => {
    const unit = attemptOf(step, event, "running");
    if (unit === null) return;
    noteEnd(step, unit, showingOf(event.failure));
    const { members, failures } = endAttempt(step, unit, "closed");
    for (const member of members) changeTask(step, member, { failure: event.failure });
    if (step.phase === "cancelling") {
      const status = event.failure.code === "CANCELLED" ? "cancelled" : "failed";
      for (const member of members) settle(step, member, { status });
      return;
    }
    const going = members.filter((member) => endingOf(step, member) === null);
    if (going.length < members.length) {
      endMembers(step, unit);
      return;
    }
    changeUnit(step, unit, { failures: failures + 1 });
    afterFailure(step, unit, event.failure);
  },

  AttemptLost: (step, event) => {
    const unit = attemptOf(step, event, "running");
    if (unit !== null) lose(step, unit);
  },

  TimerFired: (step, event) => {
    const { kind, count, of } = parseTimer(event.timer);
    if (kind === "deadline") passDeadline(step, count);
    if (kind === "circuit") endCoolDown(step, of, count);
    const number = step.plan.numberOf.get(of);
    if (number === undefined) return;
    const unit = unitOf(step, number);
    const { phase, attempt, members, cancelCause } = unitState(step, unit);
    if (count !== attempt) return;
    if (kind === "retry" && phase === "retrying") makeReady(step, unit, members);
    if (kind === "timeout" && phase === "running" && cancelCause === null) {
      askToEnd(step, unit, "TIMED_OUT");
    }
  },

  SignalReceived: (step, event) => {
    receiveSignal(step, event);
  },

  RevisionDecided: (step, event, planOf) => {
    const { applied, cancelled } = step.revisions;
    if (event.revision !== applied + 1 || !isAnswer(step, event.cause)) return;
    change(step, {
      applied: event.revision,
      cancelled: new Set([...cancelled, ...event.cancel]),
    });
    const known = new Set(step.plan.deadlinesMs);
    if (event.blueprint !== step.plan.blueprint) {
      const plan = planOf(event.blueprint);
      assert(plan.blueprint === event.blueprint, "a plan is that of the blueprint asked for");
      adoptPlan(step, plan);
      setDeadlines(step, known);
    }
    endEarly(step, step.plan.tasks.keys());
    release(step);
  },

  RevisionFailed: (step, event) => {
    if (isAnswer(step, event.cause)) release(step);
  },

  CancelRequested: (step) => {
    if (step.phase !== "running") return;
    // Where all that is left is what was being decided, there is nothing to cancel.
    if (step.revisions.asked !== null) step.mayBeLast = true;
    forgetConcerns(step);
    if (step.openTasks === 0) return;
    step.phase = "cancelling";
    step.ready.fill(null);
    step.arrivals.fill(null);
    step.parked = new Map();
    step.plan.units.forEach((_, unit) => {
      const { phase } = unitState(step, unit);
      if (phase === "starting") changeUnit(step, unit, { cancelCause: "CANCELLED" });
      else if (phase === "running") askToEnd(step, unit, "CANCELLED");
      else cancelWaiting(step, unit);
    });
  },

  RunFinished: (step, event) => {
    if (step.phase === "finished") return;
    // A run that was given up, rather than ended: what is open will not happen any more.
    step.plan.tasks.forEach((_, task) => {
      if (taskState(step, task).outcome === null) conclude(step, task, { status: "cancelled" });
    });
    forgetConcerns(step);
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

/**
 * The unit of an attempt that was started although another order was asked for: in the log of a
 * version that ordered otherwise. What is written down has happened.
 */
function unaskedStart(
  step: RunStep,
  event: { readonly tasks: readonly string[]; readonly attempt: number },
): number | null {
  if (step.phase !== "running") return null;
  const unit = attemptOf(step, { ...event, attempt: event.attempt - 1 }, "ready");
  if (unit === null) return null;
  changeUnit(step, unit, { attempt: event.attempt, cancelCause: null });
  takeSlot(step, unit);
  return unit;
}

function changedUnit(step: RunStep, unit: number, changed: Partial<UnitState>): UnitState {
  changeUnit(step, unit, changed);
  return unitState(step, unit);
}

/** An attempt is over: its slot is free, and its time does not matter any more. */
function endAttempt(step: RunStep, unit: number, phase: UnitState["phase"]): UnitState {
  step.commands.push({ type: "ClearTimer", timer: timerName(step, "timeout", unit) });
  freeSlot(step, unit);
  return changedUnit(step, unit, { phase });
}

/** The outcome of an attempt is unknown: it starts again, or counts as cancelled. */
function lose(step: RunStep, unit: number): void {
  noteEnd(step, unit, "nothing");
  const { members } = endAttempt(step, unit, "closed");
  if (step.phase === "running") {
    endMembers(step, unit);
    return;
  }
  for (const member of members) settle(step, member, { status: "cancelled" });
}

/** After an attempt that came to nothing: members that are to end do, and the others go again. */
function endMembers(step: RunStep, unit: number): void {
  const { members } = unitState(step, unit);
  const going = members.filter((member) => endingOf(step, member) === null);
  if (going.length > 0) makeReady(step, unit, going);
  for (const member of members) {
    const cause = endingOf(step, member);
    if (cause !== null) settle(step, member, outcomeOf(cause));
  }
}

/** Tries again, alone if company was the trouble; or gives up. */
function afterFailure(step: RunStep, unit: number, failure: Failure): void {
  const { members, failures, attempt } = unitState(step, unit);
  const { retry } = plannedUnit(step, unit);
  if (failure.isRetryable && failures < retry.attempts) {
    const task = memberIds(step, unit)[0] ?? "";
    const retryAt = step.at + retryDelayMs(retry, { seed: step.seed, task, failures });
    changeUnit(step, unit, { phase: "retrying", retryAt });
    const timer = timerName(step, "retry", unit);
    step.commands.push({ type: "SetTimer", timer, firesAt: retryAt });
  } else if (!failure.isRetryable && members.length > 1) {
    changeUnit(step, unit, { phase: "split" });
    for (const member of members) {
      changeTask(step, member, { unit: member });
      changeUnit(step, member, { attempt });
      makeReady(step, member, [member]);
    }
  } else {
    for (const member of members) settle(step, member, { status: "failed" });
  }
}

/** Cancels the tasks of a unit without an attempt. A task in a batch is reached by its batch. */
function cancelWaiting(step: RunStep, unit: number): void {
  const { phase } = unitState(step, unit);
  if (phase === "split" || phase === "closed") return;
  if (phase === "retrying") {
    step.commands.push({ type: "ClearTimer", timer: timerName(step, "retry", unit) });
  }
  const open = plannedUnit(step, unit).members.filter((task) => {
    const { unit: its, outcome } = taskState(step, task);
    return its === unit && outcome === null;
  });
  for (const task of open) conclude(step, task, { status: "cancelled" });
  if (open.length > 0) changeUnit(step, unit, { phase: "closed" });
}

/** Reads a name that `timerName` wrote, or that of a deadline or circuit; one from elsewhere is of nothing. */
function parseTimer(timer: string): {
  readonly kind: string;
  readonly count: number;
  readonly of: string;
} {
  const [, kind = "", count = "", of = ""] = /^(\w+)\/(\d+)\/(.*)$/su.exec(timer) ?? [];
  return { kind, count: Number(count), of };
}
