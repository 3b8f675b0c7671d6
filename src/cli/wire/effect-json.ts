import type { MergedEffects } from "../../core/effects/merged-effects.ts";

/** One merged effect on a subject: its kind, its values, and the rules (`set/rule`) that gave it. */
export interface EffectJson {
  readonly kind: string;
  readonly by: readonly string[];
  readonly [field: string]: unknown;
}

/** The effects of a decision as a list, each kind at most once but for gates and notifications. */
export function effectsJson(effects: MergedEffects): readonly EffectJson[] {
  return [
    ...one(effects.classify, (value) => ({ kind: "classify", ...value })),
    ...one(effects.activation, ({ state, ...rest }) => ({ kind: state, ...rest })),
    ...one(effects.route, (value) => ({ kind: "route", ...value })),
    ...one(effects.renameConfidence, (confidence) => ({ kind: "rename", confidence })),
    ...one(effects.grouping, groupingJson),
    ...effects.gates.map(({ by, ...gate }) => ({
      kind: "gate",
      ...gate,
      by: by === null ? [] : [by],
    })),
    ...one(effects.retry, (value) => ({ kind: "retry", ...value })),
    ...one(effects.timeoutMs, (afterMs) => ({ kind: "timeout", afterMs })),
    ...one(effects.pool, (name) => ({ kind: "pool", name })),
    ...one(effects.priority, (value) => ({ kind: "priority", value })),
    ...one(effects.fallback, (value) => ({ kind: "fallback", ...value })),
    ...one(effects.circuit, (value) => ({ kind: "circuit", ...value })),
    ...one(effects.deadlineMs, (afterMs) => ({ kind: "deadline", afterMs })),
    ...one(effects.retain, (value) => ({ kind: "retain", ...value })),
    ...one(effects.slaMs, (withinMs) => ({ kind: "sla", withinMs })),
    ...one(effects.cadenceMs, (everyMs) => ({ kind: "cadence", everyMs })),
    ...one(effects.tags, (tags) => ({ kind: "tag", tags })),
    ...effects.notifications.map(({ by, ...rest }) => ({ kind: "notify", ...rest, by: [by] })),
  ];
}

/** Elsewhere `by` is what a load is split by; here it names the rules, as in every effect. */
function groupingJson(grouping: NonNullable<MergedEffects["grouping"]>["value"]) {
  if (grouping.kind === "merge") return { ...grouping };
  return { kind: "split", unit: grouping.by, size: grouping.size };
}

function one<T>(
  effect: { readonly value: T; readonly by: readonly string[] } | null,
  form: (value: T) => { readonly kind: string; readonly [field: string]: unknown },
): readonly EffectJson[] {
  return effect === null ? [] : [{ ...form(effect.value), by: effect.by }];
}
