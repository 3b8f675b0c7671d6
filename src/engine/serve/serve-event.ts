import type { RunStatus } from "../../core/run/run-event.ts";
import type { EpochMs } from "../../core/std/time.ts";
import type { TriggerCause } from "./trigger.ts";

/** What a serving process tells whoever watches it; each is one line of its output. */
export type ServeEvent =
  /** Another process holds the project; this one waits to take over. */
  | { readonly type: "StandingBy"; readonly at: EpochMs; readonly holder: string }
  | {
      readonly type: "Serving";
      readonly at: EpochMs;
      /** Of the catalog: how many have written to it before. */
      readonly epoch: number;
      /** Where signals are taken in by HTTP; `null` where they are not. */
      readonly url: string | null;
    }
  /** A token that was made now. It is told this once, and stored as a hash. */
  | { readonly type: "TokenMade"; readonly at: EpochMs; readonly token: string }
  | { readonly type: "RunResumed"; readonly at: EpochMs; readonly run: string }
  | {
      readonly type: "CycleStarted";
      readonly at: EpochMs;
      readonly run: string;
      readonly causes: readonly TriggerCause[];
      /** Subjects that it is about; `null` for all. */
      readonly subjects: number | null;
      readonly toRun: number;
    }
  | {
      readonly type: "CycleFinished";
      readonly at: EpochMs;
      readonly run: string;
      readonly causes: readonly TriggerCause[];
      readonly status: RunStatus;
      readonly durationMs: number;
      readonly succeeded: number;
      readonly failed: number;
      readonly bypassed: number;
      /** When what failed is tried again. */
      readonly retryAt: EpochMs | null;
    }
  /** It could not be decided or written down. */
  | {
      readonly type: "CycleFailed";
      readonly at: EpochMs;
      readonly causes: readonly TriggerCause[];
      readonly code: string;
      readonly message: string;
      readonly hint: string | null;
      readonly retryAt: EpochMs;
    }
  /** A cycle that goes on takes in what would else need one of its own. */
  | {
      readonly type: "CycleShared";
      readonly at: EpochMs;
      readonly run: string;
      readonly causes: readonly TriggerCause[];
      readonly subjects: readonly string[];
    }
  /** Asked to end: cycles that go on have this long to finish. */
  | {
      readonly type: "Stopping";
      readonly at: EpochMs;
      readonly cycles: number;
      readonly graceMs: number;
    };
