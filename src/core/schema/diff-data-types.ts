import { compareTypes } from "./compare-types.ts";
import { type DataType, type Field, renderDataType } from "./data-type.ts";
import { detectRenames } from "./detect-renames.ts";
import { entryPath, fieldPath, itemPath } from "./field-path.ts";
import { longestRise } from "./longest-rise.ts";
import type { NestedChange } from "./schema-change.ts";

/** A change at a path inside a column, or of the column as a whole where the path is its own. */
export interface ChangeAtPath {
  readonly path: string;
  readonly inner: NestedChange;
}

/** How fields are compared. */
export interface FieldOptions {
  /** Whether the order of fields says something. */
  readonly isOrdered: boolean;
  /** How sure a rename must be, 0 to 1. */
  readonly renameConfidence: number;
}

/** What changed in a type, down to the fields: outer ones first, in the order of the old fields. */
export function diffDataTypes(
  before: DataType,
  after: DataType,
  path: string,
  options: FieldOptions,
): readonly ChangeAtPath[] {
  if (before.kind === "unknown" || after.kind === "unknown") return [];
  if (before.kind === "list" && after.kind === "list" && before.length === after.length) {
    return diffDataTypes(before.item, after.item, itemPath(path), options);
  }
  if (before.kind === "struct" && after.kind === "struct") {
    return diffFields(before.fields, after.fields, path, options);
  }
  if (before.kind === "map" && after.kind === "map") {
    return [
      ...diffDataTypes(before.key, after.key, entryPath(path, "key"), options),
      ...diffDataTypes(before.value, after.value, entryPath(path, "value"), options),
    ];
  }
  const comparison = compareTypes(before, after);
  if (comparison.kind === "same") {
    return isReorderedEnum(before, after) ? [wholeChange(before, after, path, retyped)] : [];
  }
  return [wholeChange(before, after, path, comparison)];
}

const retyped = { kind: "retyped", isLossy: false } as const;

/** The order of members is how they compare, so another order is another type. */
function isReorderedEnum(before: DataType, after: DataType): boolean {
  return before.kind === "enum" && renderDataType(before) !== renderDataType(after);
}

function wholeChange(
  before: DataType,
  after: DataType,
  path: string,
  comparison: { readonly kind: "widened" | "narrowed" | "retyped"; readonly isLossy: boolean },
): ChangeAtPath {
  const texts = { before: renderDataType(before), after: renderDataType(after) };
  return { path, inner: { kind: comparison.kind, ...texts, isLossy: comparison.isLossy } };
}

function diffFields(
  before: readonly Field[],
  after: readonly Field[],
  path: string,
  options: FieldOptions,
): readonly ChangeAtPath[] {
  const { pairs, dropped, added } = pairFields(before, after, options);
  const changes: ChangeAtPath[] = [];
  for (const { field, position } of dropped) {
    const inner = { kind: "dropped", type: renderDataType(field.type), position } as const;
    changes.push({ path: fieldPath(path, field.name), inner });
  }
  for (const { old, now, confidence } of pairs) {
    const at = fieldPath(path, old.field.name);
    if (confidence !== null) {
      changes.push({ path: at, inner: { kind: "renamed", to: now.field.name, confidence } });
    }
    changes.push(...diffDataTypes(old.field.type, now.field.type, at, options));
  }
  for (const { field, position } of added) {
    const inner = { kind: "added", type: renderDataType(field.type), position } as const;
    changes.push({ path: fieldPath(path, field.name), inner });
  }
  if (options.isOrdered) {
    for (const { place, rank } of movedPairs(pairs)) {
      const name = pairs[place]?.old.field.name ?? "";
      const inner = { kind: "reordered", before: place, after: rank } as const;
      changes.push({ path: fieldPath(path, name), inner });
    }
  }
  return changes;
}

interface Placed {
  readonly field: Field;
  readonly position: number;
}

interface FieldPair {
  readonly old: Placed;
  readonly now: Placed;
  /** `null` where the name is the same. */
  readonly confidence: number | null;
}

function pairFields(
  before: readonly Field[],
  after: readonly Field[],
  options: FieldOptions,
): {
  readonly pairs: readonly FieldPair[];
  readonly dropped: readonly Placed[];
  readonly added: readonly Placed[];
} {
  const open = new Map(
    after.map((field, position) => [field.name.toLowerCase(), { field, position }]),
  );
  const olds = before.map((field, position) => ({ field, position }));
  const named = new Map<Placed, FieldPair>();
  for (const old of olds) {
    const key = old.field.name.toLowerCase();
    const now = open.get(key);
    if (now === undefined) continue;
    open.delete(key);
    named.set(old, { old, now, confidence: null });
  }
  const gone = olds.filter((old) => !named.has(old));
  const young = [...open.values()];
  const renames = detectRenames(gone.map(candidateOf), young.map(candidateOf), {
    threshold: options.renameConfidence,
    widths: [before.length, after.length],
  });
  const pairs = olds.flatMap((old, index): FieldPair[] => {
    const same = named.get(old);
    if (same !== undefined) return [same];
    const rename = renames.find(({ from }) => gone[from] === old);
    const now = rename === undefined ? undefined : young[rename.to];
    return rename === undefined || now === undefined || index < 0
      ? []
      : [{ old, now, confidence: rename.confidence }];
  });
  const paired = new Set<Placed>(pairs.flatMap(({ old, now }) => [old, now]));
  return {
    pairs,
    dropped: gone.filter((old) => !paired.has(old)),
    added: young.filter((now) => !paired.has(now)),
  };
}

function candidateOf({ field, position }: Placed) {
  return { name: field.name, type: field.type, position, sketch: null };
}

/**
 * The pairs that moved: their place among the pairs before, and after. As few as possible.
 * @param pairs in the old order
 */
export function movedPairs(
  pairs: readonly { readonly now: { readonly position: number } }[],
): readonly { readonly place: number; readonly rank: number }[] {
  const positions = pairs.map(({ now }) => now.position);
  const sorted = positions.toSorted((left, right) => left - right);
  const rankOf = new Map(sorted.map((position, rank) => [position, rank]));
  const ranks = positions.map((position) => rankOf.get(position) ?? 0);
  const kept = longestRise(ranks);
  return ranks.flatMap((rank, place) => (kept.has(place) ? [] : [{ place, rank }]));
}
