import { durationForm, durationMs } from "./duration-form.ts";
import type { EffectSpec } from "./effect-spec.ts";
import { attribute, type EffectOf, type MergeLaw, ofKind } from "./merge-law.ts";

const law: MergeLaw = {
  text: "The tighter wins.",
  merge: (contributions) => {
    const all = ofKind(contributions, "cadence");
    if (all.length === 0) return {};
    const tightest = Math.min(...all.map(({ effect }) => effect.everyMs));
    return { cadenceMs: attribute(tightest, all, ({ everyMs }) => everyMs === tightest) };
  },
};

/** How often the subject should be decided; recorded for whoever starts cycles. */
export const cadenceEffect: EffectSpec<EffectOf<"cadence">, typeof durationForm> = {
  kind: "cadence",
  summary:
    "How often the subject should be looked at. Recorded with the decision for whoever starts " +
    "cycles; it changes no task of this one.",
  form: durationForm,
  toEffect: (form) => ({ kind: "cadence", everyMs: durationMs(form) }),
  subjects: ["source", "model"],
  law,
  whenUndetermined: "ignored",
  order: 51,
  shape: (draft) => draft,
};
