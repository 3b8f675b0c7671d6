import type { Bypass, TaskId } from "../decide/blueprint.ts";
import type { EpochMs } from "../std/time.ts";
import { entryAt } from "./persistent-vector.ts";
import type { Failure, RunStatus, TaskResult, TaskStatus } from "./run-event.ts";
import type { RunState, UnitState } from "./run-state.ts";
import { plannedTask, taskState, unitOf, unitState } from "./run-step.ts";

/** A run as people and programs are told about it. */
export interface RunDescription {
  readonly status: RunStatus;
  readonly startedAt: EpochMs | null;
  readonly finishedAt: EpochMs | null;
  /** In the plan's order. */
  readonly tasks: readonly TaskDescription[];
}

/** One task of a run: where it stands, or how it ended. */
export interface TaskDescription {
  readonly id: TaskId;
  readonly status: TaskStatus;
  readonly attempts: number;
  /** Of the first attempt. */
  readonly startedAt: EpochMs | null;
  readonly finishedAt: EpochMs | null;
  /** Of a task that succeeded. */
  readonly result: TaskResult | null;
  /** The earlier run that did it, where this one took it from there. */
  readonly reusedFrom: string | null;
  /** Of the last attempt that failed, also when a later one succeeded. */
  readonly failure: Failure | null;
  /** The task before it because of which it was skipped. */
  readonly skippedBy: TaskId | null;
  readonly bypass: Bypass | null;
}

/** Tells a run in words of tasks, without units and queues. */
export function describeRun(state: RunState): RunDescription {
  return {
    status: state.status,
    startedAt: state.startedAt,
    finishedAt: state.finishedAt,
    tasks: state.plan.tasks.map((_, task) => describeTask(state, task)),
  };
}

function describeTask(state: RunState, task: number): TaskDescription {
  const { outcome, attempts, startedAt, finishedAt, failure } = entryAt(state.tasks, task);
  const { id, bypass } = plannedTask(state, task);
  return {
    id,
    status: outcome?.status ?? openStatus(state, task),
    attempts,
    startedAt,
    finishedAt,
    result: outcome?.status === "succeeded" ? outcome.result : null,
    reusedFrom: outcome?.status === "succeeded" ? (outcome.from ?? null) : null,
    failure,
    skippedBy: outcome?.status === "skipped" ? outcome.by : null,
    bypass: outcome?.status === "bypassed" ? bypass : null,
  };
}

const statusIn: Readonly<Record<UnitState["phase"], TaskStatus>> = {
  waiting: "waiting",
  ready: "ready",
  starting: "ready",
  running: "running",
  retrying: "retrying",
  split: "ready",
  closed: "ready",
};

/** A task without outcome stands where its unit does; a member of a waiting batch may be ready. */
function openStatus(state: RunState, task: number): TaskStatus {
  const { phase } = unitState(state, unitOf(state, task));
  if (phase === "waiting" && state.phase === "running" && taskState(state, task).openNeeds === 0) {
    return "ready";
  }
  return statusIn[phase];
}
