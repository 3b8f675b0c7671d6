import { compareTypes } from "./compare-types.ts";
import type { DataType, Field } from "./data-type.ts";
import { detectRenames, renameFloor } from "./detect-renames.ts";
import { joinTypes } from "./join-types.ts";

/** How two inferred types are settled. */
export interface SettleOptions {
  /** The old type rests on so few values that a wider number or time is no news. */
  readonly isWeak: boolean;
  /** Fields that are not there are taken for gone, and not for NULL throughout. */
  readonly isAbsenceTelling: boolean;
}

/**
 * What an inferred type is taken to have been and to be, when another is inferred from other rows.
 * Where both are equal the old one is only refined; where they differ, that is the drift.
 */
export interface SettledType {
  readonly before: DataType;
  readonly after: DataType;
}

/**
 * Settles what was inferred before with what is inferred now, in the lattice of `joinTypes`: what
 * looks narrower now (whole numbers among decimal ones, numbers among texts, empty lists, absent
 * fields) is what it was. What is of another kind is taken as it arrives.
 */
export function settleTypes(old: DataType, now: DataType, options: SettleOptions): SettledType {
  if (old.kind === "unknown") return { before: now, after: now };
  if (now.kind === "unknown") return { before: old, after: old };
  if (old.kind === "list" && now.kind === "list" && old.length === now.length) {
    return wrap(settleTypes(old.item, now.item, options), (item) => ({ ...old, item }));
  }
  if (old.kind === "map" && now.kind === "map") {
    const key = settleTypes(old.key, now.key, options);
    const value = settleTypes(old.value, now.value, options);
    return {
      before: { kind: "map", key: key.before, value: value.before },
      after: { kind: "map", key: key.after, value: value.after },
    };
  }
  if (old.kind === "struct" && now.kind === "struct") {
    return settleFields(old.fields, now.fields, options);
  }
  const joined = joinTypes(old, now);
  const step = compareTypes(old, joined);
  if (step.kind === "same") return { before: old, after: old };
  if (step.kind !== "widened") return { before: old, after: now };
  return options.isWeak ? { before: joined, after: joined } : { before: old, after: joined };
}

function wrap(settled: SettledType, make: (item: DataType) => DataType): SettledType {
  return { before: make(settled.before), after: make(settled.after) };
}

function settleFields(
  old: readonly Field[],
  now: readonly Field[],
  options: SettleOptions,
): SettledType {
  const open = new Map(now.map((field) => [field.name.toLowerCase(), field]));
  const before: Field[] = [];
  const after: Field[] = [];
  const absent: Field[] = [];
  for (const field of old) {
    const other = open.get(field.name.toLowerCase());
    open.delete(field.name.toLowerCase());
    if (other === undefined) {
      absent.push(field);
      before.push(field);
      continue;
    }
    const settled = settleTypes(field.type, other.type, options);
    before.push({ name: field.name, type: settled.before });
    after.push({ name: field.name, type: settled.after });
  }
  // A field of which there is no value yet is not there yet.
  const young = [...open.values()].filter(({ type }) => type.kind !== "unknown");
  const renamed = renamedFields(absent, young);
  const silent = options.isAbsenceTelling ? [] : absent.filter((field) => !renamed.has(field));
  return {
    before: { kind: "struct", fields: before },
    after: { kind: "struct", fields: [...after, ...silent, ...young] },
  };
}

function renamedFields(absent: readonly Field[], young: readonly Field[]): ReadonlySet<Field> {
  const candidate = ({ name, type }: Field, position: number) => {
    return { name, type, position, sketch: null };
  };
  const renames = detectRenames(absent.map(candidate), young.map(candidate), {
    threshold: renameFloor,
    widths: [absent.length, young.length],
  });
  return new Set(renames.flatMap(({ from }) => absent[from] ?? []));
}
