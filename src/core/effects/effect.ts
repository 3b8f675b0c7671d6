import type { Check, OnFail } from "../project/check.ts";
import type { DefaultOutcome, Meanwhile, RouteKind } from "../routes/route.ts";
import type { Circuit, Fallback } from "./safeguards.ts";

/**
 * One typed thing that a rule may do, in canonical form. In YAML an effect is a map with one key,
 * its kind: `{ merge: { into: small-files, max: 50 } }`. Durations are milliseconds here.
 */
export type Effect =
  /** Sets tier, owner and tags before the other rules look. A rule with it has no other kind of effect. */
  | {
      readonly kind: "classify";
      readonly tier: number | null;
      readonly owner: string | null;
      readonly tags: readonly string[];
    }
  | { readonly kind: "activate" }
  | { readonly kind: "bypass"; readonly because: string | null }
  | { readonly kind: "merge"; readonly into: string; readonly max: number }
  | { readonly kind: "split"; readonly by: "rows"; readonly size: number }
  | {
      readonly kind: "gate";
      readonly name: string | null;
      readonly check: Check;
      readonly onFail: OnFail;
    }
  | {
      readonly kind: "retry";
      readonly attempts: number;
      readonly backoffMs: number;
      readonly backoffMsMax: number;
    }
  | { readonly kind: "timeout"; readonly afterMs: number }
  | { readonly kind: "pool"; readonly name: string }
  | { readonly kind: "priority"; readonly value: number }
  | ({ readonly kind: "circuit" } & Omit<Circuit, "name">)
  | { readonly kind: "deadline"; readonly afterMs: number }
  | { readonly kind: "retain"; readonly versions: number }
  | ({ readonly kind: "fallback" } & Fallback)
  | { readonly kind: "sla"; readonly withinMs: number }
  | { readonly kind: "cadence"; readonly everyMs: number }
  /** What becomes of a model that a change of schema reaches. */
  | {
      readonly kind: "route";
      readonly to: RouteKind;
      readonly because: string | null;
      /** `null` waits for ever. */
      readonly deadlineMs: number | null;
      readonly otherwise: DefaultOutcome;
      readonly meanwhile: Meanwhile;
    }
  /** How sure a rename must be, 0 to 1. */
  | { readonly kind: "rename"; readonly confidence: number }
  | { readonly kind: "tag"; readonly tags: readonly string[] }
  | {
      readonly kind: "notify";
      readonly severity: "info" | "warning" | "critical";
      /** May hold `${source.name}`-like paths, filled from the facts. */
      readonly title: string;
    };

export type EffectKind = Effect["kind"];

/** An effect with the rule that asks for it. */
export interface Contribution<E extends Effect = Effect> {
  readonly effect: E;
  /** `<set>/<rule>`. */
  readonly rule: string;
  readonly priority: number;
}
