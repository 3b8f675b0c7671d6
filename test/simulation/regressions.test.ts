import { expect, test } from "vitest";
import { printFailure } from "../../src/simulate/campaign/print-failure.ts";
import { planOfSeed, simulate } from "../../src/simulate/campaign/simulate-seed.ts";
import type { FaultKind } from "../../src/simulate/faults/fault.ts";

/** What went wrong elsewhere, with the faults that bring it about. */
const regressions: Readonly<Record<string, readonly FaultKind[]>> = {
  "a process killed while its work lives on has no second effect": ["zombie", "takeover"],
  "two processes at once do each thing once": ["takeover", "second-process", "slow-journal"],
  "what is told late leaves no final state": ["stray-report", "doubled-report", "late-report"],
  "a failure between data and cursor neither doubles nor loses": [
    "crash-after-commit",
    "crash-before-commit",
    "crash-after-durable",
  ],
  "a source that fails never empties a table": [
    "source-missing",
    "source-flaps",
    "connection-down",
    "half-read",
  ],
  "a full disk stops nothing for good": ["warehouse-full", "journal-full", "staging-full"],
};

test.each(Object.entries(regressions))("%s", (_, kinds) => {
  const fired = new Set<FaultKind>();
  for (let seed = 0; seed < 40; seed += 1) {
    const size = { sources: 6, models: 8 };
    const plan = planOfSeed(seed, { size, cycles: 3, rates: { perCycle: 5, kinds } });
    const result = simulate(plan);
    expect(result.failure === null ? null : printFailure(result)).toBeNull();
    for (const kind of result.fired.keys()) fired.add(kind);
  }
  expect([...fired].sort()).toEqual([...kinds].sort());
});
