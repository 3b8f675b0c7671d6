import { canonicalJson } from "../std/canonical-json.ts";
import { variablesSeen } from "./ask-again.ts";
import type { Segment } from "./blueprint.ts";
import { completeBlueprint, surroundingsOf, type Whole } from "./complete-blueprint.ts";
import { decideWith } from "./decide.ts";
import { type DecideInput, holdingInput } from "./decide-input.ts";
import { decideModel } from "./decide-model.ts";
import { decideRevision } from "./decide-revision.ts";
import { decideSource } from "./decide-source.ts";
import type { Decided, Workings } from "./decided.ts";
import { segmentsAfter, summaryAfter, treesAfter } from "./decision-after.ts";
import { compareInputs, hasSameRules, type InputChanges, isOtherWorld } from "./input-changes.ts";
import { findReaders, orderModels, sourceFinder } from "./model-order.ts";
import { openRuleBook } from "./rule-book.ts";
import { toSegment } from "./segment.ts";
import type { CycleContext, SubjectNode } from "./subject-node.ts";

/**
 * Decides an input that differs little from one that was decided before, at a cost that follows
 * what differs. The result is that of `decide(input)`. Values that did not change should be the
 * same objects as before; where they are merely equal, they are hashed once to see that.
 * @param pinned subjects that must stay as they were, with which it is a revision of a decision that
 *   is being carried out; see `decideRevision`.
 */
export function decideAgain(
  previous: Decided,
  given: DecideInput,
  pinned: ReadonlySet<string> = nobody,
): Decided {
  const input = holdingInput(given);
  if (pinned.size > 0) return decideRevision(previous, input, pinned);
  const before = previous.workings;
  // What a revision left as it was may have been decided on another input than its own.
  if (before.revises !== null || isOtherWorld(previous, input)) {
    const isSame = hasSameRules(previous.input, input);
    return decideWith(input, isSame ? before.context.rules : openRuleBook(input.ruleSets));
  }
  const changes = compareInputs(previous.input, input);
  const context = contextAfter(before.context, input, changes);
  const haveModelsChanged = changes.models.set.length + changes.models.removed.length > 0;
  const models = haveModelsChanged ? orderModels(input.scope.models) : before.models;

  const nodes = new Map(before.nodes);
  const touched = new Set<string>();
  const dirty = dirtySubjects(before, context, changes);
  const gone = goneSubjects(input, changes);
  for (const name of gone) {
    nodes.delete(name);
    markReaders(context, name, dirty);
  }
  const settle = (node: SubjectNode) => {
    const earlier = before.nodes.get(node.subject);
    nodes.set(node.subject, node);
    touched.add(node.subject);
    if (!isSameToReaders(earlier, node)) markReaders(context, node.subject, dirty);
  };
  for (const name of dirty) {
    const spec = input.scope.sources.get(name);
    if (spec !== undefined) settle(decideSource(context, spec));
  }
  // Readers are marked while this goes on, and always come later in the order.
  const exposed = exposedModels(previous.input, input);
  let hasReached = changes.hasDriftChanged;
  for (const spec of models) {
    // What a change means far below depends on every route between, so exposed models go together.
    const isExposed = exposed.has(spec.name);
    if (!dirty.has(spec.name) && !(isExposed && hasReached)) continue;
    hasReached ||= isExposed;
    settle(decideModel(context, nodes, spec));
  }

  const whole = surroundingsOf(context, nodes, models);
  markSurroundings(before, whole, touched);
  const renewed = renewSegments(previous, { context, nodes, whole }, touched);
  const renewal = { renewed, gone };
  return completeBlueprint({
    context,
    nodes,
    models,
    whole,
    segments: segmentsAfter(previous, renewal),
    summary: summaryAfter(previous, renewal),
    trees: treesAfter(previous, input, { changes, renewal }),
    revises: null,
  });
}

const nobody: ReadonlySet<string> = new Set();

function contextAfter(
  before: CycleContext,
  input: DecideInput,
  { models }: InputChanges,
): CycleContext {
  const isSame = models.set.length + models.removed.length === 0;
  return {
    ...before,
    input,
    cycle: { ...before.cycle, now: input.snapshot.at },
    focus: input.focus === null ? null : new Set(input.focus),
    readers: isSame ? before.readers : findReaders(input.scope.models),
    sourcesAbove: isSame ? before.sourcesAbove : sourceFinder(input.scope),
  };
}

/** Subjects whose own facts differ. The set grows while models are decided. */
function dirtySubjects(
  before: Workings,
  context: CycleContext,
  changes: InputChanges,
): Set<string> {
  const { sources, models, profiles, history, drifts, reads, said } = changes;
  const all = [sources, models, profiles, history, drifts, reads, said];
  const dirty = new Set(all.flatMap(({ set, removed }) => [...set, ...removed]));
  const { readers } = context;
  // What a view shows before this cycle's tasks follows from what its inputs were left as.
  for (const name of [...history.set, ...history.removed]) markReaders(context, name, dirty);
  if (readers !== before.context.readers) {
    for (const subject of new Set([...readers.keys(), ...before.context.readers.keys()])) {
      const isSame = readers.get(subject)?.length === before.context.readers.get(subject)?.length;
      if (!isSame) dirty.add(subject);
    }
  }
  if (changes.hasTimePassed) {
    for (const node of before.nodes.values()) {
      if (!dirty.has(node.subject) && hasTimeTold(context, node)) dirty.add(node.subject);
    }
  }
  for (const name of standingIn(before, context, dirty)) dirty.add(name);
  return dirty;
}

/** The sources that may be read in the place of one of these. */
function standingIn(
  before: Workings,
  { input }: CycleContext,
  changed: ReadonlySet<string>,
): readonly string[] {
  const alternates = new Set<string>();
  for (const { rules } of input.ruleSets) {
    for (const effect of rules.flatMap(({ then }) => then)) {
      if (effect.kind === "fallback" && effect.use === "alternate") alternates.add(effect.source);
    }
  }
  if (![...alternates].some((name) => changed.has(name))) return [];
  return [...before.nodes.values()].flatMap(({ subject, outcomes }) => {
    const fallback = outcomes.effects.fallback?.value;
    return fallback?.use === "alternate" && changed.has(fallback.source) ? subject : [];
  });
}

/** Whether the clock alone makes a rule say something else, or an edge lead elsewhere. */
function hasTimeTold(context: CycleContext, node: SubjectNode): boolean {
  if (node.kind === "model" && node.isTimeBound) return true;
  const timed = context.rules.timed[node.kind];
  if (timed.length === 0) return false;
  const seen = variablesSeen(context, node);
  return timed.some(({ index, rule }) => {
    const { outcome } = rule.condition.evaluate(seen(rule));
    if (outcome === "matched") return !node.outcomes.matched.includes(index);
    if (outcome === "undetermined") return !node.outcomes.undetermined.includes(index);
    return node.outcomes.matched.includes(index) || node.outcomes.undetermined.includes(index);
  });
}

function exposedModels(before: DecideInput, after: DecideInput): ReadonlySet<string> {
  return new Set([...before.drift.models.keys(), ...after.drift.models.keys()]);
}

function goneSubjects({ scope }: DecideInput, changes: InputChanges): ReadonlySet<string> {
  const removed = [...changes.sources.removed, ...changes.models.removed];
  return new Set(removed.filter((name) => !scope.sources.has(name) && !scope.models.has(name)));
}

function markReaders({ readers }: CycleContext, subject: string, dirty: Set<string>): void {
  for (const reader of readers.get(subject) ?? []) dirty.add(reader);
}

function isSameToReaders(before: SubjectNode | undefined, after: SubjectNode): boolean {
  if (before === undefined || before.kind !== after.kind) return false;
  return (
    before.output.state === after.output.state &&
    before.output.fingerprint === after.output.fingerprint &&
    before.output.committedAt === after.output.committedAt &&
    before.output.hasKnownColumns === after.output.hasKnownColumns &&
    before.output.fallbackMaxAgeMs === after.output.fallbackMaxAgeMs &&
    before.output.isHeld === after.output.isHeld &&
    before.output.isOnTrial === after.output.isOnTrial &&
    before.output.degraded === after.output.degraded &&
    canonicalJson(before.output.parts) === canonicalJson(after.output.parts)
  );
}

/** Adds the subjects whose place among the others differs. */
function markSurroundings(before: Workings, after: Whole, touched: Set<string>): void {
  for (const name of after.idle) if (!before.idle.has(name)) touched.add(name);
  for (const name of before.idle) if (!after.idle.has(name)) touched.add(name);
  for (const name of after.spared) if (!before.spared.has(name)) touched.add(name);
  for (const name of before.spared) if (!after.spared.has(name)) touched.add(name);
  for (const [name, batch] of after.batchOf) {
    if (before.batchOf.get(name) !== batch) touched.add(name);
  }
  for (const name of before.batchOf.keys()) if (!after.batchOf.has(name)) touched.add(name);
  for (const name of new Set([...before.gatedBy.keys(), ...after.gatedBy.keys()])) {
    const old = before.gatedBy.get(name) ?? [];
    const young = after.gatedBy.get(name) ?? [];
    if (canonicalJson(old) !== canonicalJson(young)) touched.add(name);
  }
}

/** The segments that came out otherwise, by subject. */
function renewSegments(
  previous: Decided,
  now: {
    readonly context: CycleContext;
    readonly nodes: ReadonlyMap<string, SubjectNode>;
    readonly whole: Whole;
  },
  touched: ReadonlySet<string>,
): ReadonlyMap<string, Segment> {
  const renewed = new Map<string, Segment>();
  for (const name of touched) {
    const node = now.nodes.get(name);
    if (node === undefined) continue;
    const segment = toSegment(now.context, node, now.whole.around(name));
    if (previous.blueprint.segments.get(name)?.id !== segment.id) renewed.set(name, segment);
  }
  return renewed;
}
