import { makeFrame, spendMemory } from "./budget.ts";
import { compileCall } from "./compile-call.ts";
import { compileComprehension } from "./compile-comprehension.ts";
import {
  type ConditionNode,
  childrenOf,
  describeFact,
  factPath,
  isInRecord,
} from "./condition-node.ts";
import type { ConditionType } from "./condition-type.ts";
import { mapKey } from "./equality.ts";
import { admitFact, compilePath, holdsDynamic, isRecord } from "./read-fact.ts";
import {
  type CompileChild,
  isUndetermined,
  type Observe,
  type Run,
  toDynamic,
  widen,
} from "./run.ts";
import { Dynamic, failure, unknownFact } from "./value.ts";

/** Compiles a checked node to a closure. What is constant is computed once, here. */
export function compileNode(node: ConditionNode, observe: Observe): Run {
  if (isConstant(node)) return compileConstant(node);
  const run = compileKind(node, observe);
  return observe === null ? run : observe(node, run);
}

function compileBelow(observe: Observe): CompileChild {
  const compile = (child: ConditionNode) => compileNode(child, observe);
  return Object.assign(compile, { canFuse: observe === null });
}

/** Whether a node reads no variable. */
export function isConstant(node: ConditionNode): boolean {
  return node.kind !== "variable" && childrenOf(node).every(isConstant);
}

function compileConstant(node: ConditionNode): Run {
  if (node.kind === "literal") {
    const { value } = node;
    return () => value;
  }
  const run = compileKind(node, null);
  if (!isFoldable(node)) return run;
  const frame = makeFrame();
  frame.stepsLeft = 1_000;
  frame.memoryLeft = 1_000;
  try {
    const value = run(frame);
    return () => value;
  } catch {
    // Too large for a constant: it is evaluated within the budget, and fails there if it must.
    return run;
  }
}

/** Loops, lists and maps are left to the evaluation, which has a budget for them. */
function isFoldable(node: ConditionNode): boolean {
  return node.kind === "literal" || (node.kind === "call" && childrenOf(node).every(isFoldable));
}

function compileKind(node: ConditionNode, observe: Observe): Run {
  const path = factPath(node);
  if (path !== null) return compileFact(path, node);
  switch (node.kind) {
    case "literal":
    case "variable":
      return compileLocal(node);
    case "select":
      return compileSelect(node, observe);
    case "has":
      return compileHas(node, observe);
    case "index":
      return compileIndex(node, observe);
    case "call":
      return compileCall(node, compileBelow(observe));
    case "list":
      return compileList(node, observe);
    case "map":
      return compileMap(node, observe);
    case "comprehension":
      return compileComprehension(node, compileNode, observe);
  }
}

function compileFact(path: string, node: ConditionNode): Run {
  const { type } = node;
  const unknown = unknownFact(path);
  const read = compilePath(path.split("."), unknown, isInRecord(node));
  if (type.kind === "timestamp" || type.kind === "duration") {
    return (frame) => {
      const value = read(frame);
      // Infinity is no instant; nothing about it is known.
      return typeof value === "number" && !Number.isFinite(value) ? unknown : value;
    };
  }
  if (!holdsDynamic(type)) return read;
  return (frame) => {
    const value = read(frame);
    return value === unknown ? value : (admitFact(type, value) ?? unknown);
  };
}

function compileLocal(node: ConditionNode): Run {
  if (node.kind !== "variable") return () => null;
  const slot = node.slot ?? 0;
  return (frame) => frame.locals[slot];
}

function compileSelect(
  node: Extract<ConditionNode, { readonly kind: "select" }>,
  observe: Observe,
): Run {
  const { field } = node;
  const operand = compileNode(node.operand, observe);
  const read = compileLookup(node.operand.type, node.type, describeFact(node));
  return (frame) => {
    const object = operand(frame);
    return isUndetermined(object) ? object : read(object, field);
  };
}

/** How a field or key is read from values of a type: absent is unknown in facts, else an error. */
function compileLookup(
  container: ConditionType,
  result: ConditionType,
  path: string,
): (object: unknown, key: unknown) => unknown {
  const unknown = unknownFact(path);
  const noKey = failure("no such key");
  const isDynamic = result.kind === "dyn";
  return (object, key) => {
    const held = object instanceof Dynamic ? object : null;
    const type = held === null ? container : held.type;
    const bare = held === null ? object : held.value;
    const bareKey = mapKey(key);
    if (bare instanceof Map) {
      if (!bare.has(bareKey)) return noKey;
      const value: unknown = bare.get(bareKey);
      const valueType = type.kind === "map" ? type.value : result;
      if (value === undefined) return unknown;
      return isDynamic ? toDynamic(value, valueType) : value;
    }
    if (typeof bareKey !== "string" || !isRecord(bare) || Array.isArray(bare)) return noKey;
    return Object.hasOwn(bare, bareKey) ? (bare[bareKey] ?? unknown) : unknown;
  };
}

function compileHas(node: Extract<ConditionNode, { readonly kind: "has" }>, observe: Observe): Run {
  const { field } = node;
  const path = factPath(node.operand);
  if (path !== null && node.operand.type.kind !== "dyn") {
    const keys = [...path.split("."), field];
    const read = compilePath(keys, unknownFact(path), isInRecord(node));
    return (frame) => !isUndetermined(read(frame));
  }
  const operand = compileNode(node.operand, path === null ? observe : null);
  return (frame) => {
    const object = operand(frame);
    // Nothing is known of what is in an unknown, so it is not there; an error stays an error.
    if (isUndetermined(object)) return object.error === null ? false : object;
    const bare = object instanceof Dynamic ? object.value : object;
    if (bare instanceof Map) return bare.has(field);
    if (!isRecord(bare) || Array.isArray(bare)) return failure("no such field");
    return Object.hasOwn(bare, field) && bare[field] !== null && bare[field] !== undefined;
  };
}

function compileIndex(
  node: Extract<ConditionNode, { readonly kind: "index" }>,
  observe: Observe,
): Run {
  const operand = compileNode(node.operand, observe);
  const index = compileNode(node.index, observe);
  const path = describeFact(node);
  const lookup = compileLookup(node.operand.type, node.type, path);
  const unknown = unknownFact(path);
  const outOfBounds = failure("index out of bounds");
  const isDynamic = node.type.kind === "dyn";
  return (frame) => {
    const object = operand(frame);
    if (isUndetermined(object)) return object;
    const key = index(frame);
    if (isUndetermined(key)) return key;
    const list = object instanceof Dynamic ? object.value : object;
    if (!Array.isArray(list)) return lookup(object, key);
    const position = mapKey(key);
    if (typeof position !== "number" || !Number.isInteger(position)) return outOfBounds;
    if (position < 0 || position >= list.length) return outOfBounds;
    const item: unknown = list[position];
    if (item === null && node.type.kind !== "null") return unknown;
    return isDynamic ? toDynamic(item, elementType(object, node.operand.type)) : item;
  };
}

function elementType(object: unknown, type: ConditionType): ConditionType {
  const held = object instanceof Dynamic ? object.type : type;
  return held.kind === "list" ? held.element : held;
}

function compileList(
  node: Extract<ConditionNode, { readonly kind: "list" }>,
  observe: Observe,
): Run {
  const element = node.type.kind === "list" ? node.type.element : node.type;
  const items = node.items.map((item) => widen(compileNode(item, observe), item.type, element));
  return (frame) => {
    spendMemory(frame, items.length);
    const list: unknown[] = [];
    for (const item of items) {
      const value = item(frame);
      if (isUndetermined(value)) return value;
      list.push(value);
    }
    return list;
  };
}

function compileMap(node: Extract<ConditionNode, { readonly kind: "map" }>, observe: Observe): Run {
  const type = node.type.kind === "map" ? node.type.value : node.type;
  const duplicate = failure("duplicate key in a map");
  const noKey = failure("a value that cannot be a map's key");
  const entries = node.entries.map(({ key, value }) => ({
    key: compileNode(key, observe),
    value: widen(compileNode(value, observe), value.type, type),
  }));
  return (frame) => {
    spendMemory(frame, entries.length);
    const map = new Map<unknown, unknown>();
    for (const entry of entries) {
      const key = entry.key(frame);
      if (isUndetermined(key)) return key;
      const value = entry.value(frame);
      if (isUndetermined(value)) return value;
      const bare = mapKey(key);
      if (typeof bare === "object") return noKey;
      if (map.has(bare)) return duplicate;
      map.set(bare, value);
    }
    return map;
  };
}
