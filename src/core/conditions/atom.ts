import { type ConditionNode, factPath } from "./condition-node.ts";

export type AtomOperator = "<" | "<=" | ">" | ">=" | "==" | "!=";

/** A comparison with the side that people think of as changing (a fact, if there is one) on the left. */
export interface Comparison {
  readonly subject: ConditionNode;
  readonly operator: AtomOperator;
  readonly other: ConditionNode;
}

const mirrored: Readonly<Record<AtomOperator, AtomOperator>> = {
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
  "==": "==",
  "!=": "!=",
};

const negated: Readonly<Record<AtomOperator, AtomOperator>> = {
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
  "==": "!=",
  "!=": "==",
};

export function negateOperator(operator: AtomOperator): AtomOperator {
  return negated[operator];
}

function operatorOf(callee: string): AtomOperator | null {
  switch (callee) {
    case "<":
    case "<=":
    case ">":
    case ">=":
    case "==":
    case "!=":
      return callee;
    default:
      return null;
  }
}

/** Reads a node as a comparison; `null` when it is none. */
export function comparisonOf(node: ConditionNode): Comparison | null {
  if (node.kind !== "call") return null;
  const operator = operatorOf(node.callee);
  const [left, right] = node.args;
  if (operator === null || left === undefined || right === undefined) return null;
  const isMirrored =
    left.kind === "literal" || (factPath(left) === null && factPath(right) !== null);
  return isMirrored
    ? { subject: right, operator: mirrored[operator], other: left }
    : { subject: left, operator, other: right };
}
