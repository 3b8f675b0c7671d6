import { type ConditionNode, childrenOf } from "./condition-node.ts";

/** Equal for sub-expressions that are written alike but for white space and parentheses. */
export function nodeKey(node: ConditionNode): string {
  const parts = childrenOf(node).map(nodeKey).join(",");
  switch (node.kind) {
    case "literal":
      return `${node.type.kind}:${typeof node.value === "string" ? JSON.stringify(node.value) : String(node.value)}`;
    case "variable":
      return node.slot === null ? node.name : `#${node.slot}`;
    case "select":
    case "has":
      return `${node.kind}(${parts}).${node.field}`;
    case "call":
      return `${node.target === null ? "" : "."}${node.callee}(${parts})`;
    case "comprehension":
      return `${node.macro}#${node.slot}${node.filter === null ? "" : "?"}(${parts})`;
    case "index":
    case "list":
    case "map":
      return `${node.kind}(${parts})`;
  }
}
