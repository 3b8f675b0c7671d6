import { z } from "zod";
import { durationForm, durationMs } from "./duration-form.ts";
import type { EffectSpec } from "./effect-spec.ts";
import {
  agree,
  attribute,
  type EffectOf,
  type MergeLaw,
  ofKind,
  rulesOf,
  strongest,
} from "./merge-law.ts";
import { withSafeguards } from "./subject-draft.ts";

const form = z.strictObject({
  use: z.literal("last_good").describe("What was loaded last, as it is."),
  max_age: durationForm.optional().describe("How old that data may be; without it, any age."),
});

const law: MergeLaw = {
  text: "The higher rule priority wins; different fallbacks of equal priority are a conflict, and there is none.",
  merge: (contributions) => {
    const top = strongest(ofKind(contributions, "fallback"));
    const first = top[0]?.effect;
    if (first === undefined) return {};
    if (agree(top)) {
      return { fallback: attribute({ use: first.use, maxAgeMs: first.maxAgeMs }, top) };
    }
    const outcome = "no fallback: models follow the policies of their edges";
    return { conflicts: [{ effect: "fallback", rules: rulesOf(top), outcome }] };
  },
};

/** What models may read when the source itself cannot be loaded. */
export const fallbackEffect: EffectSpec<EffectOf<"fallback">, typeof form> = {
  kind: "fallback",
  summary:
    "Models may run on what the source's table holds from its last success, if that is not " +
    "older than `max_age`; otherwise they are bypassed with it.",
  form,
  toEffect: ({ use, max_age }) => ({
    kind: "fallback",
    use,
    maxAgeMs: max_age === undefined ? null : durationMs(max_age),
  }),
  subjects: ["source"],
  law,
  // Stale data is used only on purpose.
  whenUndetermined: "ignored",
  order: 44,
  shape: (draft, { fallback }) =>
    fallback === null ? draft : withSafeguards(draft, { fallback: fallback.value }),
};
