import { expect, test } from "vitest";
import { killCampaign } from "../support/kill-campaign.ts";
import { shopWorld } from "../support/shop-world.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const seed = 20_261_128;
const kills = 24;

test(`${kills} kills while files and tables are written to lose no row and double none (seed ${seed})`, async () => {
  using folder = temporaryFolder();
  await using world = await shopWorld(folder.path, seed);
  const campaign = await killCampaign(world, { kills, killsBetween: 10, seed });
  expect(campaign.violations).toEqual([]);
  expect(campaign.kills).toBe(kills);
}, 400_000);
