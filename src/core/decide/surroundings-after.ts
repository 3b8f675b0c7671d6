import type { ModelSpec } from "../project/project.ts";
import type { Batch, Dependency, TaskId } from "./blueprint.ts";
import type { Whole } from "./complete-blueprint.ts";
import type { Decided } from "./decided.ts";
import { findIdle } from "./demand.ts";
import { orderByGates } from "./gate-order.ts";
import { findSpared, pressingResource } from "./spare-optional.ts";
import type { CycleContext, SubjectNode } from "./subject-node.ts";

/** A revision whose subjects have been decided one by one. */
interface Settled {
  readonly context: CycleContext;
  readonly models: readonly ModelSpec[];
  readonly nodes: ReadonlyMap<string, SubjectNode>;
  readonly pinned: ReadonlySet<string>;
}

/** What the subjects of a revision decide together, where all keep the batches that they had. */
interface WholeAfter extends Whole {
  /** The same once these have left their batches. */
  readonly without: (subjects: ReadonlySet<string>) => Whole;
}

/**
 * Looks at all subjects of a revision together. Of what is pinned everything is as it was; who asks
 * for whom, and who waits for whose gates, is found anew for the others only.
 */
export function surroundingsAfter(previous: Decided, settled: Settled): WholeAfter {
  const { context, models, nodes, pinned } = settled;
  const before = previous.workings;
  const spared = mixed(pinned, before.spared, findSpared(context.input, nodes, models));
  const idle = mixed(pinned, before.idle, findIdle(nodes, models, spared));
  const batchOf = new Map([...before.batchOf].filter(([name]) => nodes.has(name)));
  const runs = (subject: string) =>
    nodes.get(subject)?.bypass === null && !idle.has(subject) && !spared.has(subject);
  const asked = orderByGates({ context, nodes, runs, batchOf, models });
  const gatedBy = gatesAfter(previous, { ...settled, asked, runs });
  const pressure = pressingResource(context.input);
  const kindOf = (subject: string) => nodes.get(subject)?.kind ?? "source";
  const whole = (left: ReadonlySet<string>): Whole => {
    const kept = new Map([...batchOf].filter(([name]) => !left.has(name)));
    return {
      idle,
      spared,
      batches: batchesOf(previous.blueprint.batches, kept),
      batchOf: kept,
      gatedBy,
      around: (subject) => ({
        isIdle: idle.has(subject),
        pressedBy: spared.has(subject) ? pressure : null,
        batch: kept.get(subject) ?? null,
        gatedBy: gatedBy.get(subject) ?? [],
        kindOf,
      }),
    };
  };
  return { ...whole(new Set()), without: whole };
}

/** Of what is pinned as it was, of the others as it is. */
function mixed(
  pinned: ReadonlySet<string>,
  before: ReadonlySet<string>,
  after: ReadonlySet<string>,
): ReadonlySet<string> {
  return new Set([
    ...[...before].filter((name) => pinned.has(name)),
    ...[...after].filter((name) => !pinned.has(name)),
  ]);
}

function batchesOf(
  batches: readonly Batch[],
  batchOf: ReadonlyMap<string, string>,
): readonly Batch[] {
  return batches.flatMap(({ id, tasks }) => {
    const left = tasks.filter((task) => batchOf.get(subjectOf(task)) === id);
    return left.length === 0 ? [] : [{ id, tasks: left }];
  });
}

function subjectOf(task: TaskId): string {
  return task.slice(0, task.lastIndexOf("."));
}

/**
 * The tasks that subjects wait for because of their gates. What is pinned may wait for what is not;
 * so an edge that is new is left out where it would close a circle with those that stay.
 */
function gatesAfter(
  { blueprint, workings }: Decided,
  {
    nodes,
    pinned,
    asked,
    runs,
  }: Settled & {
    readonly asked: ReadonlyMap<string, readonly Dependency[]>;
    readonly runs: (subject: string) => boolean;
  },
): ReadonlyMap<string, readonly Dependency[]> {
  const gatedBy = new Map([...workings.gatedBy].filter(([name]) => pinned.has(name)));
  const open = [...asked].filter(([name]) => !pinned.has(name));
  if (open.length === 0) return gatedBy;
  const unitOf = (subject: string) => workings.batchOf.get(subject) ?? subject;
  const waits = new Map<string, Set<string>>();
  const wait = (subject: string, other: string) => {
    const unit = unitOf(subject);
    waits.set(unit, (waits.get(unit) ?? new Set()).add(unitOf(other)));
  };
  for (const [name, node] of nodes) {
    if (pinned.has(name)) {
      const tasks = blueprint.segments.get(name)?.tasks ?? [];
      for (const { after } of tasks) for (const { task } of after) wait(name, subjectOf(task));
    } else if (node.kind === "model" && runs(name)) {
      for (const { subject, state } of node.arrivals) {
        if (state === "awaited") wait(name, subject);
      }
    }
  }
  for (const [name, edges] of open) {
    const kept = edges.filter(({ task }) => {
      if (reaches(waits, unitOf(subjectOf(task)), unitOf(name))) return false;
      wait(name, subjectOf(task));
      return true;
    });
    if (kept.length > 0) gatedBy.set(name, kept);
  }
  return gatedBy;
}

function reaches(
  waits: ReadonlyMap<string, ReadonlySet<string>>,
  from: string,
  to: string,
): boolean {
  const seen = new Set([from]);
  const open = [from];
  for (let unit = open.pop(); unit !== undefined; unit = open.pop()) {
    if (unit === to) return true;
    for (const next of waits.get(unit) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(next);
    }
  }
  return false;
}
