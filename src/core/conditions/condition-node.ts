import type { ConditionType } from "./condition-type.ts";

/** What a literal holds; its node's type tells an int from a double. */
export type LiteralValue = null | boolean | number | bigint | string | Uint8Array;

/**
 * A sub-expression of a checked condition: Sluice's own tree, independent of the parser's.
 * `start` and `end` are offsets into the condition's text (UTF-16 units, `end` exclusive), and
 * include the parentheses around the sub-expression only when its parent needs them to make sense.
 */
export type ConditionNode = {
  readonly start: number;
  readonly end: number;
  readonly type: ConditionType;
} & (
  | { readonly kind: "literal"; readonly value: LiteralValue }
  | {
      readonly kind: "variable";
      readonly name: string;
      /** Which of the comprehensions around binds it, counted from outside; `null`: the scope does. */
      readonly slot: number | null;
      /** What it stands for: its name, or the list that it runs through (`source.tags[]`). */
      readonly path: string;
    }
  | { readonly kind: "select"; readonly operand: ConditionNode; readonly field: string }
  | { readonly kind: "has"; readonly operand: ConditionNode; readonly field: string }
  | { readonly kind: "index"; readonly operand: ConditionNode; readonly index: ConditionNode }
  | {
      readonly kind: "call";
      /** An operator's symbol (`&&`, `?:`, unary `-`, …) or a function's name. */
      readonly callee: string;
      /** The receiver of a method, else `null`. */
      readonly target: ConditionNode | null;
      readonly args: readonly ConditionNode[];
    }
  | { readonly kind: "list"; readonly items: readonly ConditionNode[] }
  | {
      readonly kind: "map";
      readonly entries: readonly { readonly key: ConditionNode; readonly value: ConditionNode }[];
    }
  | {
      readonly kind: "comprehension";
      readonly macro: "all" | "exists" | "exists_one" | "map" | "filter";
      readonly range: ConditionNode;
      readonly variable: string;
      readonly slot: number;
      /** The filter of the three-argument `map`, else `null`. */
      readonly filter: ConditionNode | null;
      readonly body: ConditionNode;
    }
);

export type CallNode = Extract<ConditionNode, { readonly kind: "call" }>;
export type ComprehensionNode = Extract<ConditionNode, { readonly kind: "comprehension" }>;

/** The nodes directly below, in the order of the text. */
export function childrenOf(node: ConditionNode): readonly ConditionNode[] {
  switch (node.kind) {
    case "literal":
    case "variable":
      return [];
    case "select":
    case "has":
      return [node.operand];
    case "index":
      return [node.operand, node.index];
    case "call":
      return node.target === null ? node.args : [node.target, ...node.args];
    case "list":
      return node.items;
    case "map":
      return node.entries.flatMap((entry) => [entry.key, entry.value]);
    case "comprehension":
      return node.filter === null ? [node.range, node.body] : [node.range, node.filter, node.body];
  }
}

/** The fact that a node reads, such as `source.volume.rows`; `null` when it is anything else. */
export function factPath(node: ConditionNode): string | null {
  if (node.kind === "variable") return node.slot === null ? node.name : null;
  if (node.kind !== "select" || node.operand.type.kind === "dyn") return null;
  const operand = factPath(node.operand);
  return operand === null ? null : `${operand}.${node.field}`;
}

/** Names a fact inside of a list or map as people would: `source.columns[].type`. */
export function describeFact(node: ConditionNode): string {
  if (node.kind === "variable") return node.path;
  if (node.kind === "select" || node.kind === "has") {
    return `${describeFact(node.operand)}.${node.field}`;
  }
  if (node.kind === "index") return `${describeFact(node.operand)}[]`;
  return node.kind === "comprehension" ? describeFact(node.range) : "this";
}

/** Whether a fact's name is chosen by the data: then an inherited property must not pass for it. */
export function isInRecord(node: ConditionNode): boolean {
  if (node.kind !== "select" && node.kind !== "has") return false;
  return node.operand.type.kind !== "object" || isInRecord(node.operand);
}
