import type { ModelSpec } from "../project/project.ts";
import { compareText } from "../std/compare.ts";
import { hashOf } from "../std/hash.ts";
import { hashOnce } from "../std/hash-once.ts";
import { formBatches, type GroupMember } from "./batches.ts";
import type { Batch, Blueprint, DecisionRecord, Dependency, Segment } from "./blueprint.ts";
import { boundRevision, boundStanding } from "./bound-standing.ts";
import type { Decided, DecisionTrees, Revises, TaskCounts } from "./decided.ts";
import { findIdle } from "./demand.ts";
import { driftId } from "./drift-trees.ts";
import { orderByGates, sourcesLookedAt } from "./gate-order.ts";
import type { Surroundings } from "./segment.ts";
import { findSpared, pressingResource } from "./spare-optional.ts";
import type { CycleContext, SubjectNode } from "./subject-node.ts";

/** What only the subjects together decide: who is asked for, who travels with whom, who waits for whom. */
export interface Whole {
  readonly idle: ReadonlySet<string>;
  /** Optional, and left out under pressure. */
  readonly spared: ReadonlySet<string>;
  readonly batches: readonly Batch[];
  readonly batchOf: ReadonlyMap<string, string>;
  readonly gatedBy: ReadonlyMap<string, readonly Dependency[]>;
  readonly around: (subject: string) => Surroundings;
}

/** Looks at all subjects together. */
export function surroundingsOf(
  context: CycleContext,
  nodes: ReadonlyMap<string, SubjectNode>,
  models: readonly ModelSpec[],
): Whole {
  const spared = findSpared(context.input, nodes, models);
  const idle = findIdle(nodes, models, spared);
  const pressure = pressingResource(context.input);
  const runs = (subject: string) =>
    nodes.get(subject)?.bypass === null && !idle.has(subject) && !spared.has(subject);
  const batches = formBatches(groupMembers(nodes, runs));
  const batchOf = new Map(
    batches.flatMap(({ id, tasks }) =>
      tasks.map((task) => [task.slice(0, -".load".length), id] as const),
    ),
  );
  const gatedBy = orderByGates({ context, nodes, runs, batchOf, models });
  const kindOf = (subject: string) => nodes.get(subject)?.kind ?? "source";
  const around = (subject: string): Surroundings => ({
    isIdle: idle.has(subject),
    pressedBy: spared.has(subject) ? pressure : null,
    batch: batchOf.get(subject) ?? null,
    gatedBy: gatedBy.get(subject) ?? [],
    kindOf,
  });
  return { idle, spared, batches, batchOf, gatedBy, around };
}

function* groupMembers(
  nodes: ReadonlyMap<string, SubjectNode>,
  runs: (subject: string) => boolean,
): Generator<GroupMember> {
  const groupOf = (subject: string) => nodes.get(subject)?.prepared.draft.group ?? null;
  for (const node of nodes.values()) {
    const { subject } = node;
    const group = groupOf(subject);
    if (group === null || !runs(subject)) continue;
    // In one transaction its gates might look before the table that they look at is filled.
    const looksAtGroup = sourcesLookedAt(node).some(
      (other) => other !== subject && runs(other) && groupOf(other)?.into === group.into,
    );
    if (!looksAtGroup) yield { subject, ...group };
  }
}

/** The parts of a decision, ready to be bound together. */
export interface Parts {
  readonly context: CycleContext;
  readonly nodes: ReadonlyMap<string, SubjectNode>;
  readonly models: readonly ModelSpec[];
  readonly whole: Whole;
  /** In name order. */
  readonly segments: ReadonlyMap<string, Segment>;
  readonly summary: TaskCounts;
  readonly trees: DecisionTrees;
  readonly revises: Revises | null;
}

/** Hashes the blueprint, and binds it to what it was decided from. */
export function completeBlueprint(parts: Parts): Decided {
  const { context, nodes, models, whole, segments, summary, trees, revises } = parts;
  const { idle, spared, batches, batchOf, gatedBy } = whole;
  const blueprint: Blueprint = {
    id: hashOf({ batches, segments: trees.segments.id }),
    segments,
    batches,
  };
  return {
    input: context.input,
    blueprint,
    record: recordOf(context, { trees, revises }, blueprint),
    summary,
    workings: { context, nodes, models, idle, spared, batchOf, gatedBy, trees, revises },
  };
}

function recordOf(
  { input }: CycleContext,
  { trees, revises }: Pick<Parts, "trees" | "revises">,
  blueprint: Blueprint,
): DecisionRecord {
  const bound = {
    snapshot: input.snapshot.id,
    ruleSets: [...input.ruleSets]
      .sort((left, right) => compareText(left.name, right.name))
      .map((set) => set.id),
    template: hashOnce(input.template),
    scope: hashOf({ sources: trees.sources.id, models: trees.models.id }),
    history: trees.history.id,
    drift: driftId(trees.drift),
    reads: trees.reads.id,
    ...boundStanding(input),
    ...boundRevision(revises),
    blueprint: blueprint.id,
  };
  return { id: hashOf(bound), ...bound };
}

/** How many tasks will run, and how many not. */
export function countTasks(segments: Iterable<Segment>): TaskCounts {
  let active = 0;
  let bypassed = 0;
  for (const { tasks } of segments) {
    for (const { state } of tasks) {
      if (state === "active") active += 1;
      else bypassed += 1;
    }
  }
  return { active, bypassed };
}
