import { z } from "zod";
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

const form = z.string().min(1).describe("A pool of the template.");

const law: MergeLaw = {
  text: "The higher rule priority wins; different pools of equal priority are a conflict, and the template's pool stays.",
  merge: (contributions) => {
    const top = strongest(ofKind(contributions, "pool"));
    const name = top[0]?.effect.name;
    if (name === undefined) return {};
    if (agree(top)) return { pool: attribute(name, top) };
    const outcome = "the template's pool stays";
    return { conflicts: [{ effect: "pool", rules: rulesOf(top), outcome }] };
  },
};

/** Which tasks compete for the same slots. */
export const poolEffect: EffectSpec<EffectOf<"pool">, typeof form> = {
  kind: "pool",
  summary: "The pool whose slots bound how many of its tasks run at once.",
  form,
  toEffect: (name) => ({ kind: "pool", name }),
  subjects: ["source", "model"],
  law,
  whenUndetermined: "ignored",
  order: 42,
  shape: (draft, { pool }) => (pool === null ? draft : withSafeguards(draft, { pool: pool.value })),
};
