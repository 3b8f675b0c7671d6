import { compareText } from "../std/compare.ts";
import type { Absorption, ColumnSource, ValueOrigin } from "./query-lineage.ts";

/** One base column that a value is made from. */
interface FlowEdge {
  readonly table: string;
  readonly column: string;
  readonly how: ValueOrigin;
  readonly absorbs: ReadonlySet<Absorption>;
}

/** The base columns that a value is made from, each once. */
export type ValueFlow = ReadonlyMap<string, FlowEdge>;

/** Of constants. */
export const noFlow: ValueFlow = new Map();

const strength: Readonly<Record<ValueOrigin, number>> = {
  identity: 0,
  transformation: 1,
  aggregation: 2,
};

/** The value of a base column as it is. */
export function flowOfColumn(table: string, column: string): ValueFlow {
  const edge: FlowEdge = { table, column, how: "identity", absorbs: new Set() };
  return new Map([[edgeKey(edge), edge]]);
}

/**
 * Ways side by side into one value. A column that takes several counts with what the strongest
 * makes of it, and absorbs only what all of them absorb.
 */
export function mergeFlows(flows: Iterable<ValueFlow>): ValueFlow {
  const merged = new Map<string, FlowEdge>();
  for (const flow of flows) {
    for (const [key, edge] of flow) {
      const before = merged.get(key);
      merged.set(key, before === undefined ? edge : bothWays(before, edge));
    }
  }
  return merged;
}

/** A flow through an expression that makes `how` of it and absorbs what is named. */
export function passThrough(
  flow: ValueFlow,
  how: ValueOrigin,
  absorbs: readonly Absorption[] = [],
): ValueFlow {
  if (how === "identity" && absorbs.length === 0) return flow;
  const passed = new Map<string, FlowEdge>();
  for (const [key, edge] of flow) {
    passed.set(key, {
      ...edge,
      how: stronger(edge.how, how),
      absorbs: absorbs.length === 0 ? edge.absorbs : new Set([...edge.absorbs, ...absorbs]),
    });
  }
  return passed;
}

/** What of a flow is in none of the others. */
export function flowWithout(flow: ValueFlow, others: readonly ValueFlow[]): ValueFlow {
  return new Map([...flow].filter(([key]) => !others.some((other) => other.has(key))));
}

/** A flow as records have it: in the order of table and column. */
export function sourcesOfFlow(flow: ValueFlow): readonly ColumnSource[] {
  return [...flow.values()]
    .map(({ absorbs, ...edge }) => ({ ...edge, absorbs: [...absorbs].sort(compareText) }))
    .sort((a, b) => compareText(a.table, b.table) || compareText(a.column, b.column));
}

/** True when both are the same, so that another round over a recursion finds nothing new. */
export function isSameFlow(a: ValueFlow, b: ValueFlow): boolean {
  return JSON.stringify(sourcesOfFlow(a)) === JSON.stringify(sourcesOfFlow(b));
}

function bothWays(a: FlowEdge, b: FlowEdge): FlowEdge {
  const absorbs = new Set([...a.absorbs].filter((kind) => b.absorbs.has(kind)));
  return { ...a, how: stronger(a.how, b.how), absorbs };
}

const stronger = (a: ValueOrigin, b: ValueOrigin) => (strength[a] >= strength[b] ? a : b);

const edgeKey = ({ table, column }: FlowEdge) => JSON.stringify([table, column]);
