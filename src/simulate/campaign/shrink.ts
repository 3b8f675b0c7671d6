import type { SimulatedParts } from "../simulation-context.ts";
import type { SimulationPlan, SimulationResult } from "./simulate-seed.ts";
import { realParts, simulate } from "./simulate-seed.ts";

/** A failing simulation made as short as it would go. */
export interface Shrunk {
  readonly result: SimulationResult;
  /** Simulations that it took. */
  readonly tries: number;
}

/**
 * Looks for the shortest schedule that fails in the same way: fewer faults, fewer cycles, fewer
 * sources and models. Delta debugging: what is left out in larger and then smaller pieces, and stays
 * out while the same invariant does not hold.
 * @param triesMax after so many simulations the shortest so far will do
 */
export function shrink(
  failing: SimulationResult,
  parts: SimulatedParts = realParts,
  triesMax = 600,
): Shrunk {
  let best = failing;
  let tries = 0;
  const fails = (plan: SimulationPlan): boolean => {
    if (tries >= triesMax) return false;
    tries += 1;
    const result = simulate(plan, parts);
    if (result.failure?.invariant !== failing.failure?.invariant) return false;
    best = result;
    return true;
  };
  for (let before = -1; before !== tries && tries < triesMax; ) {
    const [faults, without] = [best.plan.faults.length, best.plan.without.length];
    minimize(best.plan.faults, (kept) => fails({ ...best.plan, faults: kept }));
    shrinkCycles(best.plan, fails);
    minimize(subjectsOf(best.plan), (kept) => {
      const all = allSubjects(best.plan);
      const keeps = new Set(kept);
      return fails({ ...best.plan, without: all.filter((name) => !keeps.has(name)) });
    });
    const isShorter = best.plan.faults.length < faults || best.plan.without.length > without;
    before = isShorter ? -1 : tries;
  }
  return { result: best, tries };
}

/** Fewer cycles, as long as one is enough. */
function shrinkCycles(plan: SimulationPlan, fails: (plan: SimulationPlan) => boolean): void {
  for (let cycles = 1; cycles < plan.cycles; cycles += 1) {
    const faults = plan.faults.filter(({ cycle }) => cycle < cycles);
    if (fails({ ...plan, cycles, faults })) return;
  }
}

function subjectsOf(plan: SimulationPlan): readonly string[] {
  const without = new Set(plan.without);
  return allSubjects(plan).filter((name) => !without.has(name));
}

function allSubjects({ size }: SimulationPlan): readonly string[] {
  const named = (kind: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${kind}${String(index).padStart(3, "0")}`);
  return [...named("m", size.models), ...named("s", size.sources)];
}

/** Leaves pieces out, halving them when none can go. */
function minimize<T>(items: readonly T[], fails: (kept: readonly T[]) => boolean): void {
  let kept = items;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < kept.length; ) {
      const rest = [...kept.slice(0, start), ...kept.slice(start + size)];
      if (fails(rest)) kept = rest;
      else start += size;
    }
  }
}
