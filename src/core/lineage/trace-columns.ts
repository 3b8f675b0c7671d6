import { compareText } from "../std/compare.ts";
import type { QueryLineage, UseContext, ValueOrigin } from "./query-lineage.ts";

/** A table that is made by a query, with what the query does. Tables without one are sources. */
export interface TracedTable {
  /** As `schema.table`. */
  readonly table: string;
  readonly lineage: QueryLineage;
  /** The names of its columns; those that the lineage does not explain count as made of anything. */
  readonly columns: readonly string[];
  /** The tables that the query reads, as `schema.table`, whatever it does with their columns. */
  readonly inputs: readonly string[];
}

/**
 * How a value is handed on, or what a column is used for where none is. `rows`: a table is read, and
 * how many rows it has and which may show in the result (`count(*)`).
 */
export type TraceRole = ValueOrigin | UseContext | "rows";

/** A column of a table; `null` stands for the table as a whole, all its columns and its rows. */
export interface TracedColumn {
  /** As `schema.table`. */
  readonly table: string;
  readonly column: string | null;
}

/** One edge of the graph that a walk went along. */
export interface TraceStep {
  readonly from: TracedColumn;
  readonly to: TracedColumn;
  readonly how: TraceRole;
  /** Queries between it and where the walk began, from 1. */
  readonly distance: number;
}

/** How far a walk goes, and along what. */
export interface TraceOptions {
  /** At most so many queries; `null` goes on to the end. */
  readonly depth: number | null;
  /**
   * Whether a use that decides on rows (a filter, a join) is followed to all that reads those rows.
   * Without, such a use is named and ends there.
   */
  readonly isThroughRows: boolean;
}

/** Tables by who makes and who reads them, made once for many walks. */
export interface LineageGraph {
  readonly makers: ReadonlyMap<string, TracedTable>;
  readonly readers: ReadonlyMap<string, readonly TracedTable[]>;
}

/** Prepares walks over the lineages of all models. */
export function lineageGraph(tables: readonly TracedTable[]): LineageGraph {
  const makers = new Map<string, TracedTable>();
  const readers = new Map<string, TracedTable[]>();
  for (const made of tables) {
    makers.set(made.table.toLowerCase(), made);
    const read = new Set(edgesOf(made).map(({ from }) => from.table.toLowerCase()));
    for (const table of read) {
      const known = readers.get(table) ?? [];
      readers.set(table, known);
      known.push(made);
    }
  }
  return { makers, readers };
}

/** What a column or table is made from, the nearest first. */
export function upstreamOf(
  graph: LineageGraph,
  start: TracedColumn,
  options: TraceOptions,
): readonly TraceStep[] {
  return walk(start, options, ({ table }) => {
    const maker = graph.makers.get(table.toLowerCase());
    const edges = maker === undefined ? [] : edgesOf(maker);
    return edges.map((edge) => ({ edge, here: edge.to, there: edge.from }));
  });
}

/** What is made from a column or table, the nearest first. */
export function downstreamOf(
  graph: LineageGraph,
  start: TracedColumn,
  options: TraceOptions,
): readonly TraceStep[] {
  return walk(start, options, ({ table }) => {
    const readers = graph.readers.get(table.toLowerCase()) ?? [];
    return readers.flatMap((reader) =>
      edgesOf(reader).map((edge) => ({ edge, here: edge.from, there: edge.to })),
    );
  });
}

/** All that a change of a column can reach: downstream, through rows too, to the end. */
export function impactOf(graph: LineageGraph, start: TracedColumn): readonly TraceStep[] {
  return downstreamOf(graph, start, { depth: null, isThroughRows: true });
}

type Edge = Pick<TraceStep, "from" | "to" | "how">;

interface Way {
  readonly edge: Edge;
  /** The end of it where the walk is, and the one where it goes on. */
  readonly here: TracedColumn;
  readonly there: TracedColumn;
}

/**
 * The edges of one query: from columns to columns where a value is handed on, and from columns to the
 * table as a whole where they are used for anything else. What makes a column that the lineage does
 * not explain is not known, so that each table that the query reads without saying may be it.
 */
function edgesOf({ table, lineage, columns, inputs }: TracedTable): readonly Edge[] {
  const whole: TracedColumn = { table, column: null };
  const values = lineage.columns.flatMap(({ name, from }) =>
    from.map(
      (source): Edge => ({
        from: { table: source.table, column: source.column },
        to: { table, column: name },
        how: source.how,
      }),
    ),
  );
  const uses = lineage.uses.map(
    ({ table: used, column, context }): Edge => ({
      from: { table: used, column: column === "*" ? null : column },
      to: whole,
      how: context,
    }),
  );
  const explained = new Set(lineage.columns.map(({ name }) => name.toLowerCase()));
  const opaque = uses.filter(({ how }) => how === "opaque");
  const unexplained = columns
    .filter((name) => !explained.has(name.toLowerCase()))
    .flatMap((column) => opaque.map((edge): Edge => ({ ...edge, to: { table, column } })));
  const rows = inputs.map(
    (input): Edge => ({ from: { table: input, column: null }, to: whole, how: "rows" }),
  );
  return [...values, ...uses, ...unexplained, ...rows];
}

/** Breadth first, each column of each table once: models cannot read each other in a circle. */
function walk(
  start: TracedColumn,
  { depth, isThroughRows }: TraceOptions,
  waysOf: (at: TracedColumn) => readonly Way[],
): readonly TraceStep[] {
  const steps = new Map<string, TraceStep>();
  const seen = new Set([keyOf(start)]);
  let front: readonly TracedColumn[] = [start];
  for (let distance = 1; front.length > 0 && (depth === null || distance <= depth); distance += 1) {
    const next: TracedColumn[] = [];
    for (const at of front) {
      for (const { edge, there } of waysOf(at).filter((way) => leadsOn(at, way))) {
        const id = JSON.stringify([keyOf(edge.from), keyOf(edge.to), edge.how]);
        if (!steps.has(id)) steps.set(id, { ...edge, distance });
        const goesOn = isValue(edge) || (isThroughRows && edge.how !== "star");
        if (!goesOn || seen.has(keyOf(there))) continue;
        seen.add(keyOf(there));
        next.push(there);
      }
    }
    front = next;
  }
  return [...steps.values()].sort(
    (a, b) =>
      a.distance - b.distance ||
      compareText(keyOf(a.to), keyOf(b.to)) ||
      compareText(keyOf(a.from), keyOf(b.from)) ||
      compareText(a.how, b.how),
  );
}

function leadsOn(at: TracedColumn, { edge, here }: Way): boolean {
  if (here.table.toLowerCase() !== at.table.toLowerCase()) return false;
  // Which rows there are depends on the table as a whole, not on one column of it.
  if (edge.how === "rows") return at.column === null;
  if (at.column === null || here.column === null) return true;
  return here.column.toLowerCase() === at.column.toLowerCase();
}

function isValue({ how }: Edge): boolean {
  return how === "identity" || how === "transformation" || how === "aggregation";
}

function keyOf({ table, column }: TracedColumn): string {
  return JSON.stringify([table.toLowerCase(), column?.toLowerCase() ?? null]);
}
