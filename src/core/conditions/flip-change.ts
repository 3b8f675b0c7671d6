import { compareText } from "../std/compare.ts";
import type { Json } from "../std/json.ts";
import { type AtomOperator, type Comparison, comparisonOf, negateOperator } from "./atom.ts";
import type { Variables } from "./condition.ts";
import { type ConditionNode, factPath } from "./condition-node.ts";
import type { ConditionType } from "./condition-type.ts";
import { evaluateNode } from "./evaluate-node.ts";
import { valueToJson } from "./render-value.ts";
import { isUndetermined } from "./run.ts";

/** One change that would turn an atomic part of a condition. */
export interface FlipChange {
  /** The fact, or the expression over facts, that would have to change. */
  readonly path: string;
  readonly operator: AtomOperator | "in" | "not in" | "known" | "unknown" | "is";
  /** What it would have to be, by the operator; `null` for `known` and `unknown`. */
  readonly bound: Json;
  /** What it is; `null` when it is not known. */
  readonly actual: Json;
  /** How far it is from there, relative to the values: 0.2 is a fifth. 1 where there is no measure. */
  readonly distance: number;
  /** As people read it: `source.freshness.lag ≤ 7200 (is 9120)`. */
  readonly text: string;
  /** A value of the fact that would do; `undefined` when the change is of no single fact. */
  readonly witness: unknown;
}

/** A sub-expression in the condition that it is part of. */
export interface Place {
  readonly text: string;
  readonly variables: Variables;
}

const symbols: Readonly<Record<string, string>> = { "<=": "≤", ">=": "≥" };

function makeChange(change: Omit<FlipChange, "text">): FlipChange {
  const actual = change.actual === null ? "unknown" : JSON.stringify(change.actual);
  const isState = change.operator === "known" || change.operator === "unknown";
  const claim = isState
    ? change.operator
    : `${symbols[change.operator] ?? change.operator} ${JSON.stringify(change.bound)}`;
  return { ...change, text: `${change.path} ${claim} (is ${actual})` };
}

/** The change that gives an atom the wanted value. An atom has no `&&`, `||`, `!` or `?:` on top. */
export function changeOfAtom(
  node: ConditionNode,
  isWanted: boolean,
  place: Place,
): readonly FlipChange[] {
  if (node.kind === "has") return [changeOfHas(node, isWanted, place)];
  const comparison = comparisonOf(node);
  if (comparison !== null) return changeOfComparison(comparison, isWanted, place);
  if (node.kind === "call" && node.callee === "in") {
    return [changeOfMembership(node.args, isWanted, place) ?? changeOfWhole(node, isWanted, place)];
  }
  return [changeOfWhole(node, isWanted, place)];
}

/** The path of a fact, else the text of the expression. */
function nameOf(node: ConditionNode, place: Place): string {
  return factPath(node) ?? place.text.slice(node.start, node.end);
}

function actualOf(node: ConditionNode, value: unknown): Json {
  return isUndetermined(value) ? null : valueToJson(value, node.type);
}

function changeOfHas(
  node: Extract<ConditionNode, { readonly kind: "has" }>,
  isWanted: boolean,
  place: Place,
): FlipChange {
  const operand = factPath(node.operand) ?? nameOf(node.operand, place);
  return makeChange({
    path: `${operand}.${node.field}`,
    operator: isWanted ? "known" : "unknown",
    bound: null,
    actual: isWanted ? null : "known",
    distance: 1,
    witness: isWanted ? undefined : null,
  });
}

/** A condition as a whole: a fact that is true or false, or a loop, a search, a match. */
function changeOfWhole(node: ConditionNode, isWanted: boolean, place: Place): FlipChange {
  const isFact = factPath(node) !== null;
  return makeChange({
    path: nameOf(node, place),
    operator: isFact ? "==" : "is",
    bound: isWanted,
    actual: actualOf(node, evaluateNode(node, place.variables)),
    distance: 1,
    witness: isFact ? isWanted : undefined,
  });
}

function changeOfComparison(
  comparison: Comparison,
  isWanted: boolean,
  place: Place,
): readonly FlipChange[] {
  const { subject, other } = comparison;
  const operator = isWanted ? comparison.operator : negateOperator(comparison.operator);
  const bound = evaluateNode(other, place.variables);
  // Without a bound nothing can be said but that the facts that it is made of must be known.
  if (isUndetermined(bound)) return bound.missing.map(changeToKnown);
  const value = evaluateNode(subject, place.variables);
  const change = makeChange({
    path: nameOf(subject, place),
    operator,
    bound: valueToJson(bound, other.type),
    actual: actualOf(subject, value),
    distance: distanceOf(value, bound),
    witness: factPath(subject) === null ? undefined : witnessOf(subject.type, operator, bound),
  });
  return [change];
}

function changeToKnown(path: string): FlipChange {
  return makeChange({
    path,
    operator: "known",
    bound: null,
    actual: null,
    distance: 2,
    witness: undefined,
  });
}

/** An unknown is farther than any known value: nobody knows how far. */
function distanceOf(value: unknown, bound: unknown): number {
  if (isUndetermined(value)) return 2;
  if (typeof value !== "number" || typeof bound !== "number") return 1;
  const difference = Math.abs(value - bound);
  const size = Math.max(Math.abs(value), Math.abs(bound));
  return size === 0 || !Number.isFinite(difference) ? 0 : Math.min(difference / size, 1);
}

/** A value that stands in the relation to the bound, as near as its type allows. */
export function witnessOf(type: ConditionType, operator: AtomOperator, bound: unknown): unknown {
  if (operator === "==" || operator === "<=" || operator === ">=") return bound;
  if (typeof bound === "number") {
    const isWhole = type.kind !== "double";
    const step = isWhole ? 1 : Math.max(Math.abs(bound) * 1e-9, 1e-9);
    if (operator === "<") return isWhole ? Math.ceil(bound) - 1 : bound - step;
    return isWhole ? Math.floor(bound) + 1 : bound + step;
  }
  if (typeof bound === "boolean") return operator === "!=" ? !bound : undefined;
  if (typeof bound !== "string") return undefined;
  if (operator === ">") return `${bound}a`;
  if (operator === "<") return bound === "" ? undefined : "";
  const values = type.kind === "string" ? type.values : null;
  if (values !== null) return values.find((value) => value !== bound);
  return `not ${bound}`;
}

function changeOfMembership(
  args: readonly ConditionNode[],
  isWanted: boolean,
  place: Place,
): FlipChange | null {
  const [item, range] = args;
  if (item === undefined || range === undefined) return null;
  const value = evaluateNode(item, place.variables);
  const members = evaluateNode(range, place.variables);
  if (!Array.isArray(members) || range.kind !== "list") return null;
  const list: readonly unknown[] = members;
  const nearest = list.toSorted((left, right) => byDistance(value, left, right))[0];
  const isFact = factPath(item) !== null;
  return makeChange({
    path: nameOf(item, place),
    operator: isWanted ? "in" : "not in",
    bound: valueToJson(members, range.type),
    actual: actualOf(item, value),
    distance: isWanted ? distanceOf(value, nearest) : 1,
    witness: isFact ? (isWanted ? nearest : outsiderOf(item.type, list)) : undefined,
  });
}

function byDistance(value: unknown, left: unknown, right: unknown): number {
  const difference = distanceOf(value, left) - distanceOf(value, right);
  return difference === 0 ? compareText(String(left), String(right)) : difference;
}

function outsiderOf(type: ConditionType, members: readonly unknown[]): unknown {
  if (type.kind === "string") {
    const values = type.values ?? [members.map(String).join("-")];
    return values.find((value) => !members.includes(value));
  }
  const numbers = members.filter((member) => typeof member === "number");
  return numbers.length === 0 ? undefined : Math.max(...numbers) + 1;
}
