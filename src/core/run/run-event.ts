import type { TaskId } from "../decide/blueprint.ts";
import type { Signal, SignalType } from "../signals/signal.ts";
import type { Hash } from "../std/hash.ts";
import type { Json } from "../std/json.ts";
import type { EpochMs } from "../std/time.ts";

/** How a task ended in a run, or where it stands. `bypassed`, `skipped` and all after are final. */
export type TaskStatus =
  | "waiting"
  | "ready"
  | "running"
  | "retrying"
  | "bypassed"
  /** Not started, because something before it did not succeed; the reason says what. */
  | "skipped"
  | "succeeded"
  | "failed"
  | "cancelled";

/** How a run ended, or that it goes on. */
export type RunStatus = "running" | "succeeded" | "failed" | "cancelled";

/** Why an attempt failed, as recorded: never a stack, never a secret. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly isRetryable: boolean;
}

/** What a successful attempt reports: kept in the log, shown to people, fed to the next snapshot. */
export interface TaskResult {
  readonly rows: number | null;
  /** True when the ledger proved that the effect was already there. */
  readonly isRepeat: boolean;
  /** Task-kind specific: measurements, quarantined rows, manifest id, … */
  readonly detail: { readonly [key: string]: Json | undefined };
}

/**
 * What happened in a run, in order. Durable before its consequence begins; the run's state is the
 * fold of these. Past tense, PascalCase; for ever: add variants, never change one.
 */
export type RunEvent =
  | {
      readonly type: "RunStarted";
      readonly at: EpochMs;
      readonly blueprint: Hash;
      /** Seeds the jitter of retries. */
      readonly seed: number;
      /** The stored pools, memory and demands that the order follows; absent where only pools counted. */
      readonly schedule?: Hash;
      /** Of the process that runs it; a process with an older one must not go on. */
      readonly epoch?: number;
    }
  /** The process before died or was stopped; its running attempts are lost. */
  | { readonly type: "RunResumed"; readonly at: EpochMs; readonly epoch?: number }
  /** An earlier run had done the task, and what it left is still there. Told before `RunStarted`. */
  | {
      readonly type: "TaskReused";
      readonly at: EpochMs;
      readonly task: TaskId;
      readonly result: TaskResult;
      /** The run that did it. */
      readonly from: string;
    }
  | {
      readonly type: "AttemptStarted";
      readonly at: EpochMs;
      /** One task, or all of a batch, in id order. */
      readonly tasks: readonly TaskId[];
      readonly attempt: number;
    }
  | {
      readonly type: "AttemptSucceeded";
      readonly at: EpochMs;
      readonly tasks: readonly TaskId[];
      readonly attempt: number;
      /** By task. */
      readonly results: Readonly<Record<TaskId, TaskResult>>;
    }
  | {
      readonly type: "AttemptFailed";
      readonly at: EpochMs;
      readonly tasks: readonly TaskId[];
      readonly attempt: number;
      readonly failure: Failure;
    }
  /** The attempt's process is gone and its outcome unknown: the ledger will tell. */
  | {
      readonly type: "AttemptLost";
      readonly at: EpochMs;
      readonly tasks: readonly TaskId[];
      readonly attempt: number;
    }
  | { readonly type: "TimerFired"; readonly at: EpochMs; readonly timer: string }
  | {
      readonly type: "SignalReceived";
      readonly at: EpochMs;
      readonly signal: Signal;
      /** Subjects that it may change: what it is about, and all that reads of that, in name order. */
      readonly concerns: readonly string[];
    }
  | {
      readonly type: "RevisionDecided";
      readonly at: EpochMs;
      /** 1 for the first of the run. */
      readonly revision: number;
      /** What the run goes on with. */
      readonly blueprint: Hash;
      readonly decision: Hash;
      /** Ids of the signals that it answers, in the order in which they were asked. */
      readonly cause: readonly string[];
      /** Subjects, in name order. */
      readonly segments: SegmentChanges;
      /** Subjects that had begun and are to end, in name order. */
      readonly cancel: readonly string[];
    }
  /** It could not be decided again: the run goes on as it was. */
  | {
      readonly type: "RevisionFailed";
      readonly at: EpochMs;
      readonly cause: readonly string[];
      readonly failure: Failure;
    }
  | { readonly type: "CancelRequested"; readonly at: EpochMs; readonly cause: string }
  | { readonly type: "RunFinished"; readonly at: EpochMs; readonly status: RunStatus };

/** Which segments a revision made otherwise. */
export interface SegmentChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/**
 * Why an attempt is asked to end: its time is up, or its branch's; a revision ends its subject; or
 * its run is cancelled.
 */
export type CancelCause = "TIMED_OUT" | "DEADLINE_PASSED" | "REVISED" | "CANCELLED";

/** A signal as the machine words it. Its host gives it an id, and it comes back as an event. */
export type EmittedSignal = {
  readonly [T in SignalType]: Pick<
    Extract<Signal, { type: T }>,
    "type" | "subject" | "at" | "data"
  >;
}[SignalType];

/** What the machine asks of its host. A host adds no policy. */
export type RunCommand =
  | { readonly type: "StartAttempt"; readonly tasks: readonly TaskId[]; readonly attempt: number }
  /** The attempt is to end soon, by itself: it may still succeed. `cause` is the code of its failure if not. */
  | {
      readonly type: "CancelAttempt";
      readonly tasks: readonly TaskId[];
      readonly attempt: number;
      readonly cause: CancelCause;
    }
  | { readonly type: "SetTimer"; readonly timer: string; readonly firesAt: EpochMs }
  /** The timer is not needed any more. Should it fire all the same, nothing happens. */
  | { readonly type: "ClearTimer"; readonly timer: string }
  /** Decide again what these signals concern, and tell `RevisionDecided` or `RevisionFailed`. */
  | {
      readonly type: "AskRevision";
      /** The number that the revision will have. */
      readonly revision: number;
      /** Ids, the oldest first. */
      readonly signals: readonly string[];
      /** Subjects that must stay as they are: something of them was done. In name order. */
      readonly begun: readonly string[];
      /** Subjects that may come out otherwise; they start nothing meanwhile. In name order. */
      readonly held: readonly string[];
    }
  | { readonly type: "EmitSignal"; readonly signal: EmittedSignal }
  | { readonly type: "FinishRun"; readonly status: RunStatus };
