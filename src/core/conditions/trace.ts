import { isConstant } from "./compile-node.ts";
import type { Condition, Trace, TraceValue, TraceValues, Variables } from "./condition.ts";
import { type ConditionNode, childrenOf, factPath } from "./condition-node.ts";
import { valueToJson } from "./render-value.ts";
import { isUndetermined } from "./run.ts";

/**
 * The sub-expressions below a node whose values a trace holds: none that is constant, a fact as
 * one whole, and of a comprehension only its range, because its body has no one value.
 */
function tracedChildren(node: ConditionNode): readonly ConditionNode[] {
  if (factPath(node) !== null) return [];
  if (node.kind === "has" && factPath(node.operand) !== null) return [];
  const children = node.kind === "comprehension" ? [node.range] : childrenOf(node);
  return children.filter((child) => !isConstant(child));
}

/** All sub-expressions of a trace, each before those below it. */
export function tracedNodes(root: ConditionNode): readonly ConditionNode[] {
  return [root, ...tracedChildren(root).flatMap(tracedNodes)];
}

/** Lays the values that a traced evaluation saw, by the index of their node, out as a tree. */
export function layOutTrace(text: string, root: ConditionNode, cells: readonly unknown[]): Trace {
  let next = 0;
  const layOut = (node: ConditionNode): Trace => {
    const value = toTraceValue(cells[next], node);
    next += 1;
    return {
      text: text.slice(node.start, node.end),
      value,
      children: tracedChildren(node).map(layOut),
    };
  };
  return layOut(root);
}

/** `undefined` was not looked at. */
function toTraceValue(value: unknown, node: ConditionNode): TraceValue {
  if (value === undefined) return { skipped: true };
  if (!isUndetermined(value)) return { known: valueToJson(value, node.type) };
  return value.error === null ? { unknown: value.missing } : { error: value.error };
}

/** Makes a whole trace of what `evaluateWithTrace` kept for the same condition. */
export function expandTrace(condition: Condition, values: TraceValues): Trace {
  return condition.explain(rebuildVariables(condition.reads, values)).trace;
}

/** Variables that hold the given facts and nothing else; a path comes after the paths above it. */
function rebuildVariables(paths: readonly string[], values: TraceValues): Variables {
  const variables = new Map<string, unknown>();
  for (const [index, path] of paths.entries()) {
    setPath(variables, path.split("."), values[index] ?? null);
  }
  return toObject(variables);
}

function setPath(parent: Map<string, unknown>, keys: readonly string[], value: unknown): void {
  const [first = "", ...rest] = keys;
  const child = parent.get(first);
  if (rest.length === 0) parent.set(first, value);
  else if (child instanceof Map) setPath(child, rest, value);
  else if (child === undefined) {
    const made = new Map<string, unknown>();
    parent.set(first, made);
    setPath(made, rest, value);
  }
  // Else the fact above is kept as a whole, and holds this one.
}

function toObject(parent: ReadonlyMap<string, unknown>): Variables {
  const entries = [...parent].map(([key, value]) => [
    key,
    value instanceof Map ? toObject(value) : value,
  ]);
  return Object.fromEntries(entries);
}
