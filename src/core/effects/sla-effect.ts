import { durationForm, durationMs } from "./duration-form.ts";
import type { EffectSpec } from "./effect-spec.ts";
import { attribute, type EffectOf, type MergeLaw, ofKind } from "./merge-law.ts";

const law: MergeLaw = {
  text: "The tighter wins, also against what is declared.",
  merge: (contributions) => {
    const all = ofKind(contributions, "sla");
    if (all.length === 0) return {};
    const tightest = Math.min(...all.map(({ effect }) => effect.withinMs));
    return { slaMs: attribute(tightest, all, ({ withinMs }) => withinMs === tightest) };
  },
};

/** How fresh people expect the subject to be. */
export const slaEffect: EffectSpec<EffectOf<"sla">, typeof durationForm> = {
  kind: "sla",
  summary: "How soon after the cycle's instant the subject must be done.",
  form: durationForm,
  toEffect: (form) => ({ kind: "sla", withinMs: durationMs(form) }),
  subjects: ["source", "model"],
  law,
  whenUndetermined: "ignored",
  order: 50,
  shape: (draft, { slaMs }) =>
    slaMs === null ? draft : { ...draft, slaMs: Math.min(slaMs.value, draft.slaMs ?? slaMs.value) },
};
