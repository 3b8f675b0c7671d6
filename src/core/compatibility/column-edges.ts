import {
  type Absorption,
  type QueryLineage,
  type UseContext,
  useContexts,
  type ValueOrigin,
} from "../lineage/query-lineage.ts";
import { canonicalJson } from "../std/canonical-json.ts";
import { compareText } from "../std/compare.ts";
import type { ReachingChange, Role } from "./assessment.ts";

/** One way in which a model uses what a change reaches. */
export interface ColumnEdge {
  readonly role: Role;
  /** The outputs that it flows into, in name order; empty for uses beside handing it on. */
  readonly outputs: readonly string[];
  /** Every way to those outputs does this. */
  readonly absorbs: readonly Absorption[];
  /** Constants that it is compared with; `null` when there are others too, or it is not compared. */
  readonly literals: readonly string[] | null;
  readonly hasElse: boolean;
}

/** Names of tables and columns compare as DuckDB does. */
export function isSameName(left: string, right: string): boolean {
  return left === right || left.toLowerCase() === right.toLowerCase();
}

const opaque: ColumnEdge = {
  role: "opaque",
  outputs: [],
  absorbs: [],
  literals: null,
  hasElse: false,
};

/**
 * The ways in which a model uses what a change reaches; none proves that the change ends here.
 * Without lineage, all that is known is that it reads the table.
 */
export function edgesOf(
  lineage: QueryLineage | null,
  reaching: ReachingChange,
): readonly ColumnEdge[] {
  if (lineage === null) return [opaque];
  const { change, affects } = reaching;
  const edges =
    affects === "rows" || change.column === ""
      ? edgesOfTable(lineage, reaching.table)
      : affects === "column" && (change.kind === "added" || change.kind === "reordered")
        ? positionalEdges(lineage, reaching)
        : [
            ...valueEdges(lineage, reaching.table, change.column),
            ...useEdges(lineage, reaching.table, change.column),
          ];
  return edges.toSorted((left, right) => compareText(canonicalJson(left), canonicalJson(right)));
}

/** Whether the model writes `*` for this table somewhere. */
export function hasStar(lineage: QueryLineage | null, table: string): boolean {
  return (
    lineage?.uses.some((use) => use.context === "star" && isSameName(use.table, table)) ?? false
  );
}

function valueEdges(lineage: QueryLineage, table: string, column: string): readonly ColumnEdge[] {
  const found = new Map<
    string,
    { how: ValueOrigin; absorbs: readonly Absorption[]; to: string[] }
  >();
  for (const output of lineage.columns) {
    for (const source of output.from) {
      if (!isSameName(source.table, table)) continue;
      if (!isSameName(source.column, column) && source.column !== "*") continue;
      const absorbs = [...source.absorbs].sort(compareText);
      const id = [source.how, ...absorbs].join(" ");
      const edge = found.get(id) ?? { how: source.how, absorbs, to: [] };
      edge.to.push(output.name);
      found.set(id, edge);
    }
  }
  return [...found.values()].map(({ how, absorbs, to }) => ({
    role: how,
    outputs: to.toSorted(compareText),
    absorbs,
    literals: null,
    hasElse: false,
  }));
}

function useEdges(lineage: QueryLineage, table: string, column: string): readonly ColumnEdge[] {
  return lineage.uses
    .filter(
      (use) =>
        isSameName(use.table, table) && (use.column === "*" || isSameName(use.column, column)),
    )
    .map(({ context, literals, hasElse }) => ({
      role: context,
      outputs: [],
      absorbs: [],
      literals: literals === null ? null : [...literals].sort(compareText),
      hasElse,
    }));
}

/** Every role that a table has, once: for what is of the table as a whole. */
function edgesOfTable(lineage: QueryLineage, table: string): readonly ColumnEdge[] {
  const outputs = new Map<ValueOrigin, Set<string>>();
  for (const output of lineage.columns) {
    for (const source of output.from) {
      if (!isSameName(source.table, table)) continue;
      const names = outputs.get(source.how) ?? new Set();
      outputs.set(source.how, names.add(output.name));
    }
  }
  const contexts = new Set<UseContext>(
    lineage.uses.filter((use) => isSameName(use.table, table)).map((use) => use.context),
  );
  return [
    ...[...outputs].map(([how, names]) => ({
      ...opaque,
      role: how,
      outputs: [...names].toSorted(compareText),
    })),
    ...useContexts.filter((context) => contexts.has(context)).map((role) => ({ ...opaque, role })),
  ];
}

/** Uses that see columns which they do not name, or their order: `*`, and what stands on it. */
function positionalEdges(lineage: QueryLineage, reaching: ReachingChange): readonly ColumnEdge[] {
  const { table } = reaching;
  const uses = lineage.uses.filter((use) => isSameName(use.table, table));
  const isPositional = uses.some((use) => use.context === "star" || use.column === "*");
  if (!isPositional) return [];
  const contexts = new Set(
    uses
      .filter(
        (use) =>
          use.column === "*" ||
          use.context === "star" ||
          // What `*` gives goes through these as a whole.
          use.context === "set" ||
          use.context === "distinct",
      )
      .map((use) => use.context),
  );
  return useContexts
    .filter((context) => contexts.has(context))
    .map((role) => ({ ...opaque, role }));
}
