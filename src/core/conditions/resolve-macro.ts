import type { ASTNode } from "@marcbachmann/cel-js";
import { typeFault } from "./condition-fault.ts";
import { type ComprehensionNode, type ConditionNode, describeFact } from "./condition-node.ts";
import { boolType, type ConditionType, listOf, renderType } from "./condition-type.ts";
import { type Names, type Place, type Resolved, select } from "./resolved.ts";

interface At {
  /** Resolves an argument; handed in, because it in turn resolves macros. */
  readonly resolve: (ast: ASTNode, names: Names) => ConditionNode;
  readonly names: Names;
  readonly place: Place;
}

/** Resolves `has` and the comprehensions, whose arguments are not values; `null` for others. */
export function resolveMacro(
  name: string,
  receiver: ASTNode | null,
  args: readonly ASTNode[],
  at: At,
): Resolved | null {
  if (name === "has" && receiver === null) return resolveHas(args, at);
  const macro = macroOf(name);
  if (macro === null || receiver === null) return null;
  return resolveComprehension(macro, receiver, args, at);
}

function macroOf(name: string): ComprehensionNode["macro"] | null {
  switch (name) {
    case "all":
    case "exists":
    case "exists_one":
    case "map":
    case "filter":
      return name;
    default:
      return null;
  }
}

function resolveHas(args: readonly ASTNode[], at: At): Resolved {
  const [argument] = args;
  if (args.length !== 1 || argument === undefined || argument.op !== ".") {
    throw typeFault(at.place, "`has` takes one fact.", "Write, say, `has(source.volume.rows)`.");
  }
  const operand = at.resolve(argument.args[0], at.names);
  const field = argument.args[1];
  // For its checks: `has` of a misspelt field would silently be false for ever.
  select(operand, field, argument);
  return { kind: "has", type: boolType, operand, field };
}

function resolveComprehension(
  macro: ComprehensionNode["macro"],
  receiver: ASTNode,
  args: readonly ASTNode[],
  at: At,
): Resolved {
  const isFiltered = macro === "map" && args.length === 3;
  const [variable, first, second] = args;
  if (variable?.op !== "id" || first === undefined || (args.length !== 2 && !isFiltered)) {
    const shape = macro === "map" ? "an expression" : "a condition";
    throw typeFault(
      at.place,
      `\`${macro}\` takes a name and ${shape}.`,
      `Write \`list.${macro}(x, …)\`, with \`x\` as the name of an element.`,
    );
  }
  const range = at.resolve(receiver, at.names);
  const local = {
    name: variable.args,
    type: elementOf(range),
    path: `${describeFact(range)}[]`,
  };
  const locals = [...at.names.locals, local];
  const inner = { ...at.names, locals };
  const filter = isFiltered ? at.resolve(first, inner) : null;
  const body = isFiltered && second !== undefined ? second : first;
  const resolvedBody = at.resolve(body, inner);
  if (filter !== null) expectBool(filter, macro);
  if (macro !== "map") expectBool(resolvedBody, macro);
  return {
    kind: "comprehension",
    type: resultType(macro, elementOf(range), resolvedBody.type),
    macro,
    range,
    variable: variable.args,
    slot: at.names.locals.length,
    filter,
    body: resolvedBody,
  };
}

function elementOf(range: ConditionNode): ConditionType {
  const { type } = range;
  if (type.kind === "list") return type.element;
  if (type.kind === "map") return type.key;
  if (type.kind === "dyn") return type;
  throw typeFault(
    range,
    `A ${renderType(type)} is no list.`,
    "Go through a list, such as `source.tags`.",
  );
}

function resultType(
  macro: ComprehensionNode["macro"],
  element: ConditionType,
  body: ConditionType,
): ConditionType {
  if (macro === "map") return listOf(body);
  return macro === "filter" ? listOf(element) : boolType;
}

function expectBool(node: ConditionNode, macro: string): void {
  if (node.type.kind === "bool" || node.type.kind === "dyn") return;
  const message = `\`${macro}\` needs a condition here, but this is a ${renderType(node.type)}.`;
  throw typeFault(node, message, "Compare it with something, as in `x == …`.");
}
