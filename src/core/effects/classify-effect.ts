import { z } from "zod";
import type { Contribution } from "./effect.ts";
import type { EffectSpec } from "./effect-spec.ts";
import { type EffectOf, type MergeLaw, ofKind, rulesOf, strongest, union } from "./merge-law.ts";
import type { Conflict } from "./merged-effects.ts";

const form = z
  .strictObject({
    tier: z.int().min(0).max(9).optional().describe("0 is the most critical."),
    owner: z.string().min(1).optional().describe("The person or team to ask."),
    tags: z.array(z.string().min(1)).min(1).optional().describe("Words that other rules ask for."),
  })
  .refine((given) => Object.keys(given).length > 0, {
    error: "needs `tier`, `owner` or `tags`",
    params: { fix: "Write, say, `classify: { tier: 0 }`." },
  });

type Classify = EffectOf<"classify">;

const law: MergeLaw = {
  text:
    "Tier and owner: the higher rule priority; of equal priority the more critical tier, while " +
    "different owners are a conflict, and what was declared stays. Tags: all of them.",
  merge: (contributions) => {
    const all = ofKind(contributions, "classify");
    if (all.length === 0) return {};
    const owner = ownerOf(all);
    const value = {
      tier: tierOf(all),
      owner: owner.value,
      tags: union(all.flatMap(({ effect }) => effect.tags)),
    };
    return { classify: { value, by: rulesOf(all) }, conflicts: owner.conflicts };
  },
};

function tierOf(all: readonly Contribution<Classify>[]): number | null {
  const top = strongest(all.filter(({ effect }) => effect.tier !== null));
  const tiers = top.flatMap(({ effect }) => effect.tier ?? []);
  return tiers.length === 0 ? null : Math.min(...tiers);
}

function ownerOf(all: readonly Contribution<Classify>[]): {
  readonly value: string | null;
  readonly conflicts: readonly Conflict[];
} {
  const top = strongest(all.filter(({ effect }) => effect.owner !== null));
  const owners = union(top.flatMap(({ effect }) => effect.owner ?? []));
  if (owners.length <= 1) return { value: owners[0] ?? null, conflicts: [] };
  const outcome = "no owner is set by rule: what was declared stays";
  return { value: null, conflicts: [{ effect: "classify", rules: rulesOf(top), outcome }] };
}

/** Sets tier, owner and tags in a first pass, so that every other rule sees them. */
export const classifyEffect: EffectSpec<Classify, typeof form> = {
  kind: "classify",
  summary: "Sets tier, owner and tags before the other rules look.",
  form,
  toEffect: ({ tier = null, owner = null, tags = [] }) => ({
    kind: "classify",
    tier,
    owner,
    tags: union(tags),
  }),
  subjects: ["source", "model"],
  law,
  whenUndetermined: "ignored",
  order: 0,
  shape: (draft) => draft,
};
