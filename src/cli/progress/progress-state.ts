import type { TaskId } from "../../core/decide/blueprint.ts";
import type { RunEvent, TaskResult } from "../../core/run/run-event.ts";
import type { EpochMs } from "../../core/std/time.ts";
import { unreachable } from "../../core/std/unreachable.ts";
import type { ProbeProgress } from "../../engine/sluice-project.ts";

/** What a live view knows: the fold of what it was told. */
export interface ProgressState {
  readonly probe: ProbeProgress | null;
  readonly run: RunProgress | null;
}

export interface RunProgress {
  readonly id: string;
  /** Active tasks of the blueprint. */
  readonly total: number;
  readonly succeeded: number;
  /** Tasks whose last attempt failed; one that is tried again is not among them meanwhile. */
  readonly failed: ReadonlySet<TaskId>;
  readonly rowsLoaded: number;
  /** Attempts under way, the oldest first, by their first task. */
  readonly running: ReadonlyMap<TaskId, RunningAttempt>;
  readonly isStopping: boolean;
}

export interface RunningAttempt {
  readonly tasks: readonly TaskId[];
  readonly attempt: number;
  readonly startedAt: EpochMs;
}

/** Before anything has happened. */
export const initialProgress: ProgressState = { probe: null, run: null };

/** The state once a run is planned, whose first event is about to come. */
export function withRun(state: ProgressState, id: string, total: number): ProgressState {
  const run = { id, total, succeeded: 0, rowsLoaded: 0, isStopping: false };
  return { ...state, run: { ...run, failed: new Set(), running: new Map() } };
}

/** The state after an event. Events of no known run change nothing. */
export function withEvent(state: ProgressState, event: RunEvent): ProgressState {
  if (state.run === null) return state;
  return { ...state, run: advanceRun(state.run, event) };
}

function advanceRun(run: RunProgress, event: RunEvent): RunProgress {
  switch (event.type) {
    case "AttemptStarted":
      return started(run, event);
    case "AttemptSucceeded": {
      const succeeded = run.succeeded + event.tasks.length;
      const rowsLoaded = run.rowsLoaded + loadedRows(event.results);
      return { ...run, succeeded, rowsLoaded, running: without(run, event.tasks) };
    }
    case "AttemptFailed": {
      const failed = new Set([...run.failed, ...event.tasks]);
      return { ...run, failed, running: without(run, event.tasks) };
    }
    case "AttemptLost":
      return { ...run, running: without(run, event.tasks) };
    case "TaskReused":
      return { ...run, succeeded: run.succeeded + 1 };
    case "CancelRequested":
      return { ...run, isStopping: true };
    case "RunFinished":
      return { ...run, running: new Map() };
    case "RunStarted":
    case "RunResumed":
    case "TimerFired":
    case "SignalReceived":
    case "RevisionDecided":
    case "RevisionFailed":
      return run;
    default:
      return unreachable(event);
  }
}

/** The same rows are extracted, loaded and measured: they count once. */
function loadedRows(results: Readonly<Record<TaskId, TaskResult>>): number {
  return Object.entries(results)
    .filter(([task]) => task.endsWith(".load"))
    .reduce((sum, [, { rows }]) => sum + (rows ?? 0), 0);
}

function started(
  run: RunProgress,
  event: Extract<RunEvent, { type: "AttemptStarted" }>,
): RunProgress {
  const running = new Map(run.running);
  running.set(event.tasks[0] ?? "", {
    tasks: event.tasks,
    attempt: event.attempt,
    startedAt: event.at,
  });
  const failed = new Set([...run.failed].filter((task) => !event.tasks.includes(task)));
  return { ...run, running, failed };
}

function without(run: RunProgress, tasks: readonly TaskId[]): ReadonlyMap<TaskId, RunningAttempt> {
  const running = new Map(run.running);
  running.delete(tasks[0] ?? "");
  return running;
}
