import { assert } from "../std/assert.ts";
import { compareText } from "../std/compare.ts";
import { hashOnce } from "../std/hash-once.ts";
import { plantReferences, type ReferenceTree } from "../std/reference-tree.ts";
import type { Segment } from "./blueprint.ts";
import { completeBlueprint, countTasks, surroundingsOf } from "./complete-blueprint.ts";
import { type DecideInput, holdingInput, pressedIn } from "./decide-input.ts";
import { decideModel } from "./decide-model.ts";
import { decideSource } from "./decide-source.ts";
import type { Decided } from "./decided.ts";
import { openDraftBook } from "./drafts.ts";
import { plantDrift } from "./drift-trees.ts";
import { findReaders, orderModels, sourceFinder } from "./model-order.ts";
import { openRuleBook, type RuleBook } from "./rule-book.ts";
import { toSegment } from "./segment.ts";
import type { CycleContext, SubjectNode } from "./subject-node.ts";

/**
 * Decides a cycle: which tasks there are, which of them run and why the others do not, and what
 * protects them. Pure: the same input gives the same blueprint on any machine, in whatever order
 * its parts come. The input must have passed the project's checks.
 */
export function decide(input: DecideInput): Decided {
  return decideWith(input, openRuleBook(input.ruleSets));
}

/** Decides everything, with rules that are compiled already. */
export function decideWith(given: DecideInput, rules: RuleBook): Decided {
  const input = holdingInput(given);
  const context = openContext(input, rules);
  const models = orderModels(input.scope.models);
  const nodes = new Map<string, SubjectNode>();
  for (const name of sortedKeys(input.scope.sources)) {
    const spec = input.scope.sources.get(name);
    if (spec !== undefined) nodes.set(name, decideSource(context, spec));
  }
  for (const spec of models) {
    assert(!nodes.has(spec.name), `${spec.name} is either a source or a model`);
    nodes.set(spec.name, decideModel(context, nodes, spec));
  }
  const whole = surroundingsOf(context, nodes, models);
  const segments = new Map<string, Segment>();
  for (const name of sortedKeys(nodes)) {
    const node = nodes.get(name);
    if (node !== undefined) segments.set(name, toSegment(context, node, whole.around(name)));
  }
  return completeBlueprint({
    context,
    nodes,
    models,
    whole,
    segments,
    summary: countTasks(segments.values()),
    revises: null,
    trees: {
      sources: treeOf(input.scope.sources),
      models: treeOf(input.scope.models),
      history: treeOf(input.history),
      drift: plantDrift(input.drift),
      reads: treeOf(input.reads),
      segments: plantReferences([...segments].map(([name, { id }]) => [name, id])),
    },
  });
}

/** What every subject of a cycle is decided with. */
export function openContext(input: DecideInput, rules: RuleBook): CycleContext {
  return {
    input,
    cycle: {
      now: input.snapshot.at,
      capacity: {
        cores: input.snapshot.capacity.cores,
        memory: input.snapshot.capacity.memoryBytes,
        pressure: pressedIn(input),
      },
    },
    focus: input.focus === null ? null : new Set(input.focus),
    rules,
    drafts: openDraftBook(input.template),
    readers: findReaders(input.scope.models),
    sourcesAbove: sourceFinder(input.scope),
  };
}

function treeOf(values: ReadonlyMap<string, object>): ReferenceTree {
  return plantReferences(
    sortedKeys(values).flatMap((name) => {
      const value = values.get(name);
      return value === undefined ? [] : [[name, hashOnce(value)] as const];
    }),
  );
}

function sortedKeys(map: ReadonlyMap<string, unknown>): readonly string[] {
  return [...map.keys()].sort(compareText);
}
