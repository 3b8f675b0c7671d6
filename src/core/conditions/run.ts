import type { Frame } from "./budget.ts";
import type { ConditionNode } from "./condition-node.ts";
import { type ConditionType, dynType } from "./condition-type.ts";
import { Dynamic, failure, Undetermined } from "./value.ts";

/** A compiled sub-expression: gives its value, or an `Undetermined`. */
export type Run = (frame: Frame) => unknown;

/** Compiles a node below the one at hand. */
export interface CompileChild {
  (node: ConditionNode): Run;
  /** False in a traced evaluation: then no node may be evaluated but by its own closure. */
  readonly canFuse: boolean;
}

/** Puts itself around a node's evaluation, to see its value; `null` sees nothing and costs nothing. */
export type Observe = ((node: ConditionNode, run: Run) => Run) | null;

const notBool = failure("a condition that is neither true nor false");

export function isUndetermined(value: unknown): value is Undetermined {
  return typeof value === "object" && value instanceof Undetermined;
}

/** Lets a dynamic value through as a condition only when it is true or false. */
export function asCondition(run: Run, type: ConditionType): Run {
  if (type.kind === "bool") return run;
  return (frame) => {
    const value = run(frame);
    const bare = value instanceof Dynamic ? value.value : value;
    return typeof bare === "boolean" || isUndetermined(bare) ? bare : notBool;
  };
}

/** Gives a value the form of a wider type: that of `dyn`, or of a list or map that holds `dyn`. */
export function widen(run: Run, from: ConditionType, to: ConditionType): Run {
  if (!needsWidening(from, to)) return run;
  return (frame) => {
    const value = run(frame);
    return isUndetermined(value) ? value : widenValue(value, from, to);
  };
}

function needsWidening(from: ConditionType, to: ConditionType): boolean {
  if (to.kind === "dyn") return from.kind !== "dyn";
  if (to.kind === "list" && from.kind === "list") return needsWidening(from.element, to.element);
  return false;
}

function widenValue(value: unknown, from: ConditionType, to: ConditionType): unknown {
  if (to.kind === "list" && from.kind === "list" && Array.isArray(value)) {
    return value.map((item: unknown) => widenValue(item, from.element, to.element));
  }
  if (to.kind !== "dyn" || value instanceof Dynamic) return value;
  return new Dynamic(from, value);
}

/** The form in which a value of a type is held where a `dyn` is expected. */
export function toDynamic(value: unknown, type: ConditionType): unknown {
  return widenValue(value, type, dynType);
}
