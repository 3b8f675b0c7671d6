import { type ConditionNode, childrenOf } from "./condition-node.ts";
import { overloadsOf, possibleOverloads } from "./overloads.ts";

const totalOperators = new Set(["&&", "||", "!", "==", "!=", "<", "<=", ">", ">=", "in", "?:"]);

/**
 * Whether some values of its facts could make a node an error, such as a division by zero. Says
 * yes where it cannot tell.
 */
export function canFail(node: ConditionNode): boolean {
  return childrenOf(node).some(canFail) || canFailItself(node);
}

function canFailItself(node: ConditionNode): boolean {
  if (childrenOf(node).some((child) => child.type.kind === "dyn")) return true;
  switch (node.kind) {
    case "literal":
    case "variable":
    case "list":
      return false;
    case "select":
    case "has":
      return node.operand.type.kind !== "object";
    case "index":
    case "map":
      return true;
    case "comprehension":
      return false;
    case "call":
      break;
  }
  if (node.target === null && (totalOperators.has(node.callee) || node.callee === "dyn")) {
    return false;
  }
  if (node.callee === "matches") return false;
  const types = childrenOf(node).map((child) => child.type);
  const overloads = possibleOverloads(overloadsOf(node.callee, node.target !== null), types);
  return overloads.some((overload) => overload.canFail);
}
