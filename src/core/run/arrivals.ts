import type { RunPlan } from "./run-plan.ts";

/**
 * Arrivals are numbers, so that a heap can hold them: the earlier came the smaller one, and the unit
 * is found in what is left by a division.
 */
export function arrivalNumber(plan: RunPlan, arrived: number, unit: number): number {
  return arrived * plan.units.length + unit;
}

/** The unit that arrived under a number. */
export function unitOfArrival(plan: RunPlan, arrival: number): number {
  return arrival % plan.units.length;
}
