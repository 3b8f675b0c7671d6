import { type Frame, spendMemory, spendSteps } from "./budget.ts";
import { canFail } from "./can-fail.ts";
import {
  type ComprehensionNode,
  type ConditionNode,
  childrenOf,
  describeFact,
} from "./condition-node.ts";
import type { ConditionType } from "./condition-type.ts";
import { reveal } from "./equality.ts";
import { isRecord } from "./read-fact.ts";
import { asCondition, isUndetermined, type Observe, type Run, toDynamic, widen } from "./run.ts";
import { failure, mergeUndetermined, type Undetermined, unknownFact } from "./value.ts";

type Compile = (node: ConditionNode, observe: Observe) => Run;

/** A loop's parts, compiled. Each turn costs as many steps as its body has sub-expressions. */
interface Loop {
  readonly items: (frame: Frame) => readonly unknown[] | Undetermined;
  readonly slot: number;
  readonly filter: Run | null;
  readonly body: Run;
  readonly cost: number;
  readonly canBodyFail: boolean;
}

/** Compiles `all`, `exists`, `exists_one`, `map` and `filter` over a list or a map's keys. */
export function compileComprehension(
  node: ComprehensionNode,
  compile: Compile,
  observe: Observe,
): Run {
  const { body } = node;
  // A body runs many times: a trace shows the range and the outcome, not every turn.
  const bodyRun = compile(body, null);
  const loop: Loop = {
    items: compileItems(node, compile(node.range, observe)),
    slot: node.slot,
    filter: node.filter === null ? null : asCondition(compile(node.filter, null), node.filter.type),
    body: node.macro === "map" ? bodyRun : asCondition(bodyRun, body.type),
    cost: 1 + countNodes(body) + (node.filter === null ? 0 : countNodes(node.filter)),
    canBodyFail: canFail(body),
  };
  switch (node.macro) {
    case "all":
      return compileQuantifier(loop, false);
    case "exists":
      return compileQuantifier(loop, true);
    case "exists_one":
      return compileExistsOne(loop);
    case "map":
      return compileMapping({ ...loop, body: widen(loop.body, body.type, elementOf(node.type)) });
    case "filter":
      return compileFilter(loop);
  }
}

function elementOf(type: ConditionType): ConditionType {
  return type.kind === "list" ? type.element : type;
}

function countNodes(node: ConditionNode): number {
  return childrenOf(node).reduce((count, child) => count + countNodes(child), 1);
}

/** The elements to go through: `null` in a fact's list is one that is not known. */
function compileItems(node: ComprehensionNode, range: Run): Loop["items"] {
  const noRange = failure("a loop over something that is no list");
  const unknown = unknownFact(`${describeFact(node.range)}[]`);
  const isDynamic = node.range.type.kind === "dyn";
  return (frame) => {
    const value = range(frame);
    if (isUndetermined(value)) return value;
    const typed = reveal(node.range.type, value);
    const list = listItems(typed.value);
    if (list === null) return noRange;
    const { type } = typed;
    const element = type.kind === "list" ? type.element : type.kind === "map" ? type.key : type;
    if (isDynamic) return list.map((item) => toDynamic(item, element));
    if (element.kind === "null" || !list.includes(null)) return list;
    return list.map((item) => item ?? unknown);
  };
}

function listItems(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value;
  if (value instanceof Map) return [...value.keys()];
  return isRecord(value) ? Object.keys(value) : null;
}

function turn(frame: Frame, loop: Loop, item: unknown): void {
  spendSteps(frame, loop.cost);
  frame.locals[loop.slot] = item;
}

/** `all` is an `&&` over the elements and `exists` an `||`: one deciding element decides. */
function compileQuantifier(loop: Loop, deciding: boolean): Run {
  return (frame) => {
    const items = loop.items(frame);
    if (isUndetermined(items)) return items;
    let open: Undetermined | null = null;
    for (const item of items) {
      turn(frame, loop, item);
      const value = loop.body(frame);
      if (value === deciding) return deciding;
      if (isUndetermined(value)) open = open === null ? value : mergeUndetermined(open, value);
    }
    return open ?? !deciding;
  };
}

/** Two that hold decide, unless knowing more could turn an element into an error. */
function compileExistsOne(loop: Loop): Run {
  return (frame) => {
    const items = loop.items(frame);
    if (isUndetermined(items)) return items;
    let open: Undetermined | null = null;
    let count = 0;
    for (const item of items) {
      turn(frame, loop, item);
      const value = loop.body(frame);
      if (value === true) count += 1;
      if (isUndetermined(value)) open = open === null ? value : mergeUndetermined(open, value);
    }
    if (open === null) return count === 1;
    return count > 1 && open.error === null && !loop.canBodyFail ? false : open;
  };
}

function compileMapping(loop: Loop): Run {
  const { filter } = loop;
  return (frame) => {
    const items = loop.items(frame);
    if (isUndetermined(items)) return items;
    let open: Undetermined | null = null;
    const results: unknown[] = [];
    for (const item of items) {
      turn(frame, loop, item);
      const isKept = filter === null ? true : filter(frame);
      if (isKept === false) continue;
      const value = isKept === true ? loop.body(frame) : isKept;
      if (isUndetermined(value)) open = open === null ? value : mergeUndetermined(open, value);
      spendMemory(frame, 1);
      results.push(value);
    }
    return open ?? results;
  };
}

function compileFilter(loop: Loop): Run {
  return (frame) => {
    const items = loop.items(frame);
    if (isUndetermined(items)) return items;
    let open: Undetermined | null = null;
    const results: unknown[] = [];
    for (const item of items) {
      turn(frame, loop, item);
      const value = loop.body(frame);
      if (isUndetermined(value)) open = open === null ? value : mergeUndetermined(open, value);
      if (value !== true) continue;
      spendMemory(frame, 1);
      if (isUndetermined(item)) open = open === null ? item : mergeUndetermined(open, item);
      results.push(item);
    }
    return open ?? results;
  };
}
