import { profileTree } from "../metadata/snapshot.ts";
import { ruleSetMeaning } from "../rules/rule-set-meaning.ts";
import { standingToJson } from "../signals/stored-standing.ts";
import type { Hash } from "../std/hash.ts";
import { hashOnce } from "../std/hash-once.ts";
import type { Json } from "../std/json.ts";
import { type ReferenceTree, treeObjects } from "../std/reference-tree.ts";
import { toJson } from "../std/to-json.ts";
import { namesToJson } from "./bound-standing.ts";
import type { Decided } from "./decided.ts";
import { driftRoots } from "./drift-trees.ts";

/** An immutable value under the hash of its canonical JSON. */
export interface HashedObject {
  readonly id: Hash;
  readonly value: Json;
}

/**
 * A decision as content-addressed objects, from which `loadDecideInput` makes its input again:
 * everything is reached from the record, under whose id the record itself is. What did not change
 * since an earlier decision has the id that it had, so that a catalog keeps it once.
 *
 * record ─► snapshot ─► profiles        ─► each profile
 *        ─► scope    ─► sources, models ─► each declaration
 *        ─► history  ─► each subject's past
 *        ─► drift    ─► sources, models, negotiations ─► each
 *        ─► reads    ─► what each model reads of its inputs
 *        ─► rule sets, template
 *        ─► standing, focus       (where there is any)
 *        ─► base, open            (of a revision: the record before it, and what was decided again)
 *        ─► blueprint ─► each segment
 *
 * Decisions of subjects are not stored: they are functions of the input, and made again from it.
 */
export function* decisionObjects(decided: Decided): Generator<HashedObject> {
  yield* inputObjects(decided);
  yield* blueprintObjects(decided);
  const { id, ...bound } = decided.record;
  yield { id, value: toJson(bound) };
}

function* inputObjects({ input, record, workings }: Decided): Generator<HashedObject> {
  const { snapshot, scope, history, drift, reads, ruleSets, template } = input;
  const { standing, focus } = input;
  const { trees } = workings;
  for (const { id, profile } of snapshot.profiles.values()) yield { id, value: toJson(profile) };
  const profiles = profileTree(snapshot.profiles);
  yield* treeObjects(profiles);
  const { at, capacity } = snapshot;
  yield { id: snapshot.id, value: toJson({ at, capacity, profiles: profiles.id }) };

  yield* valueObjects(scope.sources, trees.sources);
  yield* valueObjects(scope.models, trees.models);
  yield { id: record.scope, value: { sources: trees.sources.id, models: trees.models.id } };
  yield* valueObjects(history, trees.history);
  yield* valueObjects(drift.sources, trees.drift.sources);
  yield* valueObjects(drift.models, trees.drift.models);
  yield* valueObjects(drift.negotiations, trees.drift.negotiations);
  yield { id: record.drift, value: driftRoots(trees.drift) };
  yield* valueObjects(reads, trees.reads);

  for (const set of ruleSets) yield { id: set.id, value: toJson(ruleSetMeaning(set)) };
  yield { id: record.template, value: toJson(template) };
  if (record.standing !== undefined) {
    yield { id: record.standing, value: standingToJson(standing) };
  }
  if (record.focus !== undefined) yield { id: record.focus, value: namesToJson(focus ?? []) };
  const { revises } = workings;
  if (record.open !== undefined && revises !== null) {
    yield { id: record.open, value: namesToJson(revises.open) };
  }
}

function* valueObjects(
  values: ReadonlyMap<string, object>,
  tree: ReferenceTree,
): Generator<HashedObject> {
  for (const value of values.values()) yield { id: hashOnce(value), value: toJson(value) };
  yield* treeObjects(tree);
}

function* blueprintObjects({ blueprint, workings }: Decided): Generator<HashedObject> {
  for (const { id, ...fields } of blueprint.segments.values()) yield { id, value: toJson(fields) };
  const { segments } = workings.trees;
  yield* treeObjects(segments);
  const { id, batches } = blueprint;
  yield { id, value: toJson({ batches, segments: segments.id }) };
}
