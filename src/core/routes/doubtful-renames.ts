import type { SchemaVersion } from "../schema/observed-schema.ts";
import type { SchemaChange } from "../schema/schema-change.ts";

/**
 * The same changes with every rename that is less sure than `confidence` as what it then is: a
 * column that is gone, and another that is new.
 */
export function splitDoubtfulRenames(
  changes: readonly SchemaChange[],
  confidence: number,
  versions: { readonly before: SchemaVersion; readonly after: SchemaVersion },
): readonly SchemaChange[] {
  const doubtful = new Set(
    changes.flatMap((change) =>
      change.kind === "renamed" && change.confidence < confidence ? [change.column] : [],
    ),
  );
  if (doubtful.size === 0) return changes;
  return changes.flatMap((change): readonly SchemaChange[] => {
    if (!doubtful.has(change.column)) return [change];
    // What else happened to the column is part of its being another one.
    return change.kind === "renamed" ? dropAndAdd(change, versions) : [];
  });
}

function dropAndAdd(
  { column, to }: Extract<SchemaChange, { readonly kind: "renamed" }>,
  { before, after }: { readonly before: SchemaVersion; readonly after: SchemaVersion },
): readonly SchemaChange[] {
  const isNamed = (name: string) => (one: { readonly name: string }) =>
    one.name.toLowerCase() === name.toLowerCase();
  const old = before.columns.find(isNamed(column));
  const position = after.columns.findIndex(isNamed(to));
  const young = after.columns[position];
  return [
    {
      kind: "dropped",
      column,
      type: old?.type ?? "VARCHAR",
      nullable: old?.nullable ?? true,
    },
    {
      kind: "added",
      column: to,
      type: young?.type ?? "VARCHAR",
      nullable: young?.nullable ?? true,
      position: Math.max(position, 0),
    },
  ];
}
