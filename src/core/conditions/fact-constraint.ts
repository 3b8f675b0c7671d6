import type { AtomOperator } from "./atom.ts";
import type { ConditionType } from "./condition-type.ts";
import { witnessOf } from "./flip-change.ts";

/**
 * What a conjunction asks of one fact: an interval, values that it must or must not have, whether it
 * is known at all. It says too little rather than too much: what it cannot express it leaves out.
 */
export interface FactConstraint {
  readonly type: ConditionType;
  readonly least: Bound | null;
  readonly greatest: Bound | null;
  /** `null`: any. */
  readonly allowed: readonly unknown[] | null;
  readonly excluded: readonly unknown[];
  /** `null`: known or not. */
  readonly isKnown: boolean | null;
}

interface Bound {
  readonly value: number;
  /** Whether the bound itself is inside. */
  readonly isInside: boolean;
}

export function unconstrained(type: ConditionType): FactConstraint {
  const values = type.kind === "string" ? type.values : type.kind === "bool" ? [true, false] : null;
  return {
    type,
    least: null,
    greatest: null,
    allowed: values,
    excluded: [],
    isKnown: null,
  };
}

export function withKnown(constraint: FactConstraint, isKnown: boolean): FactConstraint | null {
  if (constraint.isKnown !== null && constraint.isKnown !== isKnown) return null;
  return { ...constraint, isKnown };
}

/** Adds a comparison with a value; `null` when nothing is left. Any comparison needs a known fact. */
export function withComparison(
  constraint: FactConstraint,
  operator: AtomOperator,
  value: unknown,
): FactConstraint | null {
  const known = withKnown(constraint, true);
  if (known === null || !isPlain(value)) return known;
  return hasValues(narrow(known, operator, value));
}

/** Whether values are equal exactly when they are identical: not so of lists and great integers. */
function isPlain(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function narrow(constraint: FactConstraint, operator: AtomOperator, value: unknown) {
  if (operator === "==") return allowOnly(constraint, [value]);
  if (operator === "!=") return { ...constraint, excluded: [...constraint.excluded, value] };
  if (typeof value !== "number" || Number.isNaN(value)) return constraint;
  const bound = { value, isInside: operator === "<=" || operator === ">=" };
  return operator === ">" || operator === ">="
    ? { ...constraint, least: tighter(constraint.least, bound, 1) }
    : { ...constraint, greatest: tighter(constraint.greatest, bound, -1) };
}

function tighter(current: Bound | null, bound: Bound, sign: 1 | -1): Bound {
  if (current === null) return bound;
  if (current.value === bound.value) return current.isInside ? bound : current;
  return (bound.value - current.value) * sign > 0 ? bound : current;
}

/** Adds that the fact is, or is not, one of some values; `null` when nothing is left. */
export function withMembership(
  constraint: FactConstraint,
  values: readonly unknown[],
  isMember: boolean,
): FactConstraint | null {
  const known = withKnown(constraint, true);
  if (known === null || !values.every(isPlain)) return known;
  if (isMember) return hasValues(allowOnly(known, values));
  return hasValues({ ...known, excluded: [...known.excluded, ...values] });
}

function allowOnly(constraint: FactConstraint, values: readonly unknown[]): FactConstraint {
  const { allowed } = constraint;
  return {
    ...constraint,
    allowed: allowed === null ? values : allowed.filter((value) => values.includes(value)),
  };
}

function hasValues(constraint: FactConstraint): FactConstraint | null {
  const { least, greatest, allowed, type } = constraint;
  if (allowed !== null)
    return allowed.some((value) => isInside(constraint, value)) ? constraint : null;
  if (least === null || greatest === null) return constraint;
  if (least.value > greatest.value) return null;
  if (least.value === greatest.value && !(least.isInside && greatest.isInside)) return null;
  if (type.kind !== "int" && type.kind !== "uint") return constraint;
  // Between 3 and 4, exclusive, there is no whole number.
  const first = least.isInside ? Math.ceil(least.value) : Math.floor(least.value) + 1;
  const last = greatest.isInside ? Math.floor(greatest.value) : Math.ceil(greatest.value) - 1;
  if (first > last) return null;
  const isShort = last - first < constraint.excluded.length;
  const left = isShort ? wholeNumbers(first, last).filter((n) => isInside(constraint, n)) : null;
  return left !== null && left.length === 0 ? null : constraint;
}

function wholeNumbers(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function isInside(constraint: FactConstraint, value: unknown): boolean {
  const { least, greatest, excluded } = constraint;
  if (excluded.includes(value)) return false;
  if (typeof value !== "number") return true;
  if (least !== null && (value < least.value || (value === least.value && !least.isInside))) {
    return false;
  }
  if (greatest === null || value < greatest.value) return true;
  return value === greatest.value && greatest.isInside;
}

/** Values worth a try when looking for facts that make a conjunction hold; `null` is not known. */
export function candidatesOf(
  constraint: FactConstraint,
  literals: readonly unknown[],
): readonly unknown[] {
  if (constraint.isKnown === false) return [null];
  const near = [constraint.least, constraint.greatest].flatMap((bound) =>
    bound === null ? [] : neighbours(constraint.type, bound.value),
  );
  const pool = constraint.allowed ?? [...near, ...defaultsOf(constraint.type, literals)];
  const inside = pool.filter((value) => isInside(constraint, value));
  return constraint.isKnown === null ? [...inside, null] : inside;
}

function neighbours(type: ConditionType, value: number): readonly unknown[] {
  return [value, witnessOf(type, "<", value), witnessOf(type, ">", value)];
}

function defaultsOf(type: ConditionType, literals: readonly unknown[]): readonly unknown[] {
  const numbers = literals.filter((literal) => typeof literal === "number");
  const texts = literals.filter((literal) => typeof literal === "string");
  switch (type.kind) {
    case "int":
    case "uint":
    case "double":
    case "timestamp":
    case "duration":
      return [...numbers.flatMap((number) => neighbours(type, number)), 0, 1, 1e6, 1e12];
    case "string":
      return [...texts, "", `${texts.join("")}z`];
    case "list":
      return [texts, [], ...texts.map((text) => [text])];
    case "bool":
      return [true, false];
    case "bytes":
    case "map":
    case "object":
    case "null":
    case "dyn":
      return [];
  }
}
