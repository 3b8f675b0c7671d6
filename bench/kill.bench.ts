import { setup } from "../test/support/build-once.ts";
import { killCampaign } from "../test/support/kill-campaign.ts";
import { shopWorld } from "../test/support/shop-world.ts";
import { temporaryFolder } from "../test/support/temporary-folder.ts";
import type { BenchResult } from "./bench-result.ts";

const kills = Number(process.env["SLUICE_KILLS"] ?? 500);
const seed = 20_261_128;

/**
 * SIGKILL at random instants of runs that load tables and files by every strategy, while a writer
 * changes both all the time; every 25 kills all stands still, a run is let through, and every table
 * is compared with its source by a sum over its rows.
 */
export async function bench(): Promise<readonly BenchResult[]> {
  setup();
  using folder = temporaryFolder();
  await using world = await shopWorld(folder.path, seed);
  const onProgress = (line: string) => process.stderr.write(`${line}\n`);
  const told = await killCampaign(world, { kills, killsBetween: 25, seed, onProgress });
  for (const violation of told.violations) process.stderr.write(`${violation}\n`);
  const at = Object.entries(told.killedAt).sort(([, left], [, right]) => right - left);
  return [
    {
      name:
        `${told.kills} SIGKILLs (seed ${seed}) in ${Math.round(told.seconds)} s, ` +
        `${told.finished} runs got through, ${told.recognized} committed tasks recognized, ` +
        `${told.comparisons} comparisons; killed while ` +
        `${at.map(([stage, count]) => `${stage} ${count}`).join(", ")}`,
      ours: told.violations.length,
      theirs: told.kills,
      ratio: told.violations.length / told.kills,
      unit: "times",
      target: "no row lost, none double",
      isMet: told.violations.length === 0 && told.kills >= kills,
    },
  ];
}
