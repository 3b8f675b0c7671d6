import type { SimulatedParts } from "../simulation-context.ts";
import { invariants } from "../watch/violation.ts";
import { shrink } from "./shrink.ts";
import { realParts, type SimulationResult, simulate } from "./simulate-seed.ts";

/** How many of the last lines are shown. */
const linesMax = 40;

/**
 * A failure for people: what does not hold, the shortest schedule that shows it, and its last lines.
 * The schedule is a value that `simulate` plays again.
 */
export function printFailure(failing: SimulationResult, parts: SimulatedParts = realParts): string {
  const { result, tries } = shrink(failing, parts);
  const lines: string[] = [];
  const { plan, failure } = simulate(result.plan, parts, (line) => lines.push(line));
  const meaning =
    failure === null || failure.invariant === "crash" ? "" : invariants[failure.invariant];
  return [
    `Seed ${failing.plan.seed}: ${failure?.detail ?? "it does not fail when it is traced"}`,
    meaning,
    `${plan.faults.length} of ${failing.plan.faults.length} faults are enough (after ${tries} tries):`,
    ...plan.faults.map(({ kind, cycle, nth }) => `  ${kind}, cycle ${cycle}, chance ${nth}`),
    "The last lines:",
    ...lines.slice(-linesMax).map((line) => `  ${line}`),
    `Play it again: ${JSON.stringify(plan)}`,
  ].join("\n");
}
