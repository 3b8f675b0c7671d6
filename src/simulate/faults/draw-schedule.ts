import { Dice } from "../time/dice.ts";
import type { ScopeSize } from "../world/generate-scope.ts";
import { allFaultKinds, type Fault, type FaultKind, type FaultSite, faultKinds } from "./fault.ts";

/** What faults to draw. */
export interface FaultRates {
  /** Mean number of faults in a cycle. */
  readonly perCycle: number;
  /** Cycles that have faults, from the first. */
  readonly cycles: number;
  /** The kinds to draw from; all of them when it is not given. */
  readonly kinds?: readonly FaultKind[] | undefined;
}

/** Draws a schedule: the same seed, size and rates give the same one. */
export function drawSchedule(seed: number, size: ScopeSize, rates: FaultRates): readonly Fault[] {
  const dice = new Dice(seed, "faults");
  const kinds = rates.kinds ?? allFaultKinds;
  const urn = kinds.flatMap((kind) => Array.from({ length: faultKinds[kind].weight }, () => kind));
  const schedule: Fault[] = [];
  for (let cycle = 0; cycle < rates.cycles; cycle += 1) {
    const count = urn.length === 0 ? 0 : dice.between(0, 2 * rates.perCycle + 1);
    for (let drawn = 0; drawn < count; drawn += 1) {
      const kind = dice.pick(urn);
      const chances = chancesOf(faultKinds[kind].site, size, cycle);
      schedule.push({ kind, cycle, nth: dice.between(0, chances), size: dice.next() });
    }
  }
  return schedule;
}

/** About how many chances a site has in a cycle: all tasks run in the first, and about half later. */
function chancesOf(site: FaultSite, { sources, models }: ScopeSize, cycle: number): number {
  const share = cycle === 0 ? 1 : 0.4;
  const effects = Math.ceil(share * (2 * sources + models));
  const attempts = Math.ceil(share * (3 * sources + 2 * models));
  switch (site) {
    case "cycle":
    case "timer":
    case "signal":
      return 2;
    case "phase":
      return 6;
    case "commit":
      return effects;
    case "attempt":
    case "report":
      return attempts;
    case "turn":
    case "durable":
      return 2 * attempts;
  }
}
