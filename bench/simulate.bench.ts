import { allFaultPairs, runCampaign } from "../src/simulate/campaign/campaign.ts";
import { printFailure } from "../src/simulate/campaign/print-failure.ts";
import { allFaultKinds } from "../src/simulate/faults/fault.ts";
import type { BenchResult } from "./bench-result.ts";

/** `SIMULATION_SEEDS=10000` runs the campaign of the guide; a few seeds show the pace. */
const seeds = Number(process.env["SIMULATION_SEEDS"] ?? 300);
const fromSeed = Number(process.env["SIMULATION_SEED"] ?? 0);
const perSecond = 10_000;

/**
 * Seeded runs of 50 sources and 100 models with all faults on and every check after every event:
 * nothing may be violated, and the pace is that of the checks too.
 */
export async function bench(): Promise<BenchResult[]> {
  const start = performance.now();
  const report = runCampaign({
    fromSeed,
    seeds,
    size: { sources: 50, models: 100 },
    cycles: 4,
    faultsPerCycle: 12,
    failuresMax: 1,
  });
  const tookMs = performance.now() - start;
  const [failing] = report.failures;
  if (failing !== undefined) throw new Error(printFailure(failing));
  const pairs = allFaultPairs();
  const wantedMs = (report.tally.tasks / perSecond) * 1_000;
  const isComplete =
    seeds < 10_000 ||
    (report.fired.size === allFaultKinds.length && report.pairs.size === pairs.length);
  return [
    {
      name: `simulate: ${report.seeds} seeds, ${report.tally.cycles} cycles, ${report.tally.tasks} tasks, ${report.tally.events} events; ${report.fired.size} of ${allFaultKinds.length} kinds of fault, ${report.pairs.size} of ${pairs.length} pairs; no violation`,
      ours: tookMs,
      theirs: wantedMs,
      ratio: tookMs / wantedMs,
      unit: "ms",
      target: `at least ${perSecond} simulated tasks a second, all checks on`,
      isMet: tookMs <= wantedMs && isComplete,
    },
  ];
}
