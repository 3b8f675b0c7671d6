import { type Frame, spendSteps } from "./budget.ts";
import type { ConditionNode } from "./condition-node.ts";
import { type ConditionType, isNumeric } from "./condition-type.ts";
import { areEqual, mapKey, reveal, type Typed } from "./equality.ts";
import { orderValues } from "./order-values.ts";
import { type FusedFact, fuseFact, isRecord, readFused } from "./read-fact.ts";
import { type CompileChild, isUndetermined, type Run } from "./run.ts";
import { failure, mergeUndetermined, type Undetermined } from "./value.ts";

export type OrderOperator = "<" | "<=" | ">" | ">=";

const noOverload = failure("values that cannot be compared");

function either(left: unknown, right: unknown): Undetermined | null {
  if (isUndetermined(left)) return isUndetermined(right) ? mergeUndetermined(left, right) : left;
  return isUndetermined(right) ? right : null;
}

/** Compiles `==` and `!=`. Values of a plain kind are compared at once, without a call. */
export function compileEquality(
  operator: "==" | "!=",
  operands: readonly ConditionNode[],
  compile: CompileChild,
): Run {
  const [leftNode, rightNode] = operands;
  if (leftNode === undefined || rightNode === undefined) return () => noOverload;
  const left = compile(leftNode);
  const right = compile(rightNode);
  const isWanted = operator === "==";
  const slow = (frame: Frame, a: unknown, b: unknown) =>
    either(a, b) ??
    areEqual(frame, { type: leftNode.type, value: a }, { type: rightNode.type, value: b }) ===
      isWanted;
  const isQuick = isPlain(leftNode.type) && isPlain(rightNode.type);
  if (!isQuick) return (frame) => slow(frame, left(frame), right(frame));
  if (rightNode.kind === "literal" && rightNode.type.kind === leftNode.type.kind) {
    const wanted: unknown = rightNode.value;
    const fact = compile.canFuse ? fuseFact(leftNode) : null;
    if (fact !== null) {
      return (frame) => {
        const a = readFused(frame, fact);
        if (typeof a !== typeof wanted || typeof a === "object") return slow(frame, a, wanted);
        return (a === wanted) === isWanted;
      };
    }
    return (frame) => {
      const a = left(frame);
      if (typeof a !== typeof wanted || typeof a === "object") return slow(frame, a, wanted);
      return (a === wanted) === isWanted;
    };
  }
  return (frame) => {
    const a = left(frame);
    const b = right(frame);
    // A number and a bigint may still be equal, and an object is no plain value.
    if (typeof a !== typeof b || typeof a === "object") return slow(frame, a, b);
    return (a === b) === isWanted;
  };
}

function isPlain(type: ConditionType): boolean {
  return isNumeric(type) || ["string", "bool", "timestamp", "duration", "null"].includes(type.kind);
}

/** Compiles `<` and its kin; numbers, which are nearly all, are compared at once. */
export function compileOrder(
  operator: OrderOperator,
  operands: readonly ConditionNode[],
  compile: CompileChild,
): Run {
  const [leftNode, rightNode] = operands;
  if (leftNode === undefined || rightNode === undefined) return () => noOverload;
  const types = [leftNode.type, rightNode.type] as const;
  const slow = (a: unknown, b: unknown) => either(a, b) ?? order(operator, types, a, b);
  if (rightNode.kind === "literal" && typeof rightNode.value === "number") {
    const fact = compile.canFuse ? fuseFact(leftNode) : null;
    if (fact !== null) return orderFactToNumber(operator, fact, rightNode.value, slow);
    return orderToNumber(operator, compile(leftNode), rightNode.value, slow);
  }
  return orderNumbers(operator, compile(leftNode), compile(rightNode), slow);
}

function order(
  operator: OrderOperator,
  types: readonly [ConditionType, ConditionType],
  left: unknown,
  right: unknown,
): unknown {
  const a = reveal(types[0], left);
  const b = reveal(types[1], right);
  const sign = orderValues(a, b);
  if (sign === null) return noOverload;
  switch (operator) {
    case "<":
      return sign < 0;
    case "<=":
      return sign <= 0;
    case ">":
      return sign > 0;
    case ">=":
      return sign >= 0;
  }
}

/** One closure per operator, so that each compares without asking which it is. */
function orderNumbers(
  operator: OrderOperator,
  left: Run,
  right: Run,
  slow: (a: unknown, b: unknown) => unknown,
): Run {
  switch (operator) {
    case "<":
      return (frame) => {
        const a = left(frame);
        const b = right(frame);
        return typeof a === "number" && typeof b === "number" ? a < b : slow(a, b);
      };
    case "<=":
      return (frame) => {
        const a = left(frame);
        const b = right(frame);
        return typeof a === "number" && typeof b === "number" ? a <= b : slow(a, b);
      };
    case ">":
      return (frame) => {
        const a = left(frame);
        const b = right(frame);
        return typeof a === "number" && typeof b === "number" ? a > b : slow(a, b);
      };
    case ">=":
      return (frame) => {
        const a = left(frame);
        const b = right(frame);
        return typeof a === "number" && typeof b === "number" ? a >= b : slow(a, b);
      };
  }
}

/** The same beside a number that is written out, which most comparisons of rules are. */
function orderToNumber(
  operator: OrderOperator,
  left: Run,
  bound: number,
  slow: (a: unknown, b: unknown) => unknown,
): Run {
  switch (operator) {
    case "<":
      return (frame) => {
        const a = left(frame);
        return typeof a === "number" ? a < bound : slow(a, bound);
      };
    case "<=":
      return (frame) => {
        const a = left(frame);
        return typeof a === "number" ? a <= bound : slow(a, bound);
      };
    case ">":
      return (frame) => {
        const a = left(frame);
        return typeof a === "number" ? a > bound : slow(a, bound);
      };
    case ">=":
      return (frame) => {
        const a = left(frame);
        return typeof a === "number" ? a >= bound : slow(a, bound);
      };
  }
}

/** The same of a fact beside a number: one call for what most terms of rules are. */
function orderFactToNumber(
  operator: OrderOperator,
  fact: FusedFact,
  bound: number,
  slow: (a: unknown, b: unknown) => unknown,
): Run {
  switch (operator) {
    case "<":
      return (frame) => {
        const a = readFused(frame, fact);
        return typeof a === "number" ? a < bound : slow(a, bound);
      };
    case "<=":
      return (frame) => {
        const a = readFused(frame, fact);
        return typeof a === "number" ? a <= bound : slow(a, bound);
      };
    case ">":
      return (frame) => {
        const a = readFused(frame, fact);
        return typeof a === "number" ? a > bound : slow(a, bound);
      };
    case ">=":
      return (frame) => {
        const a = readFused(frame, fact);
        return typeof a === "number" ? a >= bound : slow(a, bound);
      };
  }
}

/** Compiles `in`: an element of a list, or a key of a map. */
export function compileMembership(operands: readonly ConditionNode[], compile: CompileChild): Run {
  const [itemNode, rangeNode] = operands;
  if (itemNode === undefined || rangeNode === undefined) return () => noOverload;
  const item = compile(itemNode);
  const range = compile(rangeNode);
  const literals = plainLiterals(itemNode.type, rangeNode);
  if (literals !== null) {
    const fact = compile.canFuse ? fuseFact(itemNode) : null;
    if (fact !== null) {
      return (frame) => {
        const value = readFused(frame, fact);
        return isUndetermined(value) ? value : literals.has(value);
      };
    }
    return (frame) => {
      const value = item(frame);
      return isUndetermined(value) ? value : literals.has(value);
    };
  }
  return (frame) => {
    const value = item(frame);
    const members = range(frame);
    const missing = either(value, members);
    if (missing !== null) return missing;
    const typed = { type: itemNode.type, value };
    return isMember(frame, typed, reveal(rangeNode.type, members));
  };
}

/** The members of a list of literals, where comparing by identity is comparing by value. */
function plainLiterals(item: ConditionType, range: ConditionNode): ReadonlySet<unknown> | null {
  if (range.kind !== "list" || !["string", "bool", "int"].includes(item.kind)) return null;
  const values = range.items.map((member) =>
    member.kind === "literal" && member.type.kind === item.kind ? member.value : null,
  );
  return values.includes(null) ? null : new Set<unknown>(values);
}

function isMember(frame: Frame, item: Typed, range: Typed): unknown {
  if (Array.isArray(range.value)) {
    const type = range.type.kind === "list" ? range.type.element : range.type;
    spendSteps(frame, range.value.length);
    return range.value.some((value: unknown) => areEqual(frame, item, { type, value }));
  }
  const key = mapKey(item.value);
  if (range.value instanceof Map) return range.value.has(key);
  if (!isRecord(range.value)) return noOverload;
  return typeof key === "string" && Object.hasOwn(range.value, key) && range.value[key] !== null;
}
