import type { DataType, Field } from "./data-type.ts";
import { renderDataType } from "./data-type.ts";
import type { ComparableColumn, ComparableSchema } from "./diff-schemas.ts";
import { columnPath, entryPath, fieldPath, itemPath, splitFieldPath } from "./field-path.ts";
import { dataTypeOf } from "./parse-data-type.ts";
import type { NestedChange, SchemaChange } from "./schema-change.ts";

type Change<K extends SchemaChange["kind"]> = Extract<SchemaChange, { readonly kind: K }>;

/**
 * The schema that `before` becomes by these changes: what `diffSchemas` compared it with, as far as
 * the changes say it. A column that they do not name stays as it is.
 */
export function applyChanges(
  before: ComparableSchema,
  changes: readonly SchemaChange[],
): ComparableSchema {
  const byColumn = new Map<string, SchemaChange[]>();
  for (const change of changes) {
    if (change.kind === "added") continue;
    const key = change.column.toLowerCase();
    const known = byColumn.get(key);
    if (known === undefined) byColumn.set(key, [change]);
    else known.push(change);
  }
  const changesOf = (column: ComparableColumn) => byColumn.get(column.name.toLowerCase()) ?? [];
  const kept = before.columns.filter(
    (column) => !changesOf(column).some(({ kind }) => kind === "dropped"),
  );
  const ranks = kept.map((column) => find(changesOf(column), "reordered")?.after ?? null);
  const changed = kept.map((column) => changedColumn(column, changesOf(column)));
  const added = changes.flatMap((change) =>
    change.kind === "added"
      ? [
          {
            item: { name: change.column, type: change.type, nullable: change.nullable },
            position: change.position,
          },
        ]
      : [],
  );
  return { columns: insertAt(arrange(changed, ranks), added), key: changedKey(before, changes) };
}

function find<K extends SchemaChange["kind"]>(
  changes: readonly SchemaChange[],
  kind: K,
): Change<K> | null {
  const isWanted = (change: SchemaChange): change is Change<K> => change.kind === kind;
  return changes.find(isWanted) ?? null;
}

/** Puts those with a rank there, and the others, in their order, where there is room. */
function arrange<T>(items: readonly T[], ranks: readonly (number | null)[]): readonly T[] {
  const moved = new Map<number, T>();
  const rest: T[] = [];
  items.forEach((item, at) => {
    const rank = ranks[at] ?? null;
    if (rank === null) rest.push(item);
    else moved.set(rank, item);
  });
  const left = rest.values();
  return items.flatMap((_, at) => {
    const item = moved.get(at);
    if (item !== undefined) return [item];
    const next = left.next();
    return next.done === true ? [] : [next.value];
  });
}

function insertAt<T>(
  items: readonly T[],
  added: readonly { readonly item: T; readonly position: number }[],
): readonly T[] {
  const result = [...items];
  const rising = added.toSorted((one, other) => one.position - other.position);
  for (const { item, position } of rising) result.splice(position, 0, item);
  return result;
}

function changedKey(before: ComparableSchema, changes: readonly SchemaChange[]): readonly string[] {
  const key = find(changes, "key");
  if (key !== null) return key.after;
  const renamed = new Map(
    changes.flatMap((change) =>
      change.kind === "renamed" ? [[change.column.toLowerCase(), change.to]] : [],
    ),
  );
  return before.key.map((name) => renamed.get(name.toLowerCase()) ?? name);
}

function changedColumn(
  column: ComparableColumn,
  changes: readonly SchemaChange[],
): ComparableColumn {
  let changed = column;
  const nested = new Map<string, NestedChange[]>();
  for (const change of changes) {
    switch (change.kind) {
      case "renamed":
        changed = { ...changed, name: change.to };
        break;
      case "widened":
      case "narrowed":
      case "retyped":
        changed = { ...changed, type: change.after };
        break;
      case "values":
        changed = { ...changed, type: renderDataType({ kind: "enum", members: change.after }) };
        break;
      case "nullability":
        changed = { ...changed, nullable: change.after };
        break;
      case "format":
        changed = { ...changed, format: change.after };
        break;
      case "nested":
        nested.set(change.path, [...(nested.get(change.path) ?? []), change.inner]);
        break;
      case "added":
      case "dropped":
      case "reordered":
      case "key":
      case "replaced":
        break;
    }
  }
  if (nested.size === 0) return changed;
  const type = changedType(dataTypeOf(column.type), columnPath(column.name), nested);
  return { ...changed, type: renderDataType(type) };
}

type ChangesByPath = ReadonlyMap<string, readonly NestedChange[]>;

function changedType(type: DataType, path: string, changes: ChangesByPath): DataType {
  for (const change of changes.get(path) ?? []) {
    if (change.kind === "widened" || change.kind === "narrowed" || change.kind === "retyped") {
      return dataTypeOf(change.after);
    }
  }
  if (type.kind === "list") {
    return { ...type, item: changedType(type.item, itemPath(path), changes) };
  }
  if (type.kind === "map") {
    const key = changedType(type.key, entryPath(path, "key"), changes);
    return { kind: "map", key, value: changedType(type.value, entryPath(path, "value"), changes) };
  }
  if (type.kind !== "struct") return type;
  return { kind: "struct", fields: changedFields(type.fields, path, changes) };
}

function changedFields(
  fields: readonly Field[],
  path: string,
  changes: ChangesByPath,
): readonly Field[] {
  const changesOf = ({ name }: Field) => changes.get(fieldPath(path, name)) ?? [];
  const kept = fields.filter((field) => !changesOf(field).some(({ kind }) => kind === "dropped"));
  const ranks = kept.map((field) => {
    const moved = changesOf(field).find(({ kind }) => kind === "reordered");
    return moved?.kind === "reordered" ? moved.after : null;
  });
  const changed = kept.map((field) => {
    const renamed = changesOf(field).find(({ kind }) => kind === "renamed");
    return {
      name: renamed?.kind === "renamed" ? renamed.to : field.name,
      type: changedType(field.type, fieldPath(path, field.name), changes),
    };
  });
  const added = [...changes].flatMap(([at, inner]) => {
    const { parent, field } = splitFieldPath(at);
    if (parent !== path) return [];
    return inner.flatMap((change) =>
      change.kind === "added"
        ? [{ item: { name: field, type: dataTypeOf(change.type) }, position: change.position }]
        : [],
    );
  });
  return insertAt(arrange(changed, ranks), added);
}
