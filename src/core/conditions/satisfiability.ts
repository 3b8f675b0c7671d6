import { comparisonOf, negateOperator } from "./atom.ts";
import type { Variables } from "./condition.ts";
import { type ConditionNode, childrenOf, factPath } from "./condition-node.ts";
import { evaluateNode, prepareNode, Unfinished } from "./evaluate-node.ts";
import {
  candidatesOf,
  type FactConstraint,
  unconstrained,
  withComparison,
  withKnown,
  withMembership,
} from "./fact-constraint.ts";
import { nodeKey } from "./node-key.ts";
import { isUndetermined } from "./run.ts";
import { factAt, substituteFacts } from "./substitute-facts.ts";

export type Satisfiability = "satisfiable" | "unsatisfiable" | "unknown";

/** An atom of a condition that must hold, or must not. */
interface Literal {
  readonly node: ConditionNode;
  readonly isWanted: boolean;
}

type Conjunction = readonly Literal[];

/** Beyond so many alternatives a condition is not taken apart. */
const CONJUNCTIONS_MAX = 128;
/** Combinations of facts that are tried in search of an example. */
const TRIALS_MAX = 400;

/**
 * Decides whether all of the conditions can hold at once, for some facts. `known` holds values that
 * are the same for all facts, such as `{ params: { … } }`. `unsatisfiable` is proven, from intervals,
 * equalities, memberships, and what is known; `satisfiable` is shown by an example that was
 * evaluated; anything else is `unknown`. For one condition `unsatisfiable` means that it is dead; for
 * two, that they never overlap.
 */
export function satisfiability(
  nodes: readonly ConditionNode[],
  known: Variables = {},
): Satisfiability {
  const [first, ...rest] = nodes;
  if (first === undefined) return "satisfiable";
  const conjunctions = rest.reduce<readonly Conjunction[] | null>(
    (all, node) => cross(all, alternatives(node, true)),
    alternatives(first, true),
  );
  if (conjunctions === null) return "unknown";
  const open = conjunctions
    .map((conjunction) => ({ conjunction, facts: constrain(conjunction, known) }))
    .filter(({ facts }) => facts !== null);
  if (open.length === 0) return "unsatisfiable";
  const hasExample = open.some(({ facts }) => facts !== null && findExample(nodes, facts, known));
  return hasExample ? "satisfiable" : "unknown";
}

/** The ways in which a node can have the wanted value, as alternatives of atoms; `null`: too many. */
function alternatives(node: ConditionNode, isWanted: boolean): readonly Conjunction[] | null {
  if (node.kind === "literal") return node.value === isWanted ? [[]] : [];
  const whole = [[{ node, isWanted }]];
  if (node.kind !== "call") return whole;
  const [first, second, third] = node.args;
  if (first === undefined) return whole;
  if (node.callee === "!") return alternatives(first, !isWanted);
  if (second === undefined) return whole;
  if (node.callee === "&&" || node.callee === "||") {
    const left = alternatives(first, isWanted);
    const right = alternatives(second, isWanted);
    return (node.callee === "&&") === isWanted ? cross(left, right) : union(left, right);
  }
  if (node.callee !== "?:" || third === undefined) return whole;
  // An unknown condition with branches that agree is not among these, so the whole stays possible.
  return union(
    union(
      cross(alternatives(first, true), alternatives(second, isWanted)),
      cross(alternatives(first, false), alternatives(third, isWanted)),
    ),
    whole,
  );
}

function cross(
  left: readonly Conjunction[] | null,
  right: readonly Conjunction[] | null,
): readonly Conjunction[] | null {
  if (left === null || right === null) return null;
  if (left.length * right.length > CONJUNCTIONS_MAX) return null;
  return left.flatMap((one) => right.map((other) => [...one, ...other]));
}

function union(
  left: readonly Conjunction[] | null,
  right: readonly Conjunction[] | null,
): readonly Conjunction[] | null {
  if (left === null || right === null || left.length + right.length > CONJUNCTIONS_MAX) return null;
  return [...left, ...right];
}

type Facts = ReadonlyMap<string, FactConstraint>;

/** What a conjunction asks of each fact; `null` when it contradicts itself or what is known. */
function constrain(conjunction: Conjunction, known: Variables): Facts | null {
  const wanted = new Map<string, boolean>();
  const facts = new Map<string, FactConstraint>();
  for (const literal of conjunction) {
    const key = nodeKey(literal.node);
    if ((wanted.get(key) ?? literal.isWanted) !== literal.isWanted) return null;
    wanted.set(key, literal.isWanted);
    if (isRuledOut(literal, known)) return null;
    const narrowed = constrainFact(literal, known, facts);
    if (narrowed === null) return null;
    if (narrowed !== undefined) facts.set(narrowed.path, narrowed.constraint);
  }
  return facts;
}

/** What is determined by what is known stays so whatever else is known; only `has` may change. */
function isRuledOut(literal: Literal, known: Variables): boolean {
  if (containsHas(literal.node)) return false;
  const value = evaluateNode(literal.node, known);
  // Nothing is proven by an evaluation that was given up.
  if (value instanceof Unfinished) return false;
  if (isUndetermined(value)) return value.missing.length === 0;
  return value !== literal.isWanted;
}

function containsHas(node: ConditionNode): boolean {
  return node.kind === "has" || childrenOf(node).some(containsHas);
}

interface Narrowed {
  readonly path: string;
  readonly constraint: FactConstraint;
}

/** The constraint that a literal adds; `undefined` when it says nothing about one fact, `null`: never. */
function constrainFact(
  literal: Literal,
  known: Variables,
  facts: Facts,
): Narrowed | null | undefined {
  const { node, isWanted } = literal;
  const of = (fact: ConditionNode, path: string) => facts.get(path) ?? unconstrained(fact.type);
  const done = (path: string, constraint: FactConstraint | null) =>
    constraint === null ? null : { path, constraint };
  if (node.kind === "has") {
    const operand = factPath(node.operand);
    if (operand === null || node.operand.type.kind !== "object") return undefined;
    const path = `${operand}.${node.field}`;
    const type = node.operand.type.fields.get(node.field) ?? node.type;
    if (factAt(known, path) !== null) return isWanted ? undefined : null;
    return done(path, withKnown(facts.get(path) ?? unconstrained(type), isWanted));
  }
  const fact = factPath(node);
  if (fact !== null) return done(fact, withComparison(of(node, fact), "==", isWanted));
  const comparison = comparisonOf(node);
  if (comparison !== null) {
    const path = factPath(comparison.subject);
    const value = evaluateNode(comparison.other, known);
    if (path === null || isUndetermined(value) || containsHas(comparison.other)) return undefined;
    const isEquality = comparison.operator === "==" || comparison.operator === "!=";
    // A NaN is neither below nor above anything: then the opposite of `<` is not `>=`.
    if (!isWanted && !isEquality && comparison.subject.type.kind === "double") {
      return done(path, withKnown(of(comparison.subject, path), true));
    }
    const operator = isWanted ? comparison.operator : negateOperator(comparison.operator);
    return done(path, withComparison(of(comparison.subject, path), operator, value));
  }
  if (node.kind !== "call" || node.callee !== "in") return undefined;
  const [item, range] = node.args;
  const path = item === undefined ? null : factPath(item);
  if (item === undefined || range === undefined || path === null) return undefined;
  const members = evaluateNode(range, known);
  if (!Array.isArray(members) || !isPlainList(range)) return undefined;
  return done(path, withMembership(of(item, path), members, isWanted));
}

function isPlainList(node: ConditionNode): boolean {
  const { type } = node;
  return type.kind === "list" && !["dyn", "list", "map", "object"].includes(type.element.kind);
}

/** Looks for facts under which all conditions hold, by evaluating them. Deterministic. */
function findExample(nodes: readonly ConditionNode[], facts: Facts, known: Variables): boolean {
  const literals = nodes.flatMap(literalsOf);
  const paths = [...new Map(nodes.flatMap(factsOf)).entries()].filter(
    ([path]) => factAt(known, path) === null,
  );
  const choices = paths.map(([path, node]) => ({
    path,
    values: candidatesOf(facts.get(path) ?? unconstrained(node.type), literals),
  }));
  for (const [path, constraint] of facts) {
    if (!choices.some((choice) => choice.path === path)) {
      choices.push({ path, values: candidatesOf(constraint, literals) });
    }
  }
  const evaluators = nodes.map(prepareNode);
  const combinations = choices.reduce((count, { values }) => count * Math.max(values.length, 1), 1);
  for (let trial = 0; trial < Math.min(combinations, TRIALS_MAX); trial += 1) {
    const example = substituteFacts(known, chooseFacts(choices, trial, combinations));
    let value: unknown = true;
    for (const evaluate of evaluators) {
      value = evaluate(example);
      if (value !== true) break;
    }
    if (value === true) return true;
    // Other examples would cost as much, and all together far too much.
    if (value instanceof Unfinished) return false;
  }
  return false;
}

/** The trial's combination; where there are too many to try all, they are spread over the whole. */
function chooseFacts(
  choices: readonly { readonly path: string; readonly values: readonly unknown[] }[],
  trial: number,
  combinations: number,
): ReadonlyMap<string, unknown> {
  let rest = combinations <= TRIALS_MAX ? trial : Math.floor((trial * combinations) / TRIALS_MAX);
  const facts = new Map<string, unknown>();
  for (const [index, { path, values }] of choices.entries()) {
    const count = Math.max(values.length, 1);
    const spread = combinations <= TRIALS_MAX ? 0 : trial * (index + 1);
    facts.set(path, values[(rest + spread) % count] ?? null);
    rest = Math.floor(rest / count);
  }
  return facts;
}

function literalsOf(node: ConditionNode): readonly unknown[] {
  return node.kind === "literal" ? [node.value] : childrenOf(node).flatMap(literalsOf);
}

function factsOf(node: ConditionNode): readonly (readonly [string, ConditionNode])[] {
  const path = factPath(node);
  if (path !== null) return [[path, node]];
  // What `has` asks about is among the constraints; the object around it is no fact to choose.
  if (node.kind === "has" && factPath(node.operand) !== null) return [];
  return childrenOf(node).flatMap(factsOf);
}
