import { compareText } from "../std/compare.ts";
import type { Hash } from "../std/hash.ts";
import { hashOnce } from "../std/hash-once.ts";
import { graftReferences, type ReferenceTree } from "../std/reference-tree.ts";
import type { Segment } from "./blueprint.ts";
import { countTasks } from "./complete-blueprint.ts";
import type { DecideInput } from "./decide-input.ts";
import type { Decided, DecisionTrees, TaskCounts } from "./decided.ts";
import { plantDrift } from "./drift-trees.ts";
import type { InputChanges, NamedChanges } from "./input-changes.ts";

/** What of a decision's segments comes out otherwise than before. */
export interface Renewal {
  /** By subject. */
  readonly renewed: ReadonlyMap<string, Segment>;
  /** Subjects that are not there any more. */
  readonly gone: ReadonlySet<string>;
}

/** The segments after a renewal, in name order; the same map where nothing is renewed. */
export function segmentsAfter(
  { blueprint: { segments } }: Decided,
  { renewed, gone }: Renewal,
): ReadonlyMap<string, Segment> {
  if (renewed.size === 0 && gone.size === 0) return segments;
  const after = new Map(segments);
  for (const name of gone) after.delete(name);
  for (const [name, segment] of renewed) after.set(name, segment);
  const hasNew = [...renewed.keys()].some((name) => !segments.has(name));
  if (!hasNew) return after;
  return new Map([...after].sort(([left], [right]) => compareText(left, right)));
}

/** The counts after a renewal. */
export function summaryAfter(
  { summary, blueprint: { segments } }: Decided,
  { renewed, gone }: Renewal,
): TaskCounts {
  const names = [...renewed.keys(), ...gone];
  const old = countTasks(names.flatMap((name) => segments.get(name) ?? []));
  const young = countTasks(renewed.values());
  return {
    active: summary.active - old.active + young.active,
    bypassed: summary.bypassed - old.bypassed + young.bypassed,
  };
}

/** The long lists after a renewal; what they have in common with those before is not hashed again. */
export function treesAfter(
  { workings: { trees } }: Decided,
  input: DecideInput,
  { changes, renewal }: { readonly changes: InputChanges; readonly renewal: Renewal },
): DecisionTrees {
  return {
    sources: treeAfter(trees.sources, input.scope.sources, changes.sources),
    models: treeAfter(trees.models, input.scope.models, changes.models),
    history: treeAfter(trees.history, input.history, changes.history),
    drift: changes.hasDriftChanged ? plantDrift(input.drift) : trees.drift,
    reads: treeAfter(trees.reads, input.reads, changes.reads),
    segments: graftReferences(trees.segments, segmentIds(renewal)),
  };
}

function segmentIds({ renewed, gone }: Renewal): ReadonlyMap<string, Hash | null> {
  const ids = new Map<string, Hash | null>([...gone].map((name) => [name, null]));
  for (const [name, { id }] of renewed) ids.set(name, id);
  return ids;
}

function treeAfter(
  tree: ReferenceTree,
  values: ReadonlyMap<string, object>,
  { set, removed }: NamedChanges,
): ReferenceTree {
  const changes = new Map<string, Hash | null>(removed.map((name) => [name, null]));
  for (const name of set) changes.set(name, hashOnce(values.get(name) ?? {}));
  return graftReferences(tree, changes);
}
