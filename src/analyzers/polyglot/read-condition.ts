import type { UseDetail } from "../../core/lineage/collect-uses.ts";
import { mergeFlows, noFlow, passThrough, type ValueFlow } from "../../core/lineage/value-flow.ts";
import type { Scope } from "./scope.ts";
import { wholeFlow } from "./scope.ts";
import { bareNode, childrenOf, listOf, literalOf, type SyntaxNode } from "./syntax-node.ts";

const connectives = new Set(["and", "or", "xor", "is_true", "is_false"]);

const equalities = new Set(["eq", "null_safe_eq"]);

/**
 * Reads a condition and gathers what it uses, with the constants that columns are compared with.
 *
 * @returns what decides it.
 */
export function readCondition(value: unknown, scope: Scope, detail: UseDetail): ValueFlow {
  const node = bareNode(value);
  if (node === null) return readLeaf(value, scope, detail);
  const { kind, fields } = node;
  if (kind === "not") return readNegation(node, scope, detail);
  if (connectives.has(kind)) {
    const inner = childrenOf(fields).map(({ origin }) => readCondition(origin, scope, detail));
    return mergeFlows(inner);
  }
  if (equalities.has(kind)) return readEquality(node, scope, detail);
  if (kind === "in") return readIn(node, scope, detail);
  if (kind === "any" || kind === "all") return readQuantified(node, scope, detail);
  return readLeaf(value, scope, detail);
}

function readLeaf(value: unknown, scope: Scope, { context, hasElse }: UseDetail): ValueFlow {
  const flow = scope.reading.flow(value, scope);
  scope.reading.uses.add(flow, { context, hasElse });
  return flow;
}

function readNegation({ fields }: SyntaxNode, scope: Scope, detail: UseDetail): ValueFlow {
  const inner = bareNode(fields["this"]);
  if (inner?.kind !== "in") return readCondition(fields["this"], scope, detail);
  return readIn({ ...inner, fields: { ...inner.fields, not: true } }, scope, detail);
}

function readEquality({ fields }: SyntaxNode, scope: Scope, detail: UseDetail): ValueFlow {
  const { left, right } = fields;
  const { context, hasElse } = detail;
  const { reading } = scope;
  const flows = [reading.flow(left, scope), reading.flow(right, scope)];
  const [leftFlow = noFlow, rightFlow = noFlow] = flows;
  reading.uses.add(leftFlow, { context, hasElse, literals: asList(literalOf(right)) });
  reading.uses.add(rightFlow, { context, hasElse, literals: asList(literalOf(left)) });
  // Tables that FROM only lists are joined by what WHERE says of both.
  if (context === "filter" && leftFlow.size > 0 && rightFlow.size > 0) {
    for (const flow of flows) reading.uses.add(flow, { context: "join" });
  }
  return mergeFlows(flows);
}

function readIn({ fields }: SyntaxNode, scope: Scope, detail: UseDetail): ValueFlow {
  const { reading } = scope;
  const isNot = fields["not"] === true;
  const members = listOf(fields["expressions"]);
  const literals = members.map(literalOf).filter((literal) => literal !== null);
  const isPlain = literals.length === members.length && fields["query"] === undefined;
  const subject = reading.flow(fields["this"], scope);
  const { context, hasElse } = detail;
  reading.uses.add(subject, { context, hasElse, literals: isPlain ? literals : undefined });
  const listed = members.map((member) => queryOrFlow(member, scope));
  const queried = fields["query"] === undefined ? noFlow : queryOrFlow(fields["query"], scope);
  const unnested = reading.flow(fields["unnest"], scope);
  const set = mergeFlows([...listed, queried, unnested]);
  const literal = literalOf(fields["this"]);
  reading.uses.add(set, { context, hasElse, literals: asList(literal) });
  if (isNot) {
    reading.uses.add(set, { context: "not_in" });
    if (set.size > 0) reading.uses.add(subject, { context: "not_in" });
  }
  return mergeFlows([subject, set]);
}

function readQuantified({ fields }: SyntaxNode, scope: Scope, detail: UseDetail): ValueFlow {
  const { context, hasElse } = detail;
  const { subquery, ...others } = fields;
  const subject = childrenOf(others).map(({ origin }) => scope.reading.flow(origin, scope));
  const set = queryOrFlow(subquery, scope);
  const flow = mergeFlows([...subject, set]);
  scope.reading.uses.add(flow, { context, hasElse });
  if (fields["op"] === "Neq") scope.reading.uses.add(flow, { context: "not_in" });
  return flow;
}

const queries = new Set(["select", "union", "intersect", "except", "values", "subquery"]);

function queryOrFlow(value: unknown, scope: Scope): ValueFlow {
  const node = bareNode(value);
  if (node === null || !queries.has(node.kind)) return scope.reading.flow(value, scope);
  return wholeFlow(scope.reading.query(node.origin, scope), scope.reading);
}

/** CASE: its conditions decide, its results flow. */
export function readCase({ fields }: SyntaxNode, scope: Scope): ValueFlow {
  const { reading } = scope;
  const hasElse = fields["else_"] !== undefined;
  const detail: UseDetail = { context: "conditional", hasElse };
  const whens = listOf(fields["whens"]).map(listOf);
  const results = [...whens.map(([, result]) => result), fields["else_"]];
  const flows = results.map((result) => reading.flow(result, scope));
  const tests = whens.map(([test]) => test);
  const deciding =
    fields["operand"] === undefined
      ? tests.map((test) => readCondition(test, scope, detail))
      : [readOperand(fields["operand"], tests, { scope, hasElse })];
  return decidedFlow(flows, deciding, hasElse);
}

interface OperandPlace {
  readonly scope: Scope;
  readonly hasElse: boolean;
}

function readOperand(
  operand: unknown,
  tests: readonly unknown[],
  { scope, hasElse }: OperandPlace,
): ValueFlow {
  const { reading } = scope;
  const literals = tests.map(literalOf).filter((literal) => literal !== null);
  const isPlain = literals.length === tests.length;
  const subject = reading.flow(operand, scope);
  const detail: UseDetail = { context: "conditional", hasElse };
  reading.uses.add(subject, { ...detail, literals: isPlain ? literals : undefined });
  const tested = mergeFlows(tests.map((test) => reading.flow(test, scope)));
  reading.uses.add(tested, detail);
  return mergeFlows([subject, tested]);
}

/** `IF(condition, a, b)`, `NVL2` and the like. */
export function readIf({ fields }: SyntaxNode, scope: Scope): ValueFlow {
  const { reading } = scope;
  const hasElse = fields["false_value"] !== undefined;
  const detail: UseDetail = { context: "conditional", hasElse };
  const deciding = readCondition(fields["condition"] ?? fields["this"], scope, detail);
  const results = [fields["true_value"], fields["false_value"]];
  const flows = results.map((result) => reading.flow(result, scope));
  return decidedFlow(flows, [deciding], hasElse);
}

/** `DECODE(a, 'x', 1, 2)` and `NULLIF(a, 'x')`: the first argument is compared with others. */
export function readDecode({ fields }: SyntaxNode, scope: Scope): ValueFlow {
  const { reading } = scope;
  const written = listOf(fields["args"]);
  const given = written.length > 0 ? written : childrenOf(fields).map(({ origin }) => origin);
  const [subject, ...others] = given;
  const literals = others.map(literalOf).filter((literal) => literal !== null);
  const first = reading.flow(subject, scope);
  const rest = mergeFlows(others.map((other) => reading.flow(other, scope)));
  const isPlain = literals.length === others.length;
  reading.uses.add(first, {
    context: "conditional",
    literals: isPlain ? literals : undefined,
    hasElse: true,
  });
  reading.uses.add(rest, { context: "conditional", hasElse: true });
  return passThrough(mergeFlows([first, rest]), "transformation");
}

function decidedFlow(
  results: readonly ValueFlow[],
  deciding: readonly ValueFlow[],
  hasElse: boolean,
): ValueFlow {
  const absorbed = hasElse ? (["type", "values"] as const) : (["type"] as const);
  return mergeFlows([
    ...results.map((flow) => passThrough(flow, "transformation")),
    ...deciding.map((flow) => passThrough(flow, "transformation", absorbed)),
  ]);
}

const asList = (literal: string | null) => (literal === null ? undefined : [literal]);
