import { z } from "zod";
import { renameFloor } from "../schema/detect-renames.ts";
import type { EffectSpec } from "./effect-spec.ts";
import { attribute, type EffectOf, type MergeLaw, ofKind } from "./merge-law.ts";

const form = z.strictObject({
  confidence: z
    .number()
    .min(renameFloor)
    .max(1)
    .describe(
      "How sure a rename must be to count as one: 0.6 to 1, by default 0.75. Less sure ones are a drop and an addition.",
    ),
});

const law: MergeLaw = {
  text: "The largest confidence wins.",
  merge: (contributions) => {
    const all = ofKind(contributions, "rename");
    if (all.length === 0) return {};
    const largest = Math.max(...all.map(({ effect }) => effect.confidence));
    return { renameConfidence: attribute(largest, all, (one) => one.confidence === largest) };
  },
};

/** When a dropped and an added column are taken for one that was renamed. */
export const renameEffect: EffectSpec<EffectOf<"rename">, typeof form> = {
  kind: "rename",
  summary: "How sure Sluice must be that a column was renamed, before anything rests on it.",
  form,
  toEffect: ({ confidence }) => ({ kind: "rename", confidence }),
  subjects: ["source"],
  law,
  whenUndetermined: "applied",
  order: 13,
  shape: (draft) => draft,
};
