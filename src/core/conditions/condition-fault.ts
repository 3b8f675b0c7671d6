import type { ConditionProblem } from "./condition.ts";

/** Carries a problem out of the depths of parsing and checking; caught in `compileCondition`. */
export class ConditionFault extends Error {
  override readonly name = "ConditionFault";
  readonly problem: ConditionProblem;

  constructor(problem: ConditionProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

interface Place {
  readonly start: number;
  readonly end: number;
}

export function typeFault(place: Place, message: string, fix: string) {
  return new ConditionFault({
    code: "condition-type",
    message,
    start: place.start,
    end: place.end,
    fix,
  });
}

export function unsupportedFault(place: Place, message: string, fix: string) {
  return new ConditionFault({
    code: "condition-unsupported",
    message,
    start: place.start,
    end: place.end,
    fix,
  });
}
