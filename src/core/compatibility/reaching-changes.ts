import type { SchemaChange } from "../schema/schema-change.ts";
import type { ReachingChange, StagedColumns } from "./assessment.ts";

/**
 * The changes of a source as they reach who reads its table.
 * @param table The source's table, as `schema.table`.
 */
export function reachingChanges(
  source: string,
  table: string,
  changes: readonly SchemaChange[],
): readonly ReachingChange[] {
  return changes.map((change) => ({
    table,
    source,
    change,
    affects: "column",
    isTainted: false,
    origin: originOf(table, change, changes),
  }));
}

function originOf(
  table: string,
  change: SchemaChange,
  changes: readonly SchemaChange[],
): StagedColumns | null {
  if (change.kind === "replaced" || change.kind === "dropped") return null;
  if (change.kind === "added") return { table, columns: [change.column] };
  const names = change.kind === "key" ? change.before : [change.column];
  const columns = names.map((name) => nameNow(name, changes));
  const present = columns.filter((name) => name !== null);
  return present.length === names.length && present.length > 0 ? { table, columns: present } : null;
}

/** The name that a column of before has now; `null` where it is gone. */
function nameNow(name: string, changes: readonly SchemaChange[]): string | null {
  const wanted = name.toLowerCase();
  const own = changes.filter(({ column }) => column.toLowerCase() === wanted);
  if (own.some(({ kind }) => kind === "dropped")) return null;
  const renamed = own.find((change) => change.kind === "renamed");
  return renamed?.to ?? name;
}
