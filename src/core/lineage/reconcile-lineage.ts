import { compareText } from "../std/compare.ts";
import type { ColumnUse, QueryLineage } from "./query-lineage.ts";

/** A column that the engine reads of a table, as `schema.table`. */
interface ReadColumn {
  readonly table: string;
  readonly column: string;
}

/**
 * Joins what a query's text says with what the engine reads for it. What is read and not explained
 * becomes an opaque use: of the column, or of the whole table when the engine names none. What only
 * the analysis has stays, since the engine may have left it out for the sake of the data or the
 * constants of today. Names compare without case.
 */
export function reconcileLineage(
  analysis: QueryLineage,
  scans: readonly ReadColumn[],
): QueryLineage {
  const known = knownColumns(analysis);
  const isOpaque = (table: string) => known.has(columnKey(table, "*", "opaque"));
  const missed = scans
    .map(({ table, column }) => opaqueUse(table, column === "" ? "*" : column))
    .filter(({ table, column }) => !(isOpaque(table) || known.has(columnKey(table, column))));
  if (missed.length === 0) return analysis;
  return { ...analysis, uses: sortUses([...analysis.uses, ...missed]) };
}

/** A use of which nothing is known, `*` for a whole table. */
export function opaqueUse(table: string, column: string): ColumnUse {
  return { table, column, context: "opaque", literals: null, hasElse: false };
}

/** Uses in the order of table, column and context, each once. */
export function sortUses(uses: readonly ColumnUse[]): readonly ColumnUse[] {
  const once = new Map(uses.map((use) => [useKey(use), use]));
  return [...once.values()].sort(
    (a, b) =>
      compareText(a.table, b.table) ||
      compareText(a.column, b.column) ||
      compareText(a.context, b.context),
  );
}

function knownColumns({ uses, columns }: QueryLineage): ReadonlySet<string> {
  const sources = columns.flatMap(({ from }) => from);
  return new Set([
    ...sources.map(({ table, column }) => columnKey(table, column)),
    ...uses.map(({ table, column }) => columnKey(table, column)),
    ...uses.map(({ table, column, context }) => columnKey(table, column, context)),
  ]);
}

const columnKey = (...names: readonly string[]) =>
  JSON.stringify(names.map((name) => name.toLowerCase()));

const useKey = ({ table, column, context }: ColumnUse) => columnKey(table, column, context);
