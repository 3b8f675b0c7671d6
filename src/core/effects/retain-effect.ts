import { z } from "zod";
import type { EffectSpec } from "./effect-spec.ts";
import { attribute, type EffectOf, type MergeLaw, ofKind } from "./merge-law.ts";
import { withVersions } from "./subject-draft.ts";

const form = z.strictObject({
  versions: z
    .int()
    .min(1)
    .max(100)
    .describe("How many versions of the table are kept beside the one that is read."),
});

const law: MergeLaw = {
  text: "The largest number of versions wins.",
  merge: (contributions) => {
    const all = ofKind(contributions, "retain");
    if (all.length === 0) return {};
    const most = Math.max(...all.map(({ effect }) => effect.versions));
    return { retain: attribute({ versions: most }, all, ({ versions }) => versions === most) };
  },
};

/** How many versions of a table one can go back to. */
export const retainEffect: EffectSpec<EffectOf<"retain">, typeof form> = {
  kind: "retain",
  summary:
    "Keeps earlier versions of the subject's table, to which a load or build can be undone. A " +
    "gate with `on_fail: undo` keeps one by itself.",
  form,
  toEffect: ({ versions }) => ({ kind: "retain", versions }),
  subjects: ["source", "model"],
  law,
  whenUndetermined: "applied",
  order: 47,
  shape: (draft, { retain }) =>
    retain === null ? draft : withVersions(draft, retain.value.versions),
};
