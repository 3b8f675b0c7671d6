import { compareText } from "../std/compare.ts";
import { type Hash, hashOf } from "../std/hash.ts";
import { hashOnce } from "../std/hash-once.ts";
import { plantReferences, type ReferenceTree } from "../std/reference-tree.ts";
import type { DriftTrees } from "./decided.ts";
import type { DriftInput } from "./drift-input.ts";

/** Lists what is open, by name. It is short where little has changed, so it is made anew each time. */
export function plantDrift({ sources, models, negotiations }: DriftInput): DriftTrees {
  return {
    sources: treeOf(sources),
    models: treeOf(models),
    negotiations: treeOf(negotiations),
  };
}

/** Identity of all that is open. */
export function driftId({ sources, models, negotiations }: DriftTrees): Hash {
  return hashOf(driftRoots({ sources, models, negotiations }));
}

/** The ids of the three lists. */
export function driftRoots({ sources, models, negotiations }: DriftTrees) {
  return { sources: sources.id, models: models.id, negotiations: negotiations.id };
}

function treeOf(values: ReadonlyMap<string, object>): ReferenceTree {
  const entries = [...values].map(([name, value]) => [name, hashOnce(value)] as const);
  return plantReferences(entries.sort(([left], [right]) => compareText(left, right)));
}
