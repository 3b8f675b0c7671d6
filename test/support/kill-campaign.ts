import { seededRandom } from "./seeded-random.ts";
import type { ShopWorld } from "./shop-world.ts";
import { type Ended, startSluice } from "./sluice-process.ts";

/** What a campaign of kills came to. */
export interface Campaign {
  readonly kills: number;
  /** By what the process was doing, as far as it had told. */
  readonly killedAt: Readonly<Record<string, number>>;
  /** Tasks that had committed when their process was killed, and were not done again. */
  readonly recognized: number;
  /** Runs that came to their end between the kills. */
  readonly finished: number;
  /** How often the warehouse was compared with the sources. */
  readonly comparisons: number;
  /** Lost rows, doubled rows, runs that failed: none when all is well. */
  readonly violations: readonly string[];
  readonly seconds: number;
}

interface CampaignPlan {
  readonly kills: number;
  /** After so many kills the world stands still, a run is let through, and all is compared. */
  readonly killsBetween: number;
  readonly seed: number;
  readonly onProgress?: (line: string) => void;
}

/**
 * Kills a run at a random instant, lets the next go on where it stopped, and so on, while the
 * sources change all the time.
 */
export async function killCampaign(world: ShopWorld, plan: CampaignPlan): Promise<Campaign> {
  const random = seededRandom(plan.seed);
  const startedAt = performance.now();
  const killedAt: Record<string, number> = {};
  const violations: string[] = [];
  let kills = 0;
  let finished = 0;
  let comparisons = 0;
  let recognized = 0;
  const first = await runOrKill(world, null);
  violations.push(...failuresOf(first));
  let undisturbedMs = first.tookMs;
  while (kills < plan.kills) {
    for (let since = 0; since < plan.killsBetween && kills < plan.kills; ) {
      const ended = await runOrKill(world, random() * undisturbedMs);
      recognized += ended.stderr.split("was done before").length - 1;
      if (ended.signal === "SIGKILL") {
        kills += 1;
        since += 1;
        const at = stageOf(ended.stderr);
        killedAt[at] = (killedAt[at] ?? 0) + 1;
      } else {
        finished += 1;
        violations.push(...failuresOf(ended));
      }
    }
    await world.pause();
    // What was interrupted goes on first, with what it had decided; then comes what is there now.
    for (const last of [false, true]) {
      const ended = await runOrKill(world, null, last);
      undisturbedMs = (undisturbedMs * 3 + ended.tookMs) / 4;
      recognized += ended.stderr.split("was done before").length - 1;
      if (last && ended.exitCode !== 0)
        violations.push(`the run that should mend all: ${ended.stderr}`);
    }
    const differences = await world.differences();
    comparisons += 1;
    violations.push(...differences.map((one) => `after ${kills} kills: ${one}`));
    plan.onProgress?.([`${kills} kills, ${finished} runs`, ...differences].join("; "));
    await world.goOn();
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  return { kills, killedAt, recognized, finished, comparisons, violations, seconds };
}

async function runOrKill(
  { folder, env }: ShopWorld,
  killAtMs: number | null,
  isNew = false,
): Promise<Ended & { readonly tookMs: number }> {
  const args = ["run", ...(isNew ? [] : ["--resume"]), "--project", folder];
  const startedAt = performance.now();
  const run = startSluice(args, { env });
  // The instant is chance, not a wait for something: what is tested is that none is special.
  const timer =
    killAtMs === null ? undefined : setTimeout(() => run.child.kill("SIGKILL"), killAtMs);
  const ended = await run.ended;
  clearTimeout(timer);
  return { ...ended, tookMs: performance.now() - startedAt };
}

/** What a run that ended by itself may fail with while its sources change under it. */
const excused = /SOURCE_CHANGED|STAGING_STALE/;

function failuresOf({ exitCode, stdout, stderr }: Ended): readonly string[] {
  if (exitCode === 0) return [];
  const told = `${stdout}\n${stderr}`;
  const failed = told.split("\n").filter((line) => /^(failed|error) /.test(line));
  return failed.length > 0 && failed.every((line) => excused.test(line)) ? [] : [told];
}

/** What the last line that it told says of what it was doing. */
function stageOf(stderr: string): string {
  const last = stderr.trimEnd().split("\n").at(-1) ?? "";
  if (last === "") return "opening";
  if (/^probed|^resumed/.test(last)) return "looking and deciding";
  return /\.(\w+) (started|succeeded)/.exec(last)?.[1] ?? "ending";
}
