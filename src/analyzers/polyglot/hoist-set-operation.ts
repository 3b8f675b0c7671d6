import { fieldsOf, listOf, nodeOf, type SyntaxNode } from "./syntax-node.ts";

const setKinds = new Set(["union", "intersect", "except"]);

/** Where a whole query stands rightly: nothing below is searched. */
const queryKinds = new Set(["subquery", "select", "exists"]);

const queryFields = new Set(["query", "subquery", "from", "with"]);

/**
 * Puts right what the parser makes of `… WHERE a > (SELECT …) UNION SELECT …`: it takes the UNION
 * for a part of the condition. Its left side is then the inner query alone, while a set operation
 * inside an expression must stand in parentheses of its own.
 *
 * @returns the set operation with the SELECT as its left side; `null` where all is right.
 */
export function hoistSetOperation(select: SyntaxNode): unknown {
  const { with: ctes, ...clauses } = select.fields;
  const swallowed = findSwallowed(clauses);
  if (swallowed === null) return null;
  const { operation, first } = swallowed;
  const left = { select: fieldsOf(replaceIn(clauses, operation, first)) };
  const whole = nodeOf(replaceIn(operation, first, left));
  if (whole === null) return null;
  return { [whole.kind]: ctes === undefined ? whole.fields : { ...whole.fields, with: ctes } };
}

interface Swallowed {
  readonly operation: object;
  /** The query in parentheses at its far left. */
  readonly first: object;
}

function findSwallowed(value: unknown): Swallowed | null {
  if (Array.isArray(value)) return firstFound(value);
  const node = nodeOf(value);
  if (node !== null && setKinds.has(node.kind) && "right" in node.fields) {
    const first = farLeft(node);
    return first === null ? null : { operation: node.origin, first };
  }
  if (node !== null && queryKinds.has(node.kind)) return null;
  const fields = fieldsOf(value);
  // What is joined may be a query; what it is joined by may not.
  const isJoin = "kind" in fields && "nesting_group" in fields;
  const searched = Object.entries(fields).filter(
    ([name]) => !(queryFields.has(name) || (isJoin && name === "this")),
  );
  return firstFound(searched.map(([, inner]) => inner));
}

function firstFound(values: readonly unknown[]): Swallowed | null {
  for (const value of values) {
    const found = typeof value === "object" && value !== null ? findSwallowed(value) : null;
    if (found !== null) return found;
  }
  return null;
}

function farLeft(operation: SyntaxNode): object | null {
  let left = nodeOf(operation.fields["left"]);
  while (left !== null && setKinds.has(left.kind)) left = nodeOf(left.fields["left"]);
  return left?.kind === "subquery" ? left.origin : null;
}

function replaceIn(value: unknown, target: object, replacement: unknown): unknown {
  if (value === target) return replacement;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const items = listOf(value).map((item) => replaceIn(item, target, replacement));
    return items.every((item, at) => item === value[at]) ? value : items;
  }
  const before = Object.entries(value);
  const after = before.map(([key, inner]) => [key, replaceIn(inner, target, replacement)] as const);
  return after.every(([, inner], at) => inner === before[at]?.[1])
    ? value
    : Object.fromEntries(after);
}
