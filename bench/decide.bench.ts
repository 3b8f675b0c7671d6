import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { decide } from "../src/core/decide/decide.ts";
import { decideAgain } from "../src/core/decide/decide-again.ts";
import type { BenchResult } from "./bench-result.ts";
import { fleetOf, nextCycle, withChange } from "./decide-fleet.ts";

const MODELS = 2_000;

/** Deciding 10,000 and 100,000 sources with 50 rules and 2,000 models: cold, again, and in memory. */
export async function bench(): Promise<readonly BenchResult[]> {
  const memory = await peakMemory();
  const small = nextCycle(decide(fleetOf(10_000, MODELS)));
  const smallMs = median(repeat(5, () => decide(small)));
  const again = againResults(small, smallMs);
  const large = nextCycle(decide(fleetOf(100_000, MODELS)));
  const largeMs = median(repeat(3, () => decide(large)));
  const growth = largeMs / smallMs;
  return [
    ...again,
    {
      name: "decide: 100,000 sources against 10,000",
      ours: largeMs,
      theirs: smallMs,
      ratio: growth,
      unit: "ms",
      target: "at most 12 × 10,000 sources",
      isMet: growth <= 12,
    },
    memory,
  ];
}

function againResults(small: ReturnType<typeof fleetOf>, coldMs: number): readonly BenchResult[] {
  const base = decide(small);
  const timed = (name: string, atMost: number | null, at: number): BenchResult => {
    const inputs = Array.from({ length: 21 }, (_, index) => withChange(small, index * 400 + 1, at));
    const ms = median(inputs.map((input) => elapsed(() => decideAgain(base, input))));
    const ratio = ms / coldMs;
    return {
      name,
      ours: ms,
      theirs: coldMs,
      ratio,
      unit: "ms",
      target: atMost === null ? "shown, without a target" : "at most 1/50 of a cold decision",
      isMet: atMost === null || ratio <= atMost,
    };
  };
  const { at } = small.snapshot;
  return [
    timed("decide again: one of 10,000 sources changed", 1 / 50, at),
    timed("decide again: one changed, and a minute passed", null, at + 60_000),
  ];
}

function elapsed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function repeat(times: number, work: () => unknown): readonly number[] {
  return Array.from({ length: times }, () => elapsed(work));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** In a process of its own: what another benchmark left behind is not ours. */
async function peakMemory(): Promise<BenchResult> {
  const script = fileURLToPath(import.meta.url).replace("decide.bench", "decide-memory");
  const { stdout } = await promisify(execFile)(process.execPath, [script]);
  const peak = Number(stdout);
  return {
    name: "decide: peak memory of 100,000 sources, two cycles",
    ours: peak,
    theirs: 2_048,
    ratio: peak / 2_048,
    unit: "MB",
    target: "at most 2 GB",
    isMet: peak <= 2_048,
  };
}
