import type { Contribution } from "./effect.ts";
import {
  attribute,
  type EffectOf,
  type MergedPart,
  type MergeLaw,
  ofKind,
  rulesOf,
  strongest,
} from "./merge-law.ts";
import type { Conflict } from "./merged-effects.ts";

/** How a source's load is cut: together with others, or in parts. */
export const groupingLaw: MergeLaw = {
  text:
    "The higher rule priority wins. Of equal priority, merge and split, or merges into different " +
    "groups, are a conflict, and the source is loaded on its own; the smaller `max` and `size` win.",
  merge: (contributions) => {
    const top = strongest(ofKind(contributions, "merge", "split"));
    const merges = ofKind(top, "merge");
    const splits = ofKind(top, "split");
    if (merges.length > 0 && splits.length > 0) {
      return conflict("merge", top, "neither merged nor split: it is loaded on its own");
    }
    if (splits.length > 0) return split(splits);
    return merges.length > 0 ? merge(merges) : {};
  },
};

function split(splits: readonly Contribution<EffectOf<"split">>[]): MergedPart {
  const size = Math.min(...splits.map(({ effect }) => effect.size));
  const value = { kind: "split", by: "rows", size } as const;
  return { grouping: attribute(value, splits, (effect) => effect.size === size) };
}

function merge(merges: readonly Contribution<EffectOf<"merge">>[]): MergedPart {
  const into = merges[0]?.effect.into ?? "";
  if (merges.some(({ effect }) => effect.into !== into)) {
    return conflict("merge", merges, "not merged: it is loaded on its own");
  }
  const max = Math.min(...merges.map(({ effect }) => effect.max));
  return {
    grouping: attribute({ kind: "merge", into, max }, merges, (effect) => effect.max === max),
  };
}

function conflict(
  effect: Conflict["effect"],
  sides: readonly Contribution[],
  outcome: string,
): MergedPart {
  return { conflicts: [{ effect, rules: rulesOf(sides), outcome }] };
}
