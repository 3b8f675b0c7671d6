import type {
  SimulationReport,
  VariantReport,
} from "../../src/core/scenarios/simulation-report.ts";

/** A comparison as people see it: decided each cycle, against the fixed graph. */
export function lateOrders(): SimulationReport {
  return {
    scenario: "late_orders",
    seed: 1,
    cycles: 14,
    variants: [
      variant("current", {
        tasksRun: 96,
        computeMs: 412_000,
        latencyMs: { 0: { p50: 95_000, p95: 1_800_000 }, 2: { p50: 1_900_000, p95: 5_400_000 } },
        slaMisses: 1,
        failures: 3,
        failuresContained: 3,
      }),
      variant("static", {
        tasksRun: 182,
        computeMs: 905_000,
        latencyMs: {
          0: { p50: 2_000_000, p95: 86_000_000 },
          2: { p50: 2_100_000, p95: 90_000_000 },
        },
        slaMisses: 4,
        badRowsServed: 1_240,
        failures: 3,
        failuresContained: 0,
      }),
    ],
    violations: [],
  };
}

function variant(name: string, figures: Partial<VariantReport>): VariantReport {
  return {
    ...{ name, tasksRun: 0, computeMs: 0, latencyMs: {}, slaMisses: 0, badRowsServed: 0 },
    ...{ failures: 0, failuresContained: 0 },
    perCycle: [8, 6, 4, 9].map((tasksRun) => ({ tasksRun, computeMs: 1_000, failures: 0 })),
    ...figures,
  };
}
