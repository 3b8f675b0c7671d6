import type { Gate } from "../project/check.ts";
import type { RetryPolicy } from "../project/project.ts";

/** What protects a task. Every field is written out: the executor knows no defaults. */
export interface Safeguards {
  readonly retry: RetryPolicy;
  readonly timeoutMs: number;
  /** Of tasks that talk to a connection: when it is left alone for a while. */
  readonly circuit: Circuit | null;
  /** How long after the run's start the task must have ended; `null` gives it any time. */
  readonly deadlineMs: number | null;
  readonly pool: string;
  /** The larger runs first. */
  readonly priority: number;
  /** Conditions that must hold inside the task's transaction, or that it measures. */
  readonly gates: readonly Gate[];
  readonly fallback: Fallback | null;
  /** Of tasks that commit: how many versions of the table are kept beside the one that is read. */
  readonly retain: Retention | null;
}

/**
 * What is done when a source does not come as it should. Whatever is made with it is marked as
 * degraded until a good load clears that.
 *
 * - last_good: readers run on what was loaded last, while it is not older than `maxAgeMs`;
 * - partial: what did come is loaded, when that is at least `minShare` of what was expected;
 * - alternate: what another source holds is loaded in its place.
 */
export type Fallback =
  | { readonly use: "last_good"; readonly maxAgeMs: number | null }
  /** More than 0, at most 1. */
  | { readonly use: "partial"; readonly minShare: number }
  | { readonly use: "alternate"; readonly source: string };

/**
 * A circuit breaker. Attempts with one `name` share a circuit: `failures` retryable failures in a
 * row open it, and while it is open none starts. After `coolDownMs` one attempt probes it; when
 * `probes` of them failed, what still waits fails too.
 */
export interface Circuit {
  /** The connection. */
  readonly name: string;
  readonly failures: number;
  readonly coolDownMs: number;
  readonly probes: number;
}

/** How many earlier versions of a table are kept. */
export interface Retention {
  readonly versions: number;
}
