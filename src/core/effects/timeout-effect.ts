import { durationForm, durationMs } from "./duration-form.ts";
import type { EffectSpec } from "./effect-spec.ts";
import { attribute, type EffectOf, type MergeLaw, ofKind, strongest } from "./merge-law.ts";
import { withSafeguards } from "./subject-draft.ts";

const law: MergeLaw = {
  text: "The higher rule priority wins; of equal priority the shorter.",
  merge: (contributions) => {
    const top = strongest(ofKind(contributions, "timeout"));
    if (top.length === 0) return {};
    const shortest = Math.min(...top.map(({ effect }) => effect.afterMs));
    return { timeoutMs: attribute(shortest, top, ({ afterMs }) => afterMs === shortest) };
  },
};

/** When an attempt is given up. */
export const timeoutEffect: EffectSpec<EffectOf<"timeout">, typeof durationForm> = {
  kind: "timeout",
  summary: "How long one attempt may take before it is cancelled and counts as failed.",
  form: durationForm,
  toEffect: (form) => ({ kind: "timeout", afterMs: durationMs(form) }),
  subjects: ["source", "model"],
  law,
  whenUndetermined: "ignored",
  order: 41,
  shape: (draft, { timeoutMs }) =>
    timeoutMs === null ? draft : withSafeguards(draft, { timeoutMs: timeoutMs.value }),
};
