import { RE2JS } from "re2js";
import { closestName } from "../std/closest-name.ts";
import { parseInstant, parseOffsetMinutes, parseSpan } from "./calendar.ts";
import { typeFault, unsupportedFault } from "./condition-fault.ts";
import { type ConditionNode, factPath } from "./condition-node.ts";
import {
  boolType,
  type ConditionType,
  dynType,
  isComparable,
  isNumeric,
  joinTypes,
  renderType,
} from "./condition-type.ts";
import { callableNames, overloadsOf, possibleOverloads, resultOf } from "./overloads.ts";
import type { Place, Resolved } from "./resolved.ts";

/** Types an operator or function over its resolved operands. @throws ConditionFault */
export function resolveCall(
  callee: string,
  target: ConditionNode | null,
  args: readonly ConditionNode[],
  place: Place,
): Resolved {
  const operands = target === null ? args : [target, ...args];
  const type = typeOfOperator(callee, operands) ?? typeOfFunction(callee, target, args, place);
  return { kind: "call", type, callee, target, args };
}

function typeOfOperator(callee: string, args: readonly ConditionNode[]): ConditionType | null {
  const [left, right, third] = args;
  if (left === undefined) return null;
  switch (callee) {
    case "!":
    case "&&":
    case "||":
      for (const arg of args) expectBool(arg, callee);
      return boolType;
    case "?:":
      if (right === undefined || third === undefined) return null;
      expectBool(left, callee);
      return joinTypes(right.type, third.type);
    case "==":
    case "!=":
      return right === undefined ? null : typeOfEquality(left, right, callee);
    case "<":
    case "<=":
    case ">":
    case ">=":
      return right === undefined ? null : typeOfOrder(left, right, callee);
    case "in":
      return right === undefined ? null : typeOfMembership(left, right);
    default:
      return null;
  }
}

function expectBool(node: ConditionNode, callee: string): void {
  if (node.type.kind === "bool" || node.type.kind === "dyn") return;
  const name = callee === "?:" ? "`? :`" : `\`${callee}\``;
  const message = `${name} needs a condition here, but this is a ${renderType(node.type)}.`;
  const fix = `Compare it with something, as in \`… ${isNumeric(node.type) ? "> 0" : "== …"}\`.`;
  throw typeFault(node, message, fix);
}

function typeOfEquality(left: ConditionNode, right: ConditionNode, callee: string): ConditionType {
  refuseNull(left, right, callee);
  refuseNull(right, left, callee);
  if (!isComparable(left.type, right.type)) throw incomparable(left, right, callee);
  expectMember(left, right);
  expectMember(right, left);
  return boolType;
}

/** A fact is never null: it is known or unknown, and `has` asks which. */
function refuseNull(fact: ConditionNode, literal: ConditionNode, callee: string): void {
  const path = factPath(fact);
  if (path === null || literal.type.kind !== "null" || fact.type.kind === "dyn") return;
  const message = `\`${path}\` is never null; when it is not known it is unknown.`;
  const call = fact.kind === "select" ? `has(${path})` : path;
  throw typeFault(literal, message, `Write \`${callee === "==" ? "!" : ""}${call}\`.`);
}

function incomparable(left: ConditionNode, right: ConditionNode, callee: string) {
  const types = `${renderType(left.type)} and ${renderType(right.type)}`;
  const message = `\`${callee}\` cannot compare ${types}.`;
  return typeFault({ start: left.start, end: right.end }, message, conversionFix(left, right));
}

function conversionFix(left: ConditionNode, right: ConditionNode): string {
  if (left.type.kind === "string" && right.type.kind !== "string" && right.kind === "literal") {
    return `Write \`"${String(right.value)}"\` in quotes.`;
  }
  if (right.kind !== "literal" || typeof right.value !== "string") return sameTypeFix(left);
  if (isNumeric(left.type) && /^-?\d+(\.\d+)?$/.test(right.value)) {
    return `Write \`${right.value}\` without quotes.`;
  }
  if (left.type.kind === "timestamp") return `Write \`timestamp("${right.value}")\`.`;
  return left.type.kind === "duration"
    ? `Write \`duration("${right.value}")\`.`
    : sameTypeFix(left);
}

/** What would do beside the left side, by an example where there is a short one. */
function sameTypeFix({ type }: ConditionNode): string {
  const examples: Readonly<Record<string, string>> = {
    int: "1",
    uint: "1",
    double: "0.5",
    string: '"text"',
    bool: "true",
    duration: 'duration("1h")',
    timestamp: 'timestamp("2026-01-31T06:00:00Z")',
  };
  const example = examples[type.kind];
  const such = example === undefined ? "" : `, such as \`${example}\``;
  return `Compare it with a value of type ${renderType(type)}${such}.`;
}

/** An enumeration never equals a text outside of it: that comparison is a slip of the pen. */
function expectMember(enumeration: ConditionNode, other: ConditionNode): void {
  if (enumeration.type.kind !== "string" || enumeration.type.values === null) return;
  const { values } = enumeration.type;
  if (other.kind === "literal" && typeof other.value === "string") {
    if (!values.includes(other.value)) throw notAMember(other, other.value, values);
  } else if (other.type.kind === "string" && other.type.values !== null) {
    if (!other.type.values.some((value) => values.includes(value))) {
      const both = `${renderType(enumeration.type)}, and ${renderType(other.type)}`;
      throw typeFault(
        other,
        `They have no value in common: ${both}.`,
        "Compare with another fact.",
      );
    }
  }
}

function notAMember(place: Place, value: string, values: readonly string[]) {
  const near = closestName(value, values);
  const list = values.map((each) => `"${each}"`).join(", ");
  const fix = near === null ? `It is one of ${list}.` : `Did you mean \`"${near}"\`?`;
  return typeFault(place, `It is never "${value}".`, fix);
}

const ordered = new Set(["bool", "string", "bytes", "timestamp", "duration"]);

function typeOfOrder(left: ConditionNode, right: ConditionNode, callee: string): ConditionType {
  const isDynamic = left.type.kind === "dyn" || right.type.kind === "dyn";
  const isSameKind = left.type.kind === right.type.kind && ordered.has(left.type.kind);
  const areNumbers = isNumeric(left.type) && isNumeric(right.type);
  if (!isDynamic && !isSameKind && !areNumbers) throw incomparable(left, right, callee);
  return boolType;
}

function typeOfMembership(item: ConditionNode, range: ConditionNode): ConditionType {
  const { type } = range;
  if (type.kind === "list" && !isComparable(item.type, type.element)) {
    throw incomparable(item, range, "in");
  }
  if (type.kind === "map" && !isComparable(item.type, type.key)) {
    throw incomparable(item, range, "in");
  }
  if (type.kind === "object") {
    throw typeFault(range, "An object has no members.", "Ask `has(…)` for one of its fields.");
  }
  if (type.kind !== "list" && type.kind !== "map" && type.kind !== "dyn") {
    throw typeFault(
      range,
      `\`in\` needs a list, but this is a ${renderType(type)}.`,
      'Write a list, such as `["a", "b"]`, or compare with `==`.',
    );
  }
  if (range.kind === "list") for (const member of range.items) expectMember(item, member);
  return boolType;
}

function typeOfFunction(
  callee: string,
  target: ConditionNode | null,
  args: readonly ConditionNode[],
  place: Place,
): ConditionType {
  const operands = target === null ? args : [target, ...args];
  if (callee === "dyn" && target === null && args.length === 1) return dynType;
  if (callee === "matches") return typeOfMatch(operands, place);
  checkLiterals(callee, operands);
  const overloads = overloadsOf(callee, target !== null);
  const types = operands.map((operand) => operand.type);
  const possible = possibleOverloads(overloads, types);
  const results = possible.map((overload) => resultOf(overload, types));
  const [first, ...rest] = results;
  if (first === undefined) throw noOverload(callee, target !== null, operands, place);
  return rest.reduce(joinTypes, first);
}

function noOverload(
  callee: string,
  isMethod: boolean,
  operands: readonly ConditionNode[],
  place: Place,
) {
  const types = operands.map((operand) => renderType(operand.type));
  if (/^\W/.test(callee)) {
    const fix =
      callee === "+"
        ? "Convert one of them, as in `string(…)`."
        : "Use numbers, or convert one of them, as in `double(…)`.";
    return typeFault(place, `\`${callee}\` does not take ${types.join(" and ")}.`, fix);
  }
  if (["type", "optional", "getField", "proto"].includes(callee)) {
    return unsupportedFault(
      place,
      `\`${callee}\` is not part of the condition language.`,
      "Leave it out: compare facts with `==`, `<`, `in` and the like.",
    );
  }
  if (overloadsOf(callee, isMethod).length > 0) {
    return typeFault(
      place,
      `\`${callee}\` does not take (${types.join(", ")}).`,
      takesFix(callee, isMethod),
    );
  }
  const kind = isMethod ? "method" : "function";
  const near = closestName(callee, [...callableNames(isMethod), "matches"]);
  const fix =
    near === null
      ? `Known are ${[...callableNames(isMethod)].map((name) => `\`${name}\``).join(", ")}.`
      : `Did you mean \`${near}\`?`;
  return typeFault(place, `There is no ${kind} \`${callee}\`.`, fix);
}

const matchFix = 'Write, say, `source.name.matches("^raw_[0-9]+$")`.';

/** What a function takes, by its signatures; the receiver of a method is not among its arguments. */
function takesFix(callee: string, isMethod: boolean): string {
  const takes = overloadsOf(callee, isMethod).map(({ params }) =>
    isMethod
      ? `\`${params[0]}.${callee}(${params.slice(1).join(", ")})\``
      : `\`${callee}(${params.join(", ")})\``,
  );
  return `Write ${[...new Set(takes)].join(" or ")}.`;
}

function typeOfMatch(operands: readonly ConditionNode[], place: Place): ConditionType {
  const [text, pattern] = operands;
  if (text === undefined || pattern === undefined || operands.length !== 2) {
    throw typeFault(place, "`matches` takes a text and a pattern.", matchFix);
  }
  if (text.type.kind !== "string" && text.type.kind !== "dyn") {
    throw typeFault(
      text,
      `\`matches\` needs a text, but this is a ${renderType(text.type)}.`,
      "Convert it: `string(…).matches(…)`.",
    );
  }
  if (pattern.kind !== "literal" || typeof pattern.value !== "string") {
    const message = "The pattern of `matches` must be written out: it is compiled when loaded.";
    throw unsupportedFault(pattern, message, matchFix);
  }
  const fault = patternFault(pattern.value);
  if (fault !== null) {
    const fix = "Correct it: RE2 syntax, and `\\\\` before a character meant as itself.";
    throw typeFault(pattern, `The pattern is not valid: ${fault}.`, fix);
  }
  return boolType;
}

function patternFault(pattern: string): string | null {
  try {
    RE2JS.compile(pattern);
    return null;
  } catch (error) {
    // The library has no other way to say what is wrong with a pattern.
    return error instanceof Error ? error.message : String(error);
  }
}

/** Durations, timestamps and zones that are written out are checked when loaded. */
function checkLiterals(callee: string, operands: readonly ConditionNode[]): void {
  const literal = operands.at(-1);
  if (literal?.kind !== "literal" || typeof literal.value !== "string") return;
  if (callee === "duration" && parseSpan(literal.value) === null) {
    throw typeFault(literal, `"${literal.value}" is no duration.`, 'Write, say, "90s" or "1h30m".');
  }
  if (callee === "timestamp" && parseInstant(literal.value) === null) {
    const fix = 'Write, say, "2026-01-31T06:00:00Z".';
    throw typeFault(literal, `"${literal.value}" is no timestamp.`, fix);
  }
  if (/^get[A-Z]/.test(callee) && operands.length === 2) {
    if (parseOffsetMinutes(literal.value) !== null) return;
    const message = "Zones by name need zone data, which differs from machine to machine.";
    throw unsupportedFault(literal, message, 'Write "UTC" or an offset such as "+02:00".');
  }
}
