import type { Json } from "../std/json.ts";

/** A sub-expression of a condition: Sluice's own tree, independent of the parser's. */
export type ConditionNode = { readonly start: number; readonly end: number } & (
  | { readonly kind: "literal"; readonly value: Json }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "select"; readonly operand: ConditionNode; readonly field: string }
  | { readonly kind: "has"; readonly operand: ConditionNode; readonly field: string }
  | { readonly kind: "index"; readonly operand: ConditionNode; readonly index: ConditionNode }
  | {
      readonly kind: "call";
      /** An operator's symbol or a function's name. */
      readonly callee: string;
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
      /** The filter of the three-argument `map`, else `null`. */
      readonly filter: ConditionNode | null;
      readonly body: ConditionNode;
    }
);
