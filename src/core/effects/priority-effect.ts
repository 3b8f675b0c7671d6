import { z } from "zod";
import type { EffectSpec } from "./effect-spec.ts";
import { attribute, type EffectOf, type MergeLaw, ofKind, strongest } from "./merge-law.ts";
import { withSafeguards } from "./subject-draft.ts";

const form = z.int().min(-1_000).max(1_000).describe("0 unless said otherwise; the larger first.");

const law: MergeLaw = {
  text: "The higher rule priority wins; of equal priority the larger value.",
  merge: (contributions) => {
    const top = strongest(ofKind(contributions, "priority"));
    if (top.length === 0) return {};
    const largest = Math.max(...top.map(({ effect }) => effect.value));
    return { priority: attribute(largest, top, ({ value }) => value === largest) };
  },
};

/** Which ready task gets a free slot first. */
export const priorityEffect: EffectSpec<EffectOf<"priority">, typeof form> = {
  kind: "priority",
  summary: "Which of the tasks that wait for a slot starts first: the larger number.",
  form,
  toEffect: (value) => ({ kind: "priority", value }),
  subjects: ["source", "model"],
  law,
  whenUndetermined: "ignored",
  order: 43,
  shape: (draft, { priority }) =>
    priority === null ? draft : withSafeguards(draft, { priority: priority.value }),
};
