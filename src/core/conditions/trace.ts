import { isConstant } from "./compile-node.ts";
import type { Condition, Trace, TraceCell, TraceValue, TraceValues } from "./condition.ts";
import { type ConditionNode, childrenOf, factPath } from "./condition-node.ts";
import { valueToJson } from "./render-value.ts";
import { isUndetermined } from "./run.ts";

/**
 * The sub-expressions below a node whose values a trace holds: none that is constant, a fact as
 * one whole, and of a comprehension only its range, because its body has no one value.
 */
function tracedChildren(node: ConditionNode): readonly ConditionNode[] {
  if (factPath(node) !== null) return [];
  if (node.kind === "has" && factPath(node.operand) !== null) return [];
  const children = node.kind === "comprehension" ? [node.range] : childrenOf(node);
  return children.filter((child) => !isConstant(child));
}

/** All sub-expressions of a trace, each before those below it. */
export function tracedNodes(root: ConditionNode): readonly ConditionNode[] {
  return [root, ...tracedChildren(root).flatMap(tracedNodes)];
}

/** The form in which the value of a sub-expression is kept; `undefined` was not looked at. */
export function toCell(value: unknown, node: ConditionNode): TraceCell {
  if (value === undefined) return null;
  if (typeof value === "boolean") return value;
  if (isUndetermined(value)) {
    return value.error === null ? { unknown: value.missing } : { error: value.error };
  }
  const json = valueToJson(value, node.type);
  if (typeof json === "number" || typeof json === "string") return json;
  return { known: json };
}

/** Makes a whole trace of the values that `evaluateWithTrace` gave for the same condition. */
export function expandTrace(condition: Condition, values: TraceValues): Trace {
  let next = 0;
  const expand = (node: ConditionNode): Trace => {
    const cell = values[next] ?? null;
    next += 1;
    return {
      text: condition.text.slice(node.start, node.end),
      value: fromCell(cell),
      children: tracedChildren(node).map(expand),
    };
  };
  return expand(condition.root);
}

function fromCell(cell: TraceCell): TraceValue {
  if (cell === null) return { skipped: true };
  return typeof cell === "object" ? cell : { known: cell };
}
