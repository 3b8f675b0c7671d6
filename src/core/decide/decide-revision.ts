import type { ModelSpec } from "../project/project.ts";
import { compareText } from "../std/compare.ts";
import type { Segment } from "./blueprint.ts";
import { completeBlueprint } from "./complete-blueprint.ts";
import { openContext } from "./decide.ts";
import type { DecideInput } from "./decide-input.ts";
import { decideModel } from "./decide-model.ts";
import { decideSource } from "./decide-source.ts";
import type { Decided } from "./decided.ts";
import { segmentsAfter, summaryAfter, treesAfter } from "./decision-after.ts";
import { compareInputs, hasSameRules } from "./input-changes.ts";
import { orderModels } from "./model-order.ts";
import { openRuleBook } from "./rule-book.ts";
import { toSegment } from "./segment.ts";
import { type CycleContext, historyOf, leftOver, type SubjectNode } from "./subject-node.ts";
import { surroundingsAfter } from "./surroundings-after.ts";

/**
 * Decides again a part of a decision that is being carried out. Pinned subjects stay as they were,
 * byte for byte, and the others meet them as they were: what was to run of them runs, or has run.
 * The others are decided anew. One that comes out as before keeps its batch; one that does not loads
 * by itself, for a batch that was planned is not planned again.
 */
export function decideRevision(
  previous: Decided,
  given: DecideInput,
  pinned: ReadonlySet<string>,
): Decided {
  const input = { ...given, scope: scopeKept(previous, given, pinned) };
  const { rules } = previous.workings.context;
  const isSame = hasSameRules(previous.input, input);
  const context = openContext(input, isSame ? rules : openRuleBook(input.ruleSets));
  const models = orderModels(input.scope.models);
  const nodes = nodesAfter(previous, { context, models, pinned });
  const whole = surroundingsAfter(previous, { context, models, nodes, pinned });
  const renewed = new Map<string, Segment>();
  const batched = new Set<string>();
  for (const [name, node] of nodes) {
    const earlier = previous.blueprint.segments.get(name);
    if (pinned.has(name) && earlier !== undefined) continue;
    const before = toSegment(context, node, whole.around(name));
    if (before.id === earlier?.id) continue;
    const single = { ...whole.around(name), batch: null };
    renewed.set(name, toSegment(context, node, single));
    batched.add(name);
  }
  const gone = [...previous.workings.nodes.keys()].filter((name) => !nodes.has(name));
  const renewal = { renewed, gone: new Set(gone) };
  return completeBlueprint({
    context,
    nodes,
    models,
    whole: whole.without(new Set([...batched, ...gone])),
    segments: segmentsAfter(previous, renewal),
    summary: summaryAfter(previous, renewal),
    trees: treesAfter(previous, input, { changes: compareInputs(previous.input, input), renewal }),
    revises: { base: previous, open: [...nodes.keys()].filter((name) => !pinned.has(name)) },
  });
}

/** What is pinned stays in scope as it was declared, whatever has become of its declaration. */
function scopeKept(
  { workings }: Decided,
  { scope }: DecideInput,
  pinned: ReadonlySet<string>,
): DecideInput["scope"] {
  const sources = new Map(scope.sources);
  const models = new Map(scope.models);
  for (const name of pinned) {
    const node = workings.nodes.get(name);
    if (node === undefined) continue;
    sources.delete(name);
    models.delete(name);
    if (node.kind === "source") sources.set(name, node.spec);
    else models.set(name, node.spec);
  }
  return { sources, models };
}

/** The nodes in the order of a decision that is made anew. */
function nodesAfter(
  { blueprint, workings }: Decided,
  {
    context,
    models,
    pinned,
  }: {
    readonly context: CycleContext;
    readonly models: readonly ModelSpec[];
    readonly pinned: ReadonlySet<string>;
  },
): ReadonlyMap<string, SubjectNode> {
  const nodes = new Map<string, SubjectNode>();
  /** What readers meet: of what is pinned, what it is worth as it was planned. */
  const met = new Map<string, SubjectNode>();
  const settle = (name: string, decide: () => SubjectNode) => {
    const earlier = pinned.has(name) ? workings.nodes.get(name) : undefined;
    const node = earlier ?? decide();
    nodes.set(name, node);
    const isPlanned = earlier === undefined || makes(blueprint.segments.get(name));
    met.set(name, isPlanned ? node : notComing(context, node));
  };
  const { sources } = context.input.scope;
  for (const [name, spec] of [...sources].sort(([left], [right]) => compareText(left, right))) {
    settle(name, () => decideSource(context, spec));
  }
  for (const spec of models) settle(spec.name, () => decideModel(context, met, spec));
  return nodes;
}

/** A subject that would have run, had anybody asked for it, and does not in this run. */
function notComing(context: CycleContext, node: SubjectNode): SubjectNode {
  if (node.output.state !== "runs") return node;
  const left = leftOver(historyOf(context, node.subject), false);
  const { hasKnownColumns } = node.output;
  return { ...node, output: { ...node.output, ...left, hasKnownColumns } };
}

/** Whether the task that fills a subject's table was planned to run. */
export function makes(segment: Segment | undefined): boolean {
  return (
    segment?.tasks.some(
      ({ kind, state }) => (kind === "load" || kind === "transform") && state === "active",
    ) ?? false
  );
}
