import { BudgetExhausted } from "./value.ts";

/** Sub-expressions that one evaluation may look at, and elements or characters compared. */
export const STEPS_MAX = 500_000;
/** Elements and characters of all lists and texts that one evaluation may create. */
export const MEMORY_MAX = 100_000;
/** UTF-16 units of a condition's text. */
export const TEXT_LENGTH_MAX = 10_000;
/** Sub-expressions of one condition. */
export const NODES_MAX = 2_000;
/** How deep a condition may be nested. */
export const DEPTH_MAX = 100;

/** What one evaluation has at hand: its inputs, and what is left of its budget. */
export interface Frame {
  variables: Readonly<Record<string, unknown>>;
  /** Values of comprehensions' variables, by slot. */
  readonly locals: unknown[];
  stepsLeft: number;
  memoryLeft: number;
  /** Where a traced evaluation puts the value of each node, by its index. */
  cells: unknown[];
}

export function makeFrame(): Frame {
  return { variables: {}, locals: [], stepsLeft: 0, memoryLeft: 0, cells: [] };
}

/** Takes steps. Work in straight line is bounded by the text, so only loops and scans pay. */
export function spendSteps(frame: Frame, steps: number): void {
  frame.stepsLeft -= steps;
  if (frame.stepsLeft < 0) {
    throw new BudgetExhausted(`budget exhausted: more than ${STEPS_MAX} steps`);
  }
}

/** Takes memory for elements or characters about to be created. */
export function spendMemory(frame: Frame, amount: number): void {
  frame.memoryLeft -= amount;
  if (frame.memoryLeft < 0) {
    throw new BudgetExhausted(`budget exhausted: more than ${MEMORY_MAX} elements created`);
  }
}
