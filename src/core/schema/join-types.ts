import { compareTypes, numberRangeOf } from "./compare-types.ts";
import type { DataType, Field } from "./data-type.ts";

const text: DataType = { kind: "text", length: null };
const json: DataType = { kind: "scalar", name: "JSON" };
const double: DataType = { kind: "scalar", name: "DOUBLE" };
const signed: readonly DataType[] = [
  { kind: "scalar", name: "SMALLINT" },
  { kind: "scalar", name: "INTEGER" },
  { kind: "scalar", name: "BIGINT" },
  { kind: "scalar", name: "HUGEINT" },
  { kind: "scalar", name: "BIGNUM" },
];

/**
 * The narrowest type that values of both types fit in: the join in the lattice of inferred types,
 * with "no evidence" at the bottom and text at the top; what is nested meets other kinds in JSON,
 * which holds all that JSON can say. It is commutative but for the case and order of field names,
 * which the left side gives.
 */
export function joinTypes(left: DataType, right: DataType): DataType {
  if (left.kind === "unknown") return right;
  if (right.kind === "unknown") return left;
  if (left.kind === "list" && right.kind === "list") {
    const length = left.length === right.length ? left.length : null;
    return { kind: "list", item: joinTypes(left.item, right.item), length };
  }
  if (left.kind === "struct" && right.kind === "struct") {
    return { kind: "struct", fields: joinFields(left.fields, right.fields) };
  }
  if (left.kind === "map" && right.kind === "map") {
    const key = joinTypes(left.key, right.key);
    return { kind: "map", key, value: joinTypes(left.value, right.value) };
  }
  return joinFlat(left, right);
}

function joinFields(left: readonly Field[], right: readonly Field[]): readonly Field[] {
  const rest = new Map(right.map((field) => [field.name.toLowerCase(), field]));
  const joined = left.map((field) => {
    const other = rest.get(field.name.toLowerCase());
    rest.delete(field.name.toLowerCase());
    return other === undefined
      ? field
      : { name: field.name, type: joinTypes(field.type, other.type) };
  });
  return [...joined, ...rest.values()];
}

function joinFlat(left: DataType, right: DataType): DataType {
  // What was taken for JSON holds anything that JSON can say.
  if (isJson(left) || isJson(right)) return json;
  const up = compareTypes(left, right);
  if (up.kind === "same") return left;
  const down = compareTypes(right, left);
  if (up.kind === "widened" && !up.isLossy) return right;
  if (down.kind === "widened" && !down.isLossy) return left;
  if (isNested(left) || isNested(right)) return json;
  const numbers = joinNumbers(left, right);
  if (numbers !== null) return numbers;
  // A zone that only some values say is not to be made up for the rest: they stay text.
  if (up.kind === "widened" && !isZoned(right)) return right;
  if (down.kind === "widened" && !isZoned(left)) return left;
  return text;
}

function joinNumbers(left: DataType, right: DataType): DataType | null {
  const [one, other] = [numberRangeOf(left), numberRangeOf(right)];
  if (one === null || other === null) return null;
  if (one.kind === "float" || other.kind === "float") return double;
  if (one.kind === "whole" && other.kind === "whole") {
    return signed.find((type) => holds(type, left) && holds(type, right)) ?? text;
  }
  if (one.kind === "any" || other.kind === "any") return text;
  const scale = Math.max(scaleOf(one), scaleOf(other));
  const digits = Math.max(digitsOf(one), digitsOf(other));
  return digits + scale <= 38 ? { kind: "decimal", width: digits + scale, scale } : text;
}

function holds(type: DataType, narrower: DataType): boolean {
  const comparison = compareTypes(narrower, type);
  return comparison.kind === "same" || (comparison.kind === "widened" && !comparison.isLossy);
}

function scaleOf(range: { readonly kind: string; readonly scale?: number }): number {
  return range.scale ?? 0;
}

function digitsOf(range: { readonly max: bigint }): number {
  return range.max === 0n ? 0 : String(range.max).length;
}

function isJson(type: DataType): boolean {
  return type.kind === "scalar" && type.name === "JSON";
}

function isZoned(type: DataType): boolean {
  return type.kind === "scalar" && type.name.endsWith("WITH TIME ZONE");
}

function isNested(type: DataType): boolean {
  return (
    type.kind === "struct" || type.kind === "list" || type.kind === "map" || type.kind === "union"
  );
}
