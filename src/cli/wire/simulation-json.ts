import type { SimulationReport } from "../../core/scenarios/simulation-report.ts";

/** `sluice simulate --json`. */
export function simulationJson(report: SimulationReport): unknown {
  const { scenario, seed, cycles, variants, violations } = report;
  return {
    scenario,
    seed,
    cycles,
    variants: variants.map(({ perCycle: _, ...variant }) => variant),
    violations,
  };
}
