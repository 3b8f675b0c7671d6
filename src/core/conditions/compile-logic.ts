import { canFail } from "./can-fail.ts";
import type { ConditionNode } from "./condition-node.ts";
import type { ConditionType } from "./condition-type.ts";
import { areEqual } from "./equality.ts";
import { asCondition, type CompileChild, isUndetermined, type Run, widen } from "./run.ts";
import { failure, mergeUndetermined, type Undetermined } from "./value.ts";

const notBool = failure("a condition that is neither true nor false");

/**
 * Kleene's `&&`: `false` decides, wherever it stands and whatever the other is, an error included.
 * Else what is undetermined is passed on, united. It and `||` are written out, each with its own
 * constants: the two are most of what a rule does, and a shared form is measurably slower.
 */
export function compileAnd(operands: readonly ConditionNode[], compile: CompileChild): Run {
  const [left, right] = operands.map((node) => asCondition(compile(node), node.type));
  if (left === undefined || right === undefined) return () => notBool;
  return (frame) => {
    const first = left(frame);
    if (first === false) return false;
    if (first === true) return right(frame);
    const second = right(frame);
    return second === false ? false : meet(first, second);
  };
}

/** Kleene's `||`: `true` decides. */
export function compileOr(operands: readonly ConditionNode[], compile: CompileChild): Run {
  const [left, right] = operands.map((node) => asCondition(compile(node), node.type));
  if (left === undefined || right === undefined) return () => notBool;
  return (frame) => {
    const first = left(frame);
    if (first === true) return true;
    if (first === false) return right(frame);
    const second = right(frame);
    return second === true ? true : meet(first, second);
  };
}

function meet(first: unknown, second: unknown): Undetermined {
  if (!isUndetermined(first)) return notBool;
  return isUndetermined(second) ? mergeUndetermined(first, second) : first;
}

export function compileNot(operands: readonly ConditionNode[], compile: CompileChild): Run {
  const [operand] = operands;
  if (operand === undefined) return () => notBool;
  const run = asCondition(compile(operand), operand.type);
  return (frame) => {
    const value = run(frame);
    return typeof value === "boolean" ? !value : value;
  };
}

/**
 * An unknown condition leaves the outcome open unless both branches agree, and nothing that is
 * still to be known could make the condition an error.
 */
export function compileTernary(
  operands: readonly ConditionNode[],
  type: ConditionType,
  compile: CompileChild,
): Run {
  const [test, yes, no] = operands;
  if (test === undefined || yes === undefined || no === undefined) return () => notBool;
  const condition = asCondition(compile(test), test.type);
  const whenTrue = widen(compile(yes), yes.type, type);
  const whenFalse = widen(compile(no), no.type, type);
  const mayFail = canFail(test);
  return (frame) => {
    const chosen = condition(frame);
    if (chosen === true) return whenTrue(frame);
    if (chosen === false) return whenFalse(frame);
    if (!isUndetermined(chosen)) return notBool;
    if (mayFail || chosen.error !== null) return chosen;
    const left = whenTrue(frame);
    const right = whenFalse(frame);
    if (isUndetermined(left)) return mergeUndetermined(chosen, left);
    if (isUndetermined(right)) return mergeUndetermined(chosen, right);
    const value = { type, value: left };
    return areEqual(frame, value, { type, value: right }) ? left : chosen;
  };
}
