import { RE2JS } from "re2js";
import { spendSteps } from "./budget.ts";
import { compileEquality, compileMembership, compileOrder } from "./compile-comparison.ts";
import { compileAnd, compileNot, compileOr, compileTernary } from "./compile-logic.ts";
import type { CallNode, ConditionNode } from "./condition-node.ts";
import { type ConditionType, isSameType } from "./condition-type.ts";
import { reveal } from "./equality.ts";
import type { Overload } from "./overload.ts";
import { findOverload, overloadsOf, resultOf } from "./overloads.ts";
import { type CompileChild, isUndetermined, type Run, toDynamic, widen } from "./run.ts";
import { failure, mergeUndetermined, type Undetermined } from "./value.ts";

/** Compiles an operator or a function. */
export function compileCall(node: CallNode, compile: CompileChild): Run {
  const operands = node.target === null ? node.args : [node.target, ...node.args];
  switch (node.callee) {
    case "&&":
      return compileAnd(operands, compile);
    case "||":
      return compileOr(operands, compile);
    case "!":
      return compileNot(operands, compile);
    case "?:":
      return compileTernary(operands, node.type, compile);
    case "==":
    case "!=":
      return compileEquality(node.callee, operands, compile);
    case "<":
    case "<=":
    case ">":
    case ">=":
      return compileOrder(node.callee, operands, compile);
    case "in":
      return compileMembership(operands, compile);
    case "matches":
      return compileMatch(operands, compile);
    case "dyn":
      return compileDynamic(operands, compile);
    default:
      return compileFunction(node, operands, compile);
  }
}

function compileDynamic(operands: readonly ConditionNode[], compile: CompileChild): Run {
  const [operand] = operands;
  if (operand === undefined) return () => failure("dyn of nothing");
  return widen(compile(operand), operand.type, { kind: "dyn" });
}

function compileMatch(operands: readonly ConditionNode[], compile: CompileChild): Run {
  const [text, pattern] = operands;
  const noText = failure("`matches` of something that is no text");
  if (text === undefined || pattern?.kind !== "literal") return () => noText;
  const matcher = RE2JS.compile(String(pattern.value));
  const run = compile(text);
  return (frame) => {
    const value = run(frame);
    if (isUndetermined(value)) return value;
    const bare = reveal(text.type, value).value;
    if (typeof bare !== "string") return noText;
    spendSteps(frame, bare.length);
    return matcher.matcher(bare).find();
  };
}

function compileFunction(
  node: CallNode,
  operands: readonly ConditionNode[],
  compile: CompileChild,
): Run {
  const overloads = overloadsOf(node.callee, node.target !== null);
  const types = operands.map((operand) => operand.type);
  if (types.some((type) => type.kind === "dyn")) {
    return compileLate(
      node,
      operands.map((operand) => compile(operand)),
      types,
    );
  }
  const overload = findOverload(overloads, types);
  if (overload === null) return () => failure("no such overload");
  const runs = operands.map((operand) => {
    const run = compile(operand);
    const isListSum = node.callee === "+" && node.type.kind === "list";
    return isListSum ? widen(run, operand.type, node.type) : run;
  });
  return compileStrict(overload, runs);
}

/** Applies an overload once all of its arguments, of which there are at most three, are known. */
function compileStrict(overload: Overload, runs: readonly Run[]): Run {
  const [first, second, third] = runs;
  const { apply } = overload;
  if (first === undefined) return () => failure("no such overload");
  if (second === undefined) {
    return (frame) => {
      const a = first(frame);
      return isUndetermined(a) ? a : apply(frame, a, undefined, undefined);
    };
  }
  const last = third ?? (() => undefined);
  return (frame) => {
    const a = first(frame);
    const b = second(frame);
    const c = last(frame);
    return meet(meet(a, b), c) ?? apply(frame, a, b, c);
  };
}

/** What of two arguments is undetermined, united; `null` when both are known. */
function meet(left: unknown, right: unknown): Undetermined | null {
  if (!isUndetermined(left)) return isUndetermined(right) ? right : null;
  return isUndetermined(right) ? mergeUndetermined(left, right) : left;
}

/** Finds the overload at run time, when the types of the dynamic arguments are known. */
function compileLate(node: CallNode, runs: readonly Run[], types: readonly ConditionType[]): Run {
  const overloads = overloadsOf(node.callee, node.target !== null);
  const noOverload = failure(`no such overload of \`${node.callee}\``);
  return (frame) => {
    const values: unknown[] = [];
    const found: ConditionType[] = [];
    let missing: Undetermined | null = null;
    for (const [index, run] of runs.entries()) {
      const value = run(frame);
      if (isUndetermined(value)) {
        missing = missing === null ? value : mergeUndetermined(missing, value);
        continue;
      }
      const typed = reveal(types[index] ?? { kind: "dyn" }, value);
      values.push(typed.value);
      found.push(typed.type);
    }
    if (missing !== null) return missing;
    const overload = findOverload(overloads, found);
    if (overload === null) return noOverload;
    const result = resultOf(overload, found);
    const [first, second, third] = widenLists(values, found, result);
    const value = overload.apply(frame, first, second, third);
    if (isUndetermined(value) || isSameType(result, node.type)) return value;
    return node.type.kind === "dyn" ? toDynamic(value, result) : noOverload;
  };
}

/** Two lists of different elements are added as lists of `dyn`. */
function widenLists(
  values: readonly unknown[],
  types: readonly ConditionType[],
  result: ConditionType,
): readonly unknown[] {
  if (result.kind !== "list" || result.element.kind !== "dyn") return values;
  return values.map((value, index) => {
    const type = types[index];
    if (type?.kind !== "list" || !Array.isArray(value)) return value;
    return value.map((item: unknown) => toDynamic(item, type.element));
  });
}
