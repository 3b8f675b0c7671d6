import { type DataType, renderDataType } from "./data-type.ts";
import { defaultRenameThreshold, detectRenames } from "./detect-renames.ts";
import { diffDataTypes, type FieldOptions, movedPairs } from "./diff-data-types.ts";
import { columnPath } from "./field-path.ts";
import type { ColumnFormat, ColumnSketch } from "./observed-schema.ts";
import { dataTypeOf } from "./parse-data-type.ts";
import { type ChangeKind, changeKinds, type SchemaChange } from "./schema-change.ts";
import type { Column } from "./table-schema.ts";

/** What is compared: a table's schema, or an observed one, which knows more. */
export interface ComparableSchema {
  readonly columns: readonly ComparableColumn[];
  readonly key: readonly string[];
}

/** A column with what may be known of its values. */
export interface ComparableColumn extends Column {
  readonly format?: ColumnFormat | null;
  readonly sketch?: ColumnSketch | null;
}

/** How two schemas are compared. */
export interface DiffOptions {
  /**
   * Whether the order of columns and fields says something; JSON has none.
   * @default true
   */
  readonly isOrdered?: boolean;
  /**
   * Whether `nullable` was declared, and not only seen.
   * @default true
   */
  readonly isNullabilityDeclared?: boolean;
  /**
   * How sure a rename must be, 0 to 1; never below the floor.
   * @default 0.75
   */
  readonly renameConfidence?: number;
  /** Renames that are known, by the old name in lower case: none is looked for then. */
  readonly renames?: ReadonlyMap<string, KnownRename>;
}

/** What a column is called now, and how sure that is, 0 to 1. */
export interface KnownRename {
  readonly to: string;
  readonly confidence: number;
}

/** At most this share of the old columns is left of a table that was replaced by another. */
const replacedShareMax = 0.2;

/**
 * What changed from one schema to the other, in the order of `changeKinds` and then of the columns.
 * Names compare without case, and "no evidence" equals every type. Applying the changes to
 * `before` gives `after`.
 */
export function diffSchemas(
  before: ComparableSchema,
  after: ComparableSchema,
  options: DiffOptions = {},
): readonly SchemaChange[] {
  const { pairs, dropped, added } = pairColumns(before, after, options);
  const fieldOptions = {
    isOrdered: options.isOrdered ?? true,
    renameConfidence: options.renameConfidence ?? defaultRenameThreshold,
  };
  const changes: SchemaChange[] = [];
  const isReplaced =
    before.columns.length > 0 &&
    after.columns.length > 0 &&
    pairs.length / before.columns.length <= replacedShareMax;
  if (isReplaced) changes.push({ kind: "replaced", column: "" });
  changes.push(...keyChange(before, after, pairs));
  for (const { column } of dropped) changes.push({ kind: "dropped", ...contentOf(column) });
  for (const pair of pairs) {
    if (pair.confidence !== null) {
      const { old, now, confidence } = pair;
      changes.push({ kind: "renamed", column: old.column.name, to: now.column.name, confidence });
    }
    changes.push(...columnChanges(pair, fieldOptions, options.isNullabilityDeclared ?? true));
  }
  for (const { column, position } of added) {
    changes.push({ kind: "added", ...contentOf(column), position });
  }
  if (fieldOptions.isOrdered) {
    for (const { place, rank } of movedPairs(pairs)) {
      const column = pairs[place]?.old.column.name ?? "";
      changes.push({ kind: "reordered", column, before: place, after: rank });
    }
  }
  return changes.length < 2 ? changes : changes.sort((one, other) => rankOf(one) - rankOf(other));
}

const ranks: ReadonlyMap<ChangeKind, number> = new Map(
  changeKinds.map((kind, rank) => [kind, rank]),
);

function rankOf({ kind }: SchemaChange): number {
  return ranks.get(kind) ?? ranks.size;
}

function contentOf({ name, type, nullable }: Column) {
  return { column: name, type: renderDataType(dataTypeOf(type)), nullable };
}

interface PlacedColumn {
  readonly column: ComparableColumn;
  readonly position: number;
}

interface ColumnPair {
  readonly old: PlacedColumn;
  readonly now: PlacedColumn;
  /** `null` where the name is the same. */
  readonly confidence: number | null;
}

interface Pairing {
  /** In the old order. */
  readonly pairs: readonly ColumnPair[];
  readonly dropped: readonly PlacedColumn[];
  readonly added: readonly PlacedColumn[];
}

function pairColumns(
  before: ComparableSchema,
  after: ComparableSchema,
  options: DiffOptions,
): Pairing {
  const open = new Map(
    after.columns.map((column, position) => [column.name.toLowerCase(), { column, position }]),
  );
  const olds = before.columns.map((column, position) => ({ column, position }));
  const paired = new Map<PlacedColumn, ColumnPair>();
  const pair = (old: PlacedColumn, name: string, confidence: number | null) => {
    const now = open.get(name);
    if (now === undefined || paired.has(old)) return;
    open.delete(name);
    paired.set(old, { old, now, confidence });
  };
  for (const old of options.renames === undefined ? [] : olds) {
    const known = options.renames?.get(old.column.name.toLowerCase());
    if (known !== undefined) pair(old, known.to.toLowerCase(), known.confidence);
  }
  for (const old of olds) pair(old, old.column.name.toLowerCase(), null);
  if (options.renames === undefined && open.size > 0 && paired.size < olds.length) {
    const gone = olds.filter((old) => !paired.has(old));
    const young = [...open.values()];
    const renames = detectRenames(gone.map(candidateOf), young.map(candidateOf), {
      threshold: options.renameConfidence ?? defaultRenameThreshold,
      widths: [before.columns.length, after.columns.length],
    });
    for (const { from, to, confidence } of renames) {
      const [old, now] = [gone[from], young[to]];
      if (old !== undefined && now !== undefined) {
        pair(old, now.column.name.toLowerCase(), confidence);
      }
    }
  }
  return {
    pairs: olds.flatMap((old) => paired.get(old) ?? []),
    dropped: olds.filter((old) => !paired.has(old)),
    added: [...open.values()],
  };
}

function candidateOf({ column, position }: PlacedColumn) {
  const { name, type, sketch } = column;
  return { name, type: dataTypeOf(type), position, sketch: sketch ?? null };
}

function keyChange(
  before: ComparableSchema,
  after: ComparableSchema,
  pairs: readonly ColumnPair[],
): readonly SchemaChange[] {
  if (before.key.length === 0 && after.key.length === 0) return [];
  const nameNow = new Map(
    pairs.map(({ old, now }) => [old.column.name.toLowerCase(), now.column.name.toLowerCase()]),
  );
  const old = before.key.map((name) => nameNow.get(name.toLowerCase()) ?? name.toLowerCase());
  const now = new Set(after.key.map((name) => name.toLowerCase()));
  if (old.length === now.size && old.every((name) => now.has(name))) return [];
  return [{ kind: "key", column: "", before: before.key, after: after.key }];
}

function columnChanges(
  { old, now }: ColumnPair,
  options: FieldOptions,
  isNullabilityDeclared: boolean,
): readonly SchemaChange[] {
  const column = old.column.name;
  const changes: SchemaChange[] = [];
  if (old.column.type !== now.column.type) {
    const types = [dataTypeOf(old.column.type), dataTypeOf(now.column.type)] as const;
    changes.push(...typeChanges(column, ...types, options));
  }
  if (isNullabilityDeclared && old.column.nullable !== now.column.nullable) {
    const { nullable } = old.column;
    changes.push({ kind: "nullability", column, before: nullable, after: now.column.nullable });
  }
  const [before, after] = [old.column.format ?? null, now.column.format ?? null];
  if (before !== null && after !== null && isOtherFormat(before, after)) {
    changes.push({ kind: "format", column, before, after });
  }
  return changes;
}

function typeChanges(
  column: string,
  before: DataType,
  after: DataType,
  options: FieldOptions,
): readonly SchemaChange[] {
  if (before.kind === "enum" && after.kind === "enum") {
    const isSame = before.members.join("\0") === after.members.join("\0");
    return isSame ? [] : [{ kind: "values", column, before: before.members, after: after.members }];
  }
  const path = columnPath(column);
  return diffDataTypes(before, after, path, options).map((change): SchemaChange => {
    const { inner } = change;
    const isWhole = change.path === path;
    if (
      isWhole &&
      (inner.kind === "widened" || inner.kind === "narrowed" || inner.kind === "retyped")
    ) {
      return { ...inner, kind: inner.kind, column };
    }
    return { kind: "nested", column, path: change.path, inner };
  });
}

/** Whether two formats differ in what both know. */
function isOtherFormat(before: ColumnFormat, after: ColumnFormat): boolean {
  return (
    differs(before.isZeroPadded, after.isZeroPadded) ||
    differs(before.decimalMark, after.decimalMark) ||
    differs(before.timestamps?.join("\0") ?? null, after.timestamps?.join("\0") ?? null)
  );
}

function differs<T>(before: T | null, after: T | null): boolean {
  return before !== null && after !== null && before !== after;
}
