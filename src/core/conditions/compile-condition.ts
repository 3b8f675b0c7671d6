import { compareText } from "../std/compare.ts";
import { type Frame, MEMORY_MAX, makeFrame, STEPS_MAX } from "./budget.ts";
import { declareScope } from "./cel-environment.ts";
import { compileNode } from "./compile-node.ts";
import type {
  Condition,
  ConditionProblem,
  ConditionScope,
  Variables,
  Verdict,
} from "./condition.ts";
import { ConditionFault, typeFault } from "./condition-fault.ts";
import {
  type ConditionNode,
  childrenOf,
  describeFact,
  factPath,
  isInRecord,
} from "./condition-node.ts";
import { isNumeric, renderType } from "./condition-type.ts";
import { parseCondition } from "./parse-condition.ts";
import { compilePath } from "./read-fact.ts";
import { resolveCondition } from "./resolve-condition.ts";
import { asCondition, isUndetermined, type Run } from "./run.ts";
import { layOutTrace, tracedNodes } from "./trace.ts";
import { BudgetExhausted } from "./value.ts";

export type CompileResult =
  | { readonly ok: true; readonly condition: Condition }
  | { readonly ok: false; readonly problem: ConditionProblem };

/*
 * The language is the Common Expression Language, of which it has:
 * - bool, int, uint, double, string, bytes, timestamp, duration, list, map; literals of all of them;
 * - `&& || ! ?:`, `== != < <= > >=`, `+ - * / %`, `in`, `[]`, `.field`, `has(…)`;
 * - `all`, `exists`, `exists_one`, `map` (with and without a filter), `filter`;
 * - conversions (`int uint double string bytes bool timestamp duration dyn`), `size`, `contains`,
 *   `startsWith`, `endsWith`, `matches`, the fields of timestamps and durations, and of the strings
 *   library `indexOf lastIndexOf substring split join trim lowerAscii upperAscii`.
 *
 * It differs on purpose: a fact that is not known is unknown, not null (three-valued logic); an int
 * beside a double counts as a double; numbers are compared exactly; a pattern is written out and
 * matched in linear time; a time zone is UTC or an offset; every evaluation has a budget.
 *
 * It does not have, and refuses as `condition-unsupported` or as unknown: protobuf messages and
 * enums, types as values, optional values, comprehensions of two variables, other extensions.
 */

/**
 * Checks a condition against the schemas of its variables, and compiles it. What is wrong with it
 * (its syntax, a misspelt fact, types that do not go together, a pattern that is no pattern, what
 * the language does not have) comes back as a problem with its place in the text.
 */
export function compileCondition(text: string, scope: ConditionScope): CompileResult {
  try {
    const root = checkCondition(text, scope);
    return { ok: true, condition: makeCondition(text, root) };
  } catch (error) {
    if (error instanceof ConditionFault) return { ok: false, problem: error.problem };
    throw error;
  }
}

function checkCondition(text: string, scope: ConditionScope): ConditionNode {
  const declared = declareScope(scope);
  const parsed = parseCondition(text, declared);
  const names = { variables: declared.types, locals: [], masked: parsed.masked };
  const root = resolveCondition(parsed.ast, names);
  if (root.type.kind !== "bool" && root.type.kind !== "dyn") {
    const message = `A condition is true or false, but this is a ${renderType(root.type)}.`;
    const fix = `Compare it with something, as in \`… ${isNumeric(root.type) ? "> 0" : "== …"}\`.`;
    throw typeFault(root, message, fix);
  }
  parsed.confirmTypes();
  return root;
}

const matched: Verdict = Object.freeze({ outcome: "matched" });
const notMatched: Verdict = Object.freeze({ outcome: "not_matched" });

function toVerdict(value: unknown): Verdict {
  if (value === true) return matched;
  if (value === false) return notMatched;
  if (isUndetermined(value)) return value.verdict;
  return { outcome: "undetermined", missing: [], error: "the condition is neither true nor false" };
}

/** Runs within the budget. One frame serves all evaluations of a condition: none runs in another. */
function decide(run: Run, frame: Frame, variables: Variables): Verdict {
  frame.variables = variables;
  frame.stepsLeft = STEPS_MAX;
  frame.memoryLeft = MEMORY_MAX;
  try {
    return toVerdict(run(frame));
  } catch (error) {
    if (!(error instanceof BudgetExhausted)) throw error;
    return { outcome: "undetermined", missing: [], error: error.message };
  }
}

const nothingKept = Object.freeze({ verdict: notMatched, values: Object.freeze([]) });

function makeCondition(text: string, root: ConditionNode): Condition {
  const frame = makeFrame();
  const run = asCondition(compileNode(root, null), root.type);
  const reads = readsOf(root);
  const facts = factReaders(root, reads);
  let traced: Run | null = null;
  return {
    text,
    root,
    reads,
    evaluate: (variables) => decide(run, frame, variables),
    evaluateWithTrace(variables) {
      const verdict = decide(run, frame, variables);
      if (verdict === notMatched) return nothingKept;
      // Of the exact length: kept by the million, spare room would be most of it.
      const values = new Array<unknown>(facts.length);
      for (let index = 0; index < facts.length; index += 1) values[index] = facts[index]?.(frame);
      return { verdict, values };
    },
    explain(variables) {
      traced ??= compileTraced(root);
      frame.cells = [];
      const verdict = decide(traced, frame, variables);
      return { verdict, trace: layOutTrace(text, root, frame.cells) };
    },
  };
}

/** Readers of facts as they are, `null` where one is not known. */
function factReaders(root: ConditionNode, reads: readonly string[]): readonly Run[] {
  const inRecords = new Set<string | null>();
  const visit = (node: ConditionNode): void => {
    if (isInRecord(node)) inRecords.add(factPath(node) ?? describeFact(node));
    childrenOf(node).forEach(visit);
  };
  visit(root);
  return reads.map((path) => compilePath(path.split("."), null, inRecords.has(path)));
}

/** Compiled when first asked for: most conditions are evaluated often and explained never. */
function compileTraced(root: ConditionNode): Run {
  const indexes = new Map(tracedNodes(root).map((node, index) => [node, index] as const));
  const observed = compileNode(root, (node, run) => {
    const index = indexes.get(node);
    if (index === undefined) return run;
    return (frame) => {
      const value = run(frame);
      frame.cells[index] = value;
      return value;
    };
  });
  const run = asCondition(observed, root.type);
  // A constant is not observed: nothing in it is worth seeing but its outcome.
  return (frame) => {
    const value = run(frame);
    frame.cells[0] = value;
    return value;
  };
}

/** The facts that a condition may read, in name order; a parent stands for what is read below it. */
function readsOf(root: ConditionNode): readonly string[] {
  const paths = new Set<string>();
  const visit = (node: ConditionNode): void => {
    const path = factPath(node);
    if (path !== null) {
      paths.add(path);
      return;
    }
    const operand = node.kind === "has" ? factPath(node.operand) : null;
    if (node.kind === "has" && operand !== null) paths.add(`${operand}.${node.field}`);
    else for (const child of childrenOf(node)) visit(child);
  };
  visit(root);
  return [...paths].sort(compareText);
}
