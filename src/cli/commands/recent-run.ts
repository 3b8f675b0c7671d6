import type { SluiceProject } from "../../engine/sluice-project.ts";
import { OperatingError } from "../../errors/operating-error.ts";

const places: Readonly<Record<string, number>> = { latest: 0, previous: 1 };

/**
 * The id of the run that a word names: `latest` and `previous` count from the newest, any other
 * word is an id or the start of one.
 * @throws NOT_FOUND when there are not that many runs
 */
export async function recentRun(project: SluiceProject, word: string): Promise<string> {
  const place = Object.hasOwn(places, word) ? places[word] : undefined;
  if (place === undefined) return word;
  const run = (await project.runs(place + 1))[place];
  if (run !== undefined) return run.id;
  const detail = place === 0 ? "There is no run yet." : "There is no run before the latest.";
  throw new OperatingError("NOT_FOUND", detail, { hint: "`sluice run` starts one." });
}
