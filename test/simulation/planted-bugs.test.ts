import { expect, test } from "vitest";
import { runCampaign } from "../../src/simulate/campaign/campaign.ts";
import { shrink } from "../../src/simulate/campaign/shrink.ts";
import { plantedBugs } from "./planted-bugs.ts";

const campaign = {
  fromSeed: 0,
  seeds: 500,
  size: { sources: 6, models: 8 },
  cycles: 3,
  faultsPerCycle: 5,
  failuresMax: 1,
};

test.each(Object.keys(plantedBugs))("the simulator finds that %s", (name) => {
  const bug = plantedBugs[name];
  if (bug === undefined) throw new Error(`no bug ${name}`);
  const report = runCampaign(campaign, bug.parts);
  const [failing] = report.failures;
  expect(bug.breaks, `after ${report.seeds} seeds`).toContain(failing?.failure?.invariant);
  if (failing === undefined) return;
  const { result } = shrink(failing, bug.parts, 30);
  expect(result.failure?.invariant).toBe(failing.failure?.invariant);
  expect(result.plan.faults.length).toBeLessThanOrEqual(failing.plan.faults.length);
});
