import { z } from "zod";
import type { EffectSpec } from "./effect-spec.ts";
import { attribute, type EffectOf, type MergeLaw, ofKind, union } from "./merge-law.ts";

const tag = z.string().min(1);
const form = z.union([tag, z.array(tag).min(1)]).describe("A tag, or a list of them.");

const law: MergeLaw = {
  text: "All of them.",
  merge: (contributions) => {
    const all = ofKind(contributions, "tag");
    if (all.length === 0) return {};
    return { tags: attribute(union(all.flatMap(({ effect }) => effect.tags)), all, () => true) };
  },
};

/** Labels a segment for people and filters. Unlike `classify`, no rule sees it. */
export const tagEffect: EffectSpec<EffectOf<"tag">, typeof form> = {
  kind: "tag",
  summary: "Adds labels to the subject's segment; other rules do not see them.",
  form,
  toEffect: (given) => ({ kind: "tag", tags: union([given].flat()) }),
  subjects: ["source", "model"],
  law,
  whenUndetermined: "ignored",
  order: 60,
  shape: (draft, { tags }) =>
    tags === null ? draft : { ...draft, tags: union([...draft.tags, ...tags.value]) },
};
