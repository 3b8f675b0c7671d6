import { type Frame, spendSteps } from "./budget.ts";
import { type ConditionType, isNumeric } from "./condition-type.ts";
import { Dynamic } from "./value.ts";

/** A value with its static type. */
export interface Typed {
  readonly type: ConditionType;
  readonly value: unknown;
}

/** What a possibly dynamic value is at run time. */
export function reveal(type: ConditionType, value: unknown): Typed {
  return value instanceof Dynamic ? value : { type, value };
}

/**
 * Equality by value. Numbers are equal when they are so mathematically, whatever their types;
 * values of different kinds are not equal. Scans of lists and maps pay from the budget.
 */
export function areEqual(frame: Frame, left: Typed, right: Typed): boolean {
  const a = reveal(left.type, left.value);
  const b = reveal(right.type, right.value);
  if (isNumeric(a.type) && isNumeric(b.type)) return areNumbersEqual(a.value, b.value);
  if (a.type.kind === "list" && b.type.kind === "list") return areListsEqual(frame, a, b);
  if (isMapping(a.type) && isMapping(b.type)) return areMapsEqual(frame, a, b);
  if (a.type.kind !== b.type.kind) return false;
  if (a.value instanceof Uint8Array && b.value instanceof Uint8Array) {
    return areBytesEqual(a.value, b.value);
  }
  return a.value === b.value;
}

function areNumbersEqual(left: unknown, right: unknown): boolean {
  if (typeof left === typeof right) return left === right;
  if (typeof left === "number" && typeof right === "bigint") return isExactly(right, left);
  return typeof left === "bigint" && typeof right === "number" && isExactly(left, right);
}

function isExactly(integer: bigint, double: number): boolean {
  return Number.isInteger(double) && BigInt(double) === integer;
}

function areBytesEqual(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

function areListsEqual(frame: Frame, left: Typed, right: Typed): boolean {
  if (!Array.isArray(left.value) || !Array.isArray(right.value)) return false;
  if (left.value.length !== right.value.length) return false;
  spendSteps(frame, left.value.length);
  const leftElement = elementType(left.type);
  const rightElement = elementType(right.type);
  for (let index = 0; index < left.value.length; index += 1) {
    const a: unknown = left.value[index];
    const b: unknown = right.value[index];
    const isEqual = areEqual(
      frame,
      { type: leftElement, value: a },
      { type: rightElement, value: b },
    );
    if (!isEqual) return false;
  }
  return true;
}

function elementType(type: ConditionType): ConditionType {
  return type.kind === "list" ? type.element : type;
}

function isMapping(type: ConditionType): boolean {
  return type.kind === "map" || type.kind === "object";
}

function areMapsEqual(frame: Frame, left: Typed, right: Typed): boolean {
  const a = entriesOf(left.value);
  const b = entriesOf(right.value);
  if (a.size !== b.size) return false;
  spendSteps(frame, a.size);
  for (const [key, value] of a) {
    if (!b.has(key)) return false;
    const one = { type: valueType(left.type, key), value };
    const other = { type: valueType(right.type, key), value: b.get(key) };
    if (!areEqual(frame, one, other)) return false;
  }
  return true;
}

function valueType(type: ConditionType, key: unknown): ConditionType {
  if (type.kind === "map") return type.value;
  if (type.kind === "object" && typeof key === "string") return type.fields.get(key) ?? type;
  return type;
}

/** A map literal's own entries, or those of an object of facts that are known. */
export function entriesOf(value: unknown): ReadonlyMap<unknown, unknown> {
  if (value instanceof Map) return value;
  if (typeof value !== "object" || value === null) return new Map();
  return new Map(Object.entries(value).filter(([, field]) => field !== null));
}

/** The form under which a map holds a key: a dynamic key is held by its bare value. */
export function mapKey(key: unknown): unknown {
  return key instanceof Dynamic ? key.value : key;
}
