import type { ASTNode } from "@marcbachmann/cel-js";
import { closestName } from "../std/closest-name.ts";
import { typeFault } from "./condition-fault.ts";
import { type ConditionNode, describeFact } from "./condition-node.ts";
import { type ConditionType, dynType, renderType } from "./condition-type.ts";

/** What names mean at one place of a condition. */
export interface Names {
  readonly variables: ReadonlyMap<string, ConditionType>;
  /** Variables of the comprehensions around, the innermost last. */
  readonly locals: readonly {
    readonly name: string;
    readonly type: ConditionType;
    readonly path: string;
  }[];
  /** The text without comments, for finding parentheses. */
  readonly masked: string;
}

export interface Place {
  readonly start: number;
  readonly end: number;
}

/** A node without its place; each kind of the union on its own. */
type WithoutPlace<T> = T extends unknown ? Omit<T, "start" | "end"> : never;
export type Resolved = WithoutPlace<ConditionNode>;

/** A suggestion to write a near name instead, else the list of all. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  const near = closestName(name, candidates);
  if (near !== null) return `Did you mean \`${near}\`?`;
  if (candidates.length === 0) return "Nothing has a name here: write the value itself.";
  return `Known here: ${candidates.map((each) => `\`${each}\``).join(", ")}.`;
}

/** @throws ConditionFault when the operand's type has no such field. */
export function select(operand: ConditionNode, field: string, ast: ASTNode): Resolved {
  const type = fieldType(operand.type, field);
  if (type !== null) return { kind: "select", type, operand, field };
  const place = { start: ast.pos, end: ast.end };
  const fields = operand.type.kind === "object" ? [...operand.type.fields.keys()] : [];
  if (operand.type.kind === "object") {
    throw typeFault(
      place,
      `\`${describeFact(operand)}\` has no field \`${field}\`.`,
      didYouMean(field, fields),
    );
  }
  throw typeFault(
    place,
    `A value of type ${renderType(operand.type)} has no fields.`,
    "Remove the dot and what follows it.",
  );
}

function fieldType(type: ConditionType, field: string): ConditionType | null {
  if (type.kind === "object") return type.fields.get(field) ?? null;
  if (type.kind === "map") return type.value;
  return type.kind === "dyn" ? dynType : null;
}
