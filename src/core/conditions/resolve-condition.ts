import type { ASTNode } from "@marcbachmann/cel-js";
import { typeFault, unsupportedFault } from "./condition-fault.ts";
import type { ConditionNode, LiteralValue } from "./condition-node.ts";
import {
  boolType,
  bytesType,
  type ConditionType,
  doubleType,
  dynType,
  intType,
  joinTypes,
  listOf,
  mapOf,
  nullType,
  renderType,
  stringType,
  uintType,
} from "./condition-type.ts";
import { fitInteger } from "./int64.ts";
import { widenByParentheses } from "./mask-comments.ts";
import { resolveCall } from "./resolve-call.ts";
import { resolveMacro } from "./resolve-macro.ts";
import { didYouMean, type Names, type Place, type Resolved, select } from "./resolved.ts";

/**
 * Turns the parser's tree into Sluice's, with the static type of every node.
 * @throws ConditionFault at the first sub-expression that is not typed or not supported.
 */
export function resolveCondition(ast: ASTNode, names: Names): ConditionNode {
  const place = placeOf(ast, names);
  switch (ast.op) {
    case "value":
      return { ...place, ...literal(ast.args, place) };
    case "id":
      return { ...place, ...resolveName(ast.args, names, place) };
    case ".":
      return { ...place, ...select(resolveCondition(ast.args[0], names), ast.args[1], ast) };
    case "[]":
      return { ...place, ...resolveIndex(ast.args[0], ast.args[1], names) };
    case "list":
      return { ...place, ...resolveList(ast.args, names) };
    case "map":
      return { ...place, ...resolveMap(ast.args, names) };
    case "call":
      return { ...place, ...resolveFunction(ast.args[0], null, ast.args[1], { names, place }) };
    case "rcall": {
      const [name, receiver, args] = ast.args;
      return { ...place, ...resolveFunction(name, receiver, args, { names, place }) };
    }
    case "!_":
      return { ...place, ...resolveCall("!", null, [resolveCondition(ast.args, names)], place) };
    case "-_":
      return { ...place, ...resolveNegation(ast.args, names, place) };
    case ".?":
    case "[?]":
      throw unsupportedFault(
        place,
        "Optional access is not part of the condition language.",
        "Write `.field`: what is not known is unknown anyway.",
      );
    case "?:":
    case "&&":
    case "||":
    case "==":
    case "!=":
    case "<":
    case "<=":
    case ">":
    case ">=":
    case "in":
    case "+":
    case "-":
    case "*":
    case "/":
    case "%": {
      const args = ast.args.map((arg) => resolveCondition(arg, names));
      return { ...place, ...resolveCall(ast.op, null, args, place) };
    }
  }
}

/** The parser drops parentheses, so a node's range is made whole from its operands'. */
function placeOf(ast: ASTNode, names: Names): Place {
  const outer = (node: ASTNode) => widenByParentheses(names.masked, placeOf(node, names));
  switch (ast.op) {
    case "value":
    case "id":
    case "list":
    case "map":
    case "call":
      return { start: ast.start, end: ast.end };
    case "rcall":
      return { start: outer(ast.args[1]).start, end: ast.end };
    case "!_":
    case "-_":
      return { start: ast.start, end: outer(ast.args).end };
    case "?:":
      return { start: outer(ast.args[0]).start, end: outer(ast.args[2]).end };
    case ".":
    case ".?":
    case "[]":
    case "[?]":
      return { start: outer(ast.args[0]).start, end: ast.end };
    case "&&":
    case "||":
    case "==":
    case "!=":
    case "<":
    case "<=":
    case ">":
    case ">=":
    case "in":
    case "+":
    case "-":
    case "*":
    case "/":
    case "%":
      return { start: outer(ast.args[0]).start, end: outer(ast.args[1]).end };
  }
}

function literal(value: Extract<ASTNode, { op: "value" }>["args"], place: Place): Resolved {
  const make = (type: ConditionType, held: LiteralValue): Resolved => ({
    kind: "literal",
    type,
    value: held,
  });
  if (value instanceof Uint8Array) return make(bytesType, value);
  // The only other object among the parser's literals is its unsigned integer.
  if (typeof value === "object" && value !== null) {
    return integerLiteral(BigInt(String(value)), "uint", place);
  }
  if (typeof value === "bigint") return integerLiteral(value, "int", place);
  if (typeof value === "number") return make(doubleType, value);
  if (typeof value === "string") return make(stringType, value);
  return typeof value === "boolean" ? make(boolType, value) : make(nullType, null);
}

function integerLiteral(value: bigint, kind: "int" | "uint", place: Place): Resolved {
  const held = fitInteger(value, kind);
  if (held === null)
    throw typeFault(
      place,
      `${value} does not fit into 64 bits.`,
      "Write a smaller number, or a decimal such as `1e20`.",
    );
  return { kind: "literal", type: kind === "int" ? intType : uintType, value: held };
}

/** `-5` is one literal: only so can the least int be written. */
function resolveNegation(operand: ASTNode, names: Names, place: Place): Resolved {
  if (operand.op === "value" && typeof operand.args === "bigint") {
    return integerLiteral(-operand.args, "int", place);
  }
  if (operand.op === "value" && typeof operand.args === "number") {
    return { kind: "literal", type: doubleType, value: -operand.args };
  }
  return resolveCall("-", null, [resolveCondition(operand, names)], place);
}

function resolveName(name: string, names: Names, place: Place): Resolved {
  const slot = names.locals.findLastIndex((local) => local.name === name);
  const local = names.locals[slot];
  if (local !== undefined) return { kind: "variable", ...local, slot };
  const type = names.variables.get(name);
  if (type !== undefined) return { kind: "variable", type, name, slot: null, path: name };
  const candidates = [...names.variables.keys(), ...names.locals.map((each) => each.name)];
  throw typeFault(place, `Nothing is called \`${name}\` here.`, didYouMean(name, candidates));
}

function resolveIndex(operandAst: ASTNode, indexAst: ASTNode, names: Names): Resolved {
  const operand = resolveCondition(operandAst, names);
  const index = resolveCondition(indexAst, names);
  const { type } = operand;
  if (type.kind === "object") {
    if (index.kind === "literal" && typeof index.value === "string") {
      return select(operand, index.value, indexAst);
    }
    throw unsupportedFault(
      index,
      "A field's name must be written out: it cannot be computed.",
      "Write `.field` with the name of the field.",
    );
  }
  const isDynamic = index.type.kind === "dyn";
  if (type.kind === "list" && (index.type.kind === "int" || isDynamic)) {
    return { kind: "index", type: type.element, operand, index };
  }
  if (type.kind === "map" && (joinTypes(type.key, index.type).kind !== "dyn" || isDynamic)) {
    return { kind: "index", type: type.value, operand, index };
  }
  if (type.kind === "map" && type.key.kind === "dyn") {
    return { kind: "index", type: type.value, operand, index };
  }
  if (type.kind === "dyn") return { kind: "index", type: dynType, operand, index };
  const message = `A ${renderType(type)} cannot be indexed by a ${renderType(index.type)}.`;
  const fix =
    type.kind === "list"
      ? "Index it by a whole number, such as `[0]`."
      : type.kind === "map"
        ? "Index it by a key of its kind."
        : "Remove the brackets.";
  throw typeFault(index, message, fix);
}

function resolveList(items: readonly ASTNode[], names: Names): Resolved {
  const nodes = items.map((item) => resolveCondition(item, names));
  return { kind: "list", type: listOf(joinAll(nodes)), items: nodes };
}

function resolveMap(entries: readonly (readonly [ASTNode, ASTNode])[], names: Names): Resolved {
  const nodes = entries.map(([key, value]) => ({
    key: resolveCondition(key, names),
    value: resolveCondition(value, names),
  }));
  for (const { key } of nodes) {
    if (["double", "null", "list", "map", "object", "bytes"].includes(key.type.kind)) {
      throw typeFault(
        key,
        `A ${renderType(key.type)} cannot be a map's key.`,
        "Use a text or a whole number as the key.",
      );
    }
  }
  const key = joinAll(nodes.map((entry) => entry.key));
  return { kind: "map", type: mapOf(key, joinAll(nodes.map((e) => e.value))), entries: nodes };
}

/** Of no nodes it is `dyn`: an empty list may stand for a list of anything. */
function joinAll(nodes: readonly ConditionNode[]): ConditionType {
  return nodes.length === 0 ? dynType : nodes.map((node) => node.type).reduce(joinTypes);
}

function resolveFunction(
  name: string,
  receiver: ASTNode | null,
  args: readonly ASTNode[],
  at: { readonly names: Names; readonly place: Place },
): Resolved {
  const macro = resolveMacro(name, receiver, args, { ...at, resolve: resolveCondition });
  if (macro !== null) return macro;
  const target = receiver === null ? null : resolveTarget(receiver, name, at.names);
  const nodes = args.map((arg) => resolveCondition(arg, at.names));
  return resolveCall(name, target, nodes, at.place);
}

function resolveTarget(receiver: ASTNode, name: string, names: Names): ConditionNode {
  const isNamespace = receiver.op === "id" && !names.variables.has(receiver.args);
  const isKnown = names.locals.some((local) => local.name === receiver.args);
  if (isNamespace && !isKnown && ["cel", "math", "optional", "google"].includes(receiver.args)) {
    const message = `\`${receiver.args}.${name}\` is not part of the condition language.`;
    throw unsupportedFault(
      receiver,
      message,
      "Write it with operators and the methods of text, lists and times.",
    );
  }
  return resolveCondition(receiver, names);
}
