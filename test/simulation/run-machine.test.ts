import fc from "fast-check";
import { test } from "vitest";
import { planRun } from "../../src/core/run/run-plan.ts";
import { runBlueprintOf } from "../support/run-blueprint.ts";
import { anyScene } from "./run-scene.ts";
import { RunWorld } from "./run-world.ts";

const runs = Number(process.env["SIMULATION_RUNS"] ?? 1_500);

test("whatever fails, crashes, repeats or comes late, a run keeps its promises and ends", () => {
  const dice = fc.array(fc.nat(1_000_000), { maxLength: 60 });
  fc.assert(
    fc.property(anyScene, dice, (scene, numbers) => {
      const plan = planRun(runBlueprintOf(scene.tasks, scene.batches), { pools: scene.pools });
      const world = new RunWorld(scene, plan);
      for (const number of numbers) {
        if (world.isFinished) break;
        world.step(number);
      }
      world.drain();
      world.checkTheEnd();
    }),
    { numRuns: runs },
  );
});
