/**
 * The static types of the condition language. A type says how a value is held at run time:
 * int, uint and double are JavaScript numbers, and an int or uint beyond 2^53 a bigint; a timestamp
 * is milliseconds since 1970 and a duration milliseconds, or a bigint of nanoseconds where
 * milliseconds do not suffice; only a `dyn` value carries its type along (see `value.ts`).
 */
export type ConditionType =
  | { readonly kind: PlainKind }
  /** `values`: all that it may be, when it is an enumeration. */
  | { readonly kind: "string"; readonly values: readonly string[] | null }
  | { readonly kind: "list"; readonly element: ConditionType }
  | { readonly kind: "map"; readonly key: ConditionType; readonly value: ConditionType }
  | { readonly kind: "object"; readonly fields: ReadonlyMap<string, ConditionType> };

export type PlainKind =
  | "bool"
  | "int"
  | "uint"
  | "double"
  | "bytes"
  | "timestamp"
  | "duration"
  | "null"
  | "dyn";

const plain = <K extends PlainKind>(kind: K): { readonly kind: K } => Object.freeze({ kind });

export const boolType = plain("bool");
export const intType = plain("int");
export const uintType = plain("uint");
export const doubleType = plain("double");
export const bytesType = plain("bytes");
export const timestampType = plain("timestamp");
export const durationType = plain("duration");
export const nullType = plain("null");
export const dynType = plain("dyn");
export const stringType: ConditionType = Object.freeze({ kind: "string", values: null });

export function listOf(element: ConditionType): ConditionType {
  return { kind: "list", element };
}

export function mapOf(key: ConditionType, value: ConditionType): ConditionType {
  return { kind: "map", key, value };
}

/** Int, uint or double: comparable with one another by their mathematical value. */
export function isNumeric(type: ConditionType): boolean {
  return type.kind === "int" || type.kind === "uint" || type.kind === "double";
}

/** Whether values of both are held in the same way, so that one may stand for the other. */
export function isSameType(left: ConditionType, right: ConditionType): boolean {
  if (left === right) return true;
  if (left.kind === "list") return right.kind === "list" && isSameType(left.element, right.element);
  if (left.kind === "map") {
    return (
      right.kind === "map" && isSameType(left.key, right.key) && isSameType(left.value, right.value)
    );
  }
  if (left.kind === "object") return false;
  return left.kind === right.kind;
}

/** The one type that holds values of both: one of them, or `dyn` where they differ. */
export function joinTypes(left: ConditionType, right: ConditionType): ConditionType {
  if (left === right) return left;
  if (left.kind === "string" && right.kind === "string") return stringType;
  if (left.kind === "list" && right.kind === "list") {
    return listOf(joinTypes(left.element, right.element));
  }
  return isSameType(left, right) ? left : dynType;
}

/** Whether `==` between them can ever hold: the same shape, two numbers, or something dynamic. */
export function isComparable(left: ConditionType, right: ConditionType): boolean {
  if (left.kind === "dyn" || right.kind === "dyn") return true;
  if (isNumeric(left) && isNumeric(right)) return true;
  if (left.kind === "list" && right.kind === "list") {
    return isComparable(left.element, right.element);
  }
  if (left.kind === "map" && right.kind === "map") {
    return isComparable(left.key, right.key) && isComparable(left.value, right.value);
  }
  return left.kind === right.kind;
}

/** Writes a type as people write it in documentation: `int`, `list(string)`, `"file" or "table"`. */
export function renderType(type: ConditionType): string {
  if (type.kind === "string" && type.values !== null) {
    return type.values.map((value) => JSON.stringify(value)).join(" or ");
  }
  if (type.kind === "list") return `list(${renderType(type.element)})`;
  if (type.kind === "map") return `map(${renderType(type.key)}, ${renderType(type.value)})`;
  return type.kind;
}
