import type { ModelSpec } from "../project/project.ts";
import { tableText } from "../schema/table-schema.ts";
import { compareText } from "../std/compare.ts";
import type { Dependency } from "./blueprint.ts";
import { makingTask } from "./segment.ts";
import type { CycleContext, SubjectNode } from "./subject-node.ts";

/** What is known of the blueprint when the order that gates ask for is looked for. */
export interface GatedBlueprint {
  readonly context: CycleContext;
  readonly nodes: ReadonlyMap<string, SubjectNode>;
  /** Whether the task that fills a subject's table will run. */
  readonly runs: (subject: string) => boolean;
  /** The batch of a subject's load, which runs as one. */
  readonly batchOf: ReadonlyMap<string, string>;
  /** Each after the models that it reads. */
  readonly models: readonly Pick<ModelSpec, "name" | "target">[];
}

/** `before` has to be filled first, because a gate of `subject` looks at its table. */
interface GateEdge {
  readonly subject: string;
  readonly before: string;
}

/**
 * A `relationships` gate looks at another subject's table. When that table is filled in the same
 * cycle, it has to come first: otherwise rows that refer to new rows would be turned away. Edges
 * that would run in a circle are left out, because then no order is right. A table is better new than
 * old, but an old one will do; where there is none, the gate could not be asked.
 * @returns the tasks that each subject's load or transform has to wait for, in id order.
 */
export function orderByGates(
  blueprint: GatedBlueprint,
): ReadonlyMap<string, readonly Dependency[]> {
  const { context, nodes } = blueprint;
  if (context.drafts.resolved.size === 0) return new Map();
  const rank = new Map(blueprint.models.map(({ name }, index) => [name, index] as const));
  const modelOf = new Map(blueprint.models.map(({ name, target }) => [tableText(target), name]));
  const makerOf = (table: string) => modelOf.get(table) ?? rawSource(table);
  const edges = [...nodes.values()].flatMap((node) => edgesOf(blueprint, node, { rank, makerOf }));
  const kept = withoutCircles(edges, (subject) => blueprint.batchOf.get(subject) ?? subject);
  const waits = new Map<string, Dependency[]>();
  for (const { subject, before } of kept) {
    const other = nodes.get(before);
    const hasOld = (other?.output.committedAt ?? null) !== null;
    const tasks = waits.get(subject) ?? [];
    tasks.push({
      task: makingTask(before, other?.kind ?? "source"),
      onBypass: hasOld ? "last_good" : "skip",
    });
    waits.set(subject, tasks);
  }
  for (const tasks of waits.values()) {
    tasks.sort((left, right) => compareText(left.task, right.task));
  }
  return waits;
}

function edgesOf(
  blueprint: GatedBlueprint,
  node: SubjectNode,
  known: {
    readonly rank: ReadonlyMap<string, number>;
    /** The subject that fills a table. */
    readonly makerOf: (table: string) => string;
  },
): readonly GateEdge[] {
  const { nodes, runs } = blueprint;
  const { rank, makerOf } = known;
  const tables = tablesOf(node);
  if (tables.length === 0 || !runs(node.subject)) return [];
  return [...new Set(tables.map(makerOf))]
    .filter((before) => {
      const other = nodes.get(before);
      if (other === undefined || before === node.subject || !runs(before)) return false;
      if (other.kind === "source") return true;
      // Models come in an order of their own; against it there would be a circle.
      return node.kind === "model" && (rank.get(before) ?? 0) < (rank.get(node.subject) ?? 0);
    })
    .map((before) => ({ subject: node.subject, before }));
}

/** The sources whose tables the gates of a subject look at. */
export function sourcesLookedAt(node: SubjectNode): readonly string[] {
  return tablesOf(node).map(rawSource);
}

/** The source that lands in a table; any other text names no subject. */
function rawSource(table: string): string {
  return table.startsWith("raw.") ? table.slice("raw.".length) : table;
}

/** Tables that the gates of a subject look at, but for those that only warn. */
function tablesOf({ prepared }: SubjectNode): readonly string[] {
  return prepared.draft.tasks.flatMap(({ safeguards }) =>
    safeguards.gates.flatMap(({ check, onFail }) =>
      check.kind === "relationships" && onFail !== "warn" ? check.to : [],
    ),
  );
}

/**
 * Drops edges between units that lie on or between circles. What is peeled off because nothing
 * comes before it, or nothing after it, lies on none; so every circle keeps no edge.
 */
function withoutCircles(
  edges: readonly GateEdge[],
  unitOf: (subject: string) => string,
): readonly GateEdge[] {
  const units = edges
    .map((edge) => ({ edge, from: unitOf(edge.subject), to: unitOf(edge.before) }))
    .filter(({ from, to }) => from !== to);
  let tangled = units;
  for (;;) {
    const starts = new Set(tangled.map(({ from }) => from));
    const ends = new Set(tangled.map(({ to }) => to));
    const left = tangled.filter(({ from, to }) => starts.has(to) && ends.has(from));
    if (left.length === tangled.length) break;
    tangled = left;
  }
  const dropped = new Set(tangled.map(({ edge }) => edge));
  return units.map(({ edge }) => edge).filter((edge) => !dropped.has(edge));
}
