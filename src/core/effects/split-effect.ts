import { z } from "zod";
import type { EffectSpec } from "./effect-spec.ts";
import { groupingLaw } from "./grouping-law.ts";
import type { EffectOf } from "./merge-law.ts";

const form = z.strictObject({
  by: z.literal("rows").default("rows").describe("What parts are counted in."),
  size: z.int().min(1).describe("Rows of one part."),
});

/** Cuts one large load into parts that commit and resume on their own. */
export const splitEffect: EffectSpec<EffectOf<"split">, typeof form> = {
  kind: "split",
  summary: "Cuts a load into parts of `size` rows, each committed and resumed on its own.",
  form,
  toEffect: ({ by, size }) => ({ kind: "split", by, size }),
  subjects: ["source"],
  law: groupingLaw,
  whenUndetermined: "ignored",
  order: 21,
  shape: (draft, { grouping }) =>
    grouping?.value.kind === "split" ? { ...draft, splitRows: grouping.value.size } : draft,
};
