import type { RunEvent } from "../core/run/run-event.ts";
import type { Hash } from "../core/std/hash.ts";
import { toOperatingError } from "../errors/operating-error.ts";
import { resultsOf } from "./task-results.ts";
import type { Workshop } from "./workshop.ts";

/** How long staged files are kept that no run has gone on with. */
const stagingDays = 7;

/**
 * After a checkpoint no committed load can be lost, so its staged files may go. What was extracted
 * and not loaded, wholly or in part, stays for the next run.
 */
export async function tidyUp(
  { warehouse, staging, parts, isAlone }: Workshop,
  events: readonly RunEvent[],
): Promise<void> {
  if (!isAlone()) return;
  try {
    await warehouse.checkpoint();
    const since = parts.clock.now() - stagingDays * 86_400_000;
    await staging.sweep({ ...stagedByRun(events), since });
  } catch (error) {
    // The run has ended and all of it is committed; a full disk must not turn it into a failure.
    parts.log.warn(`Could not tidy up after the run: ${toOperatingError(error).message}`);
  }
}

/** What a run extracted and did not load, and the sources of which it loaded all. */
function stagedByRun(events: readonly RunEvent[]) {
  const results = resultsOf(events);
  const keep = new Set<Hash>();
  const done = new Set<string>();
  for (const [task, { detail }] of results) {
    const extraction = detail["extraction"];
    if (typeof extraction !== "string") continue;
    const source = task.replace(/\.extract$/, "");
    if (results.has(`${source}.load`)) done.add(source);
    else keep.add(extraction);
  }
  return { keep, done };
}
