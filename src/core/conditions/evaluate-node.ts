import { MEMORY_MAX, makeFrame, STEPS_MAX } from "./budget.ts";
import { compileNode } from "./compile-node.ts";
import type { Variables } from "./condition.ts";
import type { ConditionNode } from "./condition-node.ts";
import { BudgetExhausted, Undetermined } from "./value.ts";

/** What an evaluation gives that was not finished: with other facts it may come out otherwise. */
export class Unfinished extends Undetermined {
  constructor(error: string) {
    super([], error);
  }
}

/**
 * Compiles one sub-expression for analysis; every evaluation has a budget of its own, and is
 * `Unfinished` where it exceeds it.
 */
export function prepareNode(node: ConditionNode): (variables: Variables) => unknown {
  const run = compileNode(node, null);
  const frame = makeFrame();
  return (variables) => {
    frame.variables = variables;
    frame.stepsLeft = STEPS_MAX;
    frame.memoryLeft = MEMORY_MAX;
    try {
      return run(frame);
    } catch (error) {
      if (error instanceof BudgetExhausted) return new Unfinished(error.message);
      throw error;
    }
  };
}

/** The value of one sub-expression. */
export function evaluateNode(node: ConditionNode, variables: Variables): unknown {
  return prepareNode(node)(variables);
}
