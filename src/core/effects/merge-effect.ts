import { z } from "zod";
import type { EffectSpec } from "./effect-spec.ts";
import { groupingLaw } from "./grouping-law.ts";
import type { EffectOf } from "./merge-law.ts";

const form = z.strictObject({
  into: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_-]*$/, "A group's name is letters, digits, `_` and `-`")
    .describe("The group's name: loads of one name travel together."),
  max: z.int().min(2).max(10_000).default(50).describe("The most sources in one load."),
});

/** Loads many small sources in one task; one transaction as long as all of its members load. */
export const mergeEffect: EffectSpec<EffectOf<"merge">, typeof form> = {
  kind: "merge",
  summary:
    "Loads several sources in one task and one transaction. A member that keeps failing is left " +
    "behind: the others then load one by one.",
  form,
  toEffect: ({ into, max }) => ({ kind: "merge", into, max }),
  subjects: ["source"],
  law: groupingLaw,
  whenUndetermined: "ignored",
  order: 20,
  shape: (draft, { grouping }) => {
    if (grouping?.value.kind !== "merge") return draft;
    const { into, max } = grouping.value;
    return { ...draft, group: { into, max } };
  },
};
