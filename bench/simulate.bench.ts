import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import {
  allFaultPairs,
  type Campaign,
  type CampaignReport,
} from "../src/simulate/campaign/campaign.ts";
import { printFailure } from "../src/simulate/campaign/print-failure.ts";
import { allFaultKinds } from "../src/simulate/faults/fault.ts";
import type { BenchResult } from "./bench-result.ts";

/** `SIMULATION_SEEDS=10000` runs the campaign of the guide; a few seeds show the pace. */
const seeds = Number(process.env["SIMULATION_SEEDS"] ?? 300);
const fromSeed = Number(process.env["SIMULATION_SEED"] ?? 0);
const perSecond = 10_000;

/**
 * Seeded runs of 50 sources and 100 models with all faults on and every check after every event, as
 * many at once as there are cores: nothing may be violated, and the pace is that of the checks too.
 */
export async function bench(): Promise<BenchResult[]> {
  const start = performance.now();
  const reports = await Promise.all(partsOf(availableParallelism()).map(runPart));
  const tookMs = performance.now() - start;
  const [failing] = reports.flatMap(({ failures }) => failures);
  if (failing !== undefined) throw new Error(printFailure(failing));
  const sum = (of: (report: CampaignReport) => number) =>
    reports.reduce((total, report) => total + of(report), 0);
  const tasks = sum(({ tally }) => tally.tasks);
  const fired = new Set(reports.flatMap((report) => [...report.fired.keys()]));
  const struck = new Set(reports.flatMap((report) => [...report.pairs]));
  const pairs = allFaultPairs();
  const wantedMs = (tasks / perSecond) * 1_000;
  const isComplete =
    seeds < 10_000 || (fired.size === allFaultKinds.length && struck.size === pairs.length);
  const missing = pairs.filter((pair) => !struck.has(pair)).slice(0, 3);
  const left = seeds < 10_000 || missing.length === 0 ? "" : ` (not ${missing.join(", ")})`;
  return [
    {
      name: `simulate: ${seeds} seeds, ${sum(({ tally }) => tally.cycles)} cycles, ${tasks} tasks, ${sum(({ tally }) => tally.events)} events; ${fired.size} of ${allFaultKinds.length} kinds of fault, ${struck.size} of ${pairs.length} pairs${left}; no violation`,
      ours: tookMs,
      theirs: wantedMs,
      ratio: tookMs / wantedMs,
      unit: "ms",
      target: `at least ${perSecond} simulated tasks a second, all checks on`,
      isMet: tookMs <= wantedMs && isComplete,
    },
  ];
}

function partsOf(workers: number): readonly Campaign[] {
  const each = Math.ceil(seeds / workers);
  return Array.from({ length: workers }, (_, index) => ({
    fromSeed: fromSeed + index * each,
    seeds: Math.max(0, Math.min(each, seeds - index * each)),
    size: { sources: 50, models: 100 },
    cycles: 4,
    faultsPerCycle: 12,
    failuresMax: 1,
  }));
}

function runPart(campaign: Campaign): Promise<CampaignReport> {
  const script = fileURLToPath(import.meta.url).replace("simulate.bench", "simulate-worker");
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, {
      workerData: campaign,
      // What started this process does not hold for a file.
      execArgv: [],
      // Short-lived values are most of it: with room for them the collector costs half as much.
      resourceLimits: { maxYoungGenerationSizeMb: 192 },
    });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}
