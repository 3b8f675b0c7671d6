import { z } from "zod";
import { activationLaw } from "./activation-law.ts";
import type { EffectSpec } from "./effect-spec.ts";
import type { EffectOf } from "./merge-law.ts";

const form = z.union([
  z.literal(true),
  z.strictObject({ because: z.string().min(1).optional().describe("Shown to whoever asks why.") }),
]);

/** Takes a subject out of the cycle; what is in its table stays. */
export const bypassEffect: EffectSpec<EffectOf<"bypass">, typeof form> = {
  kind: "bypass",
  summary: "Leaves the subject out of this cycle; its table stays as it is.",
  form,
  toEffect: (given) => ({
    kind: "bypass",
    because: given === true ? null : (given.because ?? null),
  }),
  subjects: ["source", "model"],
  law: activationLaw,
  // When in doubt, run: running twice repeats nothing, while staying away hides a change.
  whenUndetermined: "ignored",
  order: 11,
  shape: (draft, { activation }) => {
    if (activation?.value.state !== "bypass") return draft;
    const by = activation.by[0] ?? "";
    const { because } = activation.value;
    return { ...draft, activation: { state: "bypassed", by, because } };
  },
};
