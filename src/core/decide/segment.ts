import { union } from "../effects/merge-law.ts";
import type { SubjectKind, TaskKind } from "../project/project.ts";
import { assert, present } from "../std/assert.ts";
import { canonicalJson } from "../std/canonical-json.ts";
import { compareText } from "../std/compare.ts";
import { type Hash, hashText } from "../std/hash.ts";
import type {
  Bypass,
  Dependency,
  PlannedDegradation,
  Segment,
  SegmentRoute,
  Task,
  TaskId,
} from "./blueprint.ts";
import { extractFingerprint, profileOf } from "./decide-source.ts";
import type { ModelRoute } from "./drift-reach.ts";
import {
  type CycleContext,
  historyOf,
  type ModelNode,
  measuringFingerprint,
  type SourceNode,
  type SubjectNode,
} from "./subject-node.ts";

/** What a segment needs to know of the rest of its blueprint. */
export interface Surroundings {
  /** Nothing asks for it. */
  readonly isIdle: boolean;
  /** What runs short, where the subject is left out for that; else `null`. */
  readonly pressedBy: string | null;
  /** The batch of its load. */
  readonly batch: string | null;
  /** Tasks that fill tables which its gates look at. */
  readonly gatedBy: readonly Dependency[];
  readonly kindOf: (subject: string) => SubjectKind;
}

/** The task that fills a subject's table. */
export function makingTask(subject: string, kind: SubjectKind): TaskId {
  return `${subject}.${kind === "source" ? "load" : "transform"}`;
}

/** The task that looks at what was committed to a subject's table. */
function measuringTask(subject: string, kind: SubjectKind): TaskId {
  return `${subject}.${kind === "source" ? "verify" : "check"}`;
}

/** Turns what was found for a subject into its part of the blueprint. */
export function toSegment(
  context: CycleContext,
  node: SubjectNode,
  surroundings: Surroundings,
): Segment {
  const { draft } = node.prepared;
  const plans =
    node.kind === "source"
      ? sourceTasks(context, node, surroundings)
      : modelTasks(context, node, surroundings);
  const tasks = plans.map((plan, index) => toTask(node, plan, index));
  const declaredSlaMs = node.kind === "model" ? node.spec.slaMs : null;
  const fields = {
    subject: node.subject,
    kind: node.kind,
    tasks,
    tags: draft.tags.length === 0 ? union(node.tags) : union([...node.tags, ...draft.tags]),
    tier: node.tier,
    slaMs: tighter(declaredSlaMs, draft.slaMs),
    route: node.kind === "model" ? segmentRoute(node.route) : null,
    degraded: plannedDegradation(node),
  };
  return { ...fields, id: hashText(segmentText(fields, node.prepared.safeguardTexts)) };
}

function plannedDegradation(node: SubjectNode): PlannedDegradation | null {
  if (node.degraded === null) return null;
  const isAlternate =
    node.kind === "source" && node.bypass === null && node.supply.state === "alternate";
  return { because: node.degraded, alternate: isAlternate ? node.supply.from.name : null };
}

/** The part of a route that belongs to the blueprint. */
function segmentRoute(route: ModelRoute | null): SegmentRoute | null {
  if (route === null) return null;
  const { meanwhile: _meanwhile, ...segment } = route;
  return segment;
}

function tighter(left: number | null, right: number | null): number | null {
  return left === null || right === null ? (left ?? right) : Math.min(left, right);
}

/** What differs between tasks of subjects that share a draft. */
interface TaskPlan {
  readonly kind: TaskKind;
  readonly bypass: Bypass | null;
  readonly fingerprint: Hash | null;
  readonly after: readonly Dependency[];
  readonly batch: string | null;
  readonly split: Task["split"];
}

function toTask(node: SubjectNode, plan: TaskPlan, index: number): Task {
  const draft = present(node.prepared.draft.tasks[index], "each planned task has a draft");
  assert(draft.kind === plan.kind, "tasks are planned in the order of the scaffold");
  const { kind, bypass, fingerprint, after, batch, split } = plan;
  return {
    id: `${node.subject}.${kind}`,
    kind,
    state: bypass === null ? "active" : "bypassed",
    bypass,
    safeguards: draft.safeguards,
    fingerprint,
    after: bypass === null ? after : noDependencies,
    batch: bypass === null ? batch : null,
    split: bypass === null ? split : null,
  };
}

const noDependencies: readonly Dependency[] = [];

function sourceTasks(
  context: CycleContext,
  node: SourceNode,
  { batch, gatedBy, ...around }: Surroundings,
): readonly TaskPlan[] {
  const { subject, supply, fingerprint } = node;
  const spec = supply.state === "alternate" ? supply.from : node.spec;
  const bypass = finalBypass(node.bypass, around);
  const shared = { bypass, batch: null, split: null };
  const profile = profileOf(context, spec);
  const split = splitOf(node, profile.volume.rows);
  return [
    {
      ...shared,
      kind: "extract",
      fingerprint: extractFingerprint(spec, profile.fingerprint),
      after: noDependencies,
    },
    {
      ...shared,
      kind: "load",
      fingerprint,
      after: inOrder([{ task: `${subject}.extract`, onBypass: "skip" }], gatedBy),
      batch,
      split,
    },
    planMeasuring(context, node, { kind: "verify", bypass, around }),
  ];
}

function modelTasks(
  context: CycleContext,
  node: ModelNode,
  { kindOf, gatedBy, ...around }: Surroundings,
): readonly TaskPlan[] {
  const bypass = finalBypass(node.bypass, around);
  const after = node.arrivals
    .filter((arrival) => arrival.state === "awaited" || arrival.isOnTrial)
    .map(({ subject, policy, isOnTrial }) => ({
      task: (isOnTrial ? measuringTask : makingTask)(subject, kindOf(subject)),
      onBypass: policy,
    }));
  return [
    {
      kind: "transform",
      bypass,
      fingerprint: node.fingerprint,
      after: inOrder(after, gatedBy),
      batch: null,
      split: null,
    },
    planMeasuring(context, node, { kind: "check", bypass, around }),
  ];
}

/**
 * The task that measures what was committed. Where nothing is committed because all is up to date,
 * it still has to run when it never succeeded on this content with these gates.
 */
function planMeasuring(
  context: CycleContext,
  node: SubjectNode,
  making: { readonly kind: TaskKind; readonly bypass: Bypass | null; readonly around: Need },
): TaskPlan {
  const { kind, bypass, around } = making;
  const fingerprint = measuringFingerprint(node);
  const plan = { kind, fingerprint, after: noDependencies, batch: null, split: null };
  if (bypass === null) {
    const task = makingTask(node.subject, node.kind);
    return { ...plan, bypass, after: [{ task, onBypass: "skip" }] };
  }
  const isMeasured = historyOf(context, node.subject)?.verified === fingerprint;
  if (bypass.reason === "up_to_date" && !isMeasured) {
    return { ...plan, bypass: finalBypass(null, around) };
  }
  return { ...plan, bypass };
}

type Need = Pick<Surroundings, "isIdle" | "pressedBy">;

/** Whether it is needed matters only where there would be something to do, or to wait for. */
function finalBypass(bypass: Bypass | null, { isIdle, pressedBy }: Need): Bypass | null {
  if (bypass !== null && bypass.reason !== "upstream") return bypass;
  if (isIdle) return { reason: "not_demanded", by: null };
  return pressedBy === null ? bypass : { reason: "pressure", by: pressedBy };
}

function splitOf({ prepared }: SourceNode, rows: number | null): Task["split"] {
  const size = prepared.draft.splitRows;
  if (size === null || rows === null || rows <= size) return null;
  return { by: "rows", size, parts: Math.ceil(rows / size) };
}

/** In id order. The edge of an input says more than that of a gate that looks at the same table. */
function inOrder(
  edges: readonly Dependency[],
  gatedBy: readonly Dependency[],
): readonly Dependency[] {
  const known = new Set(edges.map((edge) => edge.task));
  const all = [...edges, ...gatedBy.filter(({ task }) => !known.has(task))];
  return all.sort((left, right) => compareText(left.task, right.task));
}

/**
 * The canonical JSON of a segment without its id. It is put together from parts because blueprints
 * have many segments and few distinct safeguards; keys stand in the order of RFC 8785.
 */
function segmentText(segment: Omit<Segment, "id">, safeguardTexts: readonly string[]): string {
  const tasks = segment.tasks.map((task, index) =>
    taskText(task, present(safeguardTexts[index], "each task has its safeguards' text")),
  );
  return (
    `{"degraded":${canonicalJson(segment.degraded)},"kind":"${segment.kind}","route":${canonicalJson(segment.route)},"slaMs":${segment.slaMs}` +
    `,"subject":${canonicalJson(segment.subject)},"tags":${canonicalJson(segment.tags)}` +
    `,"tasks":[${tasks.join(",")}],"tier":${segment.tier}}`
  );
}

function taskText(task: Task, safeguards: string): string {
  const { after, batch, bypass, fingerprint, id, kind, split, state } = task;
  return (
    `{"after":${canonicalJson(after)},"batch":${canonicalJson(batch)}` +
    `,"bypass":${canonicalJson(bypass)}` +
    `,"fingerprint":${fingerprint === null ? "null" : `"${fingerprint}"`}` +
    `,"id":${canonicalJson(id)},"kind":"${kind}","safeguards":${safeguards}` +
    `,"split":${canonicalJson(split)},"state":"${state}"}`
  );
}
