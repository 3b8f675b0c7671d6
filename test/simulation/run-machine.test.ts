import fc from "fast-check";
import { test } from "vitest";
import { anyScene } from "./run-scene.ts";
import { RunWorld } from "./run-world.ts";

const runs = Number(process.env["SIMULATION_RUNS"] ?? 800);

test("whatever fails, crashes, repeats, comes late or is decided again, a run keeps its promises and ends", () => {
  const dice = fc.array(fc.nat(1_000_000), { maxLength: 60 });
  const reused = fc.array(fc.nat(), { maxLength: 2 });
  fc.assert(
    fc.property(anyScene, reused, dice, (scene, done, numbers) => {
      const world = new RunWorld(scene, done);
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
