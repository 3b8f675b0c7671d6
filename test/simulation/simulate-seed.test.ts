import { expect, test } from "vitest";
import { runCampaign } from "../../src/simulate/campaign/campaign.ts";
import { printFailure } from "../../src/simulate/campaign/print-failure.ts";
import { planOfSeed, simulate } from "../../src/simulate/campaign/simulate-seed.ts";
import { allFaultKinds } from "../../src/simulate/faults/fault.ts";

/** The first seed; a nightly run takes others. */
const fromSeed = Number(process.env["SIMULATION_SEED"] ?? 0);
const seeds = Number(process.env["SIMULATION_SEEDS"] ?? 400);

test("whatever strikes, everything is right again when it has passed", () => {
  const campaign = {
    fromSeed,
    seeds,
    size: { sources: 8, models: 12 },
    cycles: 3,
    faultsPerCycle: 6,
    failuresMax: 1,
  };
  const { failures, fired } = runCampaign(campaign);
  expect(failures.map((failing) => printFailure(failing))).toEqual([]);
  if (seeds >= 400) expect(allFaultKinds.filter((kind) => !fired.has(kind))).toEqual([]);
});

test("a seed always gives the same simulation, line by line", () => {
  const plan = planOfSeed(7, {
    size: { sources: 8, models: 12 },
    cycles: 2,
    rates: { perCycle: 8 },
  });
  const linesOf = () => {
    const lines: string[] = [];
    const { tally } = simulate(plan, undefined, (line) => lines.push(line));
    return { lines, tally };
  };
  expect(linesOf()).toEqual(linesOf());
});
