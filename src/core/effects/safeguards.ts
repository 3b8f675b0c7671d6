import type { Gate } from "../project/check.ts";
import type { RetryPolicy } from "../project/project.ts";

/** What protects a task. Every field is written out: the executor knows no defaults. */
export interface Safeguards {
  readonly retry: RetryPolicy;
  readonly timeoutMs: number;
  readonly pool: string;
  /** The larger runs first. */
  readonly priority: number;
  /** Conditions that must hold inside the task's transaction, or that it measures. */
  readonly gates: readonly Gate[];
  readonly fallback: { readonly use: "last_good"; readonly maxAgeMs: number | null } | null;
}
