import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Project } from "../../core/project/project.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { DrillGround } from "./carry-out.ts";
import { copyProject, scratchPlaces } from "./scratch-project.ts";
import { startSluiceChild } from "./sluice-child.ts";
import { warehouseSums } from "./warehouse-sums.ts";

/**
 * Copies the project twice: as it is without a past, and after an undisturbed run, whose result is
 * what every drill is compared with.
 * @throws PROJECT_INVALID when the undisturbed run does not succeed: then a drill would show nothing
 */
export async function prepareGround(given: {
  readonly folder: string;
  readonly project: Project;
  readonly place: string;
  readonly seed: number;
}): Promise<DrillGround> {
  const { folder, project, place, seed } = given;
  const [fresh, calm] = [join(place, "fresh"), join(place, "calm")];
  for (const copy of [fresh, calm]) {
    await mkdir(copy);
    await copyProject(folder, project, copy);
  }
  const startedAt = performance.now();
  const run = await startSluiceChild(["run", "--project", calm]).ended;
  const calmMs = performance.now() - startedAt;
  if (run.exitCode !== 0) {
    throw new OperatingError(
      "PROJECT_INVALID",
      `The undisturbed run failed: ${lastLines(run.words)}`,
      {
        hint: "Make `sluice run` succeed first.",
      },
    );
  }
  const sums = await warehouseSums(join(calm, scratchPlaces.warehouse));
  return { folder, project, fresh, calm, calmMs, sums, seed };
}

function lastLines(words: string): string {
  return words.trim().split("\n").slice(-3).join(" ");
}
