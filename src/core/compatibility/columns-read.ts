import type { QueryLineage } from "../lineage/query-lineage.ts";
import { isSameName } from "./column-edges.ts";

/**
 * The columns of a table that a query reads, in lower case; `null` when it may read any.
 * @param table As `schema.table`.
 */
export function columnsRead(
  lineage: QueryLineage | null,
  table: string,
): ReadonlySet<string> | null {
  if (lineage === null) return null;
  const read = [...lineage.uses, ...lineage.columns.flatMap(({ from }) => from)].filter((use) =>
    isSameName(use.table, table),
  );
  const isAny = lineage.uses.some(
    (use) => isSameName(use.table, table) && (use.context === "star" || use.context === "opaque"),
  );
  if (isAny || read.some(({ column }) => column === "*")) return null;
  return new Set(read.map(({ column }) => column.toLowerCase()));
}
