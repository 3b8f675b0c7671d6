import type { Gate } from "../project/check.ts";
import type { RetryPolicy } from "../project/project.ts";
import type { DefaultOutcome, Meanwhile, RouteKind } from "../routes/route.ts";
import type { EffectKind } from "./effect.ts";
import type { Circuit, Fallback, Retention } from "./safeguards.ts";

/** A value with the rules that gave it, in name order. */
export interface Attributed<T> {
  readonly value: T;
  readonly by: readonly string[];
}

/** One subject's effects after merging by their laws. `null` and empty mean that no rule spoke. */
export interface MergedEffects {
  readonly classify: Attributed<{
    readonly tier: number | null;
    readonly owner: string | null;
    readonly tags: readonly string[];
  }> | null;
  readonly activation: Attributed<
    { readonly state: "activate" } | { readonly state: "bypass"; readonly because: string | null }
  > | null;
  readonly route: Attributed<{
    readonly to: RouteKind;
    readonly because: string | null;
    readonly deadlineMs: number | null;
    readonly otherwise: DefaultOutcome;
    readonly meanwhile: Meanwhile;
  }> | null;
  readonly renameConfidence: Attributed<number> | null;
  readonly grouping: Attributed<
    | { readonly kind: "merge"; readonly into: string; readonly max: number }
    | { readonly kind: "split"; readonly by: "rows"; readonly size: number }
  > | null;
  readonly gates: readonly Gate[];
  readonly retry: Attributed<RetryPolicy> | null;
  readonly timeoutMs: Attributed<number> | null;
  readonly pool: Attributed<string> | null;
  readonly priority: Attributed<number> | null;
  readonly fallback: Attributed<Fallback> | null;
  readonly circuit: Attributed<Omit<Circuit, "name">> | null;
  readonly deadlineMs: Attributed<number> | null;
  readonly retain: Attributed<Retention> | null;
  readonly slaMs: Attributed<number> | null;
  readonly cadenceMs: Attributed<number> | null;
  readonly tags: Attributed<readonly string[]> | null;
  readonly notifications: readonly Notification[];
  readonly conflicts: readonly Conflict[];
}

/** Recorded with the decision; sent on by whoever reads the log. */
export interface Notification {
  readonly severity: "info" | "warning" | "critical";
  readonly title: string;
  readonly by: string;
}

/** Rules of equal priority that contradict each other: a recorded decision with the safest outcome. */
export interface Conflict {
  readonly effect: EffectKind;
  /** `<set>/<rule>` of all sides, in name order. */
  readonly rules: readonly string[];
  /** What was done instead, in words. */
  readonly outcome: string;
}
