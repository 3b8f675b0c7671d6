import { compareText } from "../std/compare.ts";
import type { Verdict } from "./condition.ts";
import type { ConditionType } from "./condition-type.ts";

/**
 * No value: facts that are not known, or an error. Where both meet, the unknown counts, because
 * knowing the facts may make the error go away.
 */
export class Undetermined {
  /** Paths of the facts that were missing; empty for an error. */
  readonly missing: readonly string[];
  readonly error: string | null;
  /** The verdict of a condition that ends so; made once, because the same facts go missing often. */
  readonly verdict: Verdict;

  constructor(missing: readonly string[], error: string | null) {
    this.missing = missing;
    this.error = error;
    this.verdict = Object.freeze({ outcome: "undetermined", missing, error });
  }
}

export function unknownFact(path: string): Undetermined {
  return new Undetermined([path], null);
}

export function failure(error: string): Undetermined {
  return new Undetermined([], error);
}

/** Of two operands of which neither decides: the union of what is missing, else the first error. */
export function mergeUndetermined(left: Undetermined, right: Undetermined): Undetermined {
  if (left === right || right.error !== null) return left;
  if (left.error !== null) return right;
  if (right.missing.every((path) => left.missing.includes(path))) return left;
  const missing = [...new Set([...left.missing, ...right.missing])].sort(compareText);
  return new Undetermined(missing, null);
}

/** A value whose type is known only at run time: what `dyn` holds. Never nested in itself. */
export class Dynamic {
  readonly type: ConditionType;
  readonly value: unknown;

  constructor(type: ConditionType, value: unknown) {
    this.type = type;
    this.value = value;
  }
}

/** Ends an evaluation whose budget is spent. Thrown, because no operator may absorb it. */
export class BudgetExhausted extends Error {
  override readonly name = "BudgetExhausted";
}
