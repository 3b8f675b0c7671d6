import type { RunEvent } from "../core/run/run-event.ts";
import { toOperatingError } from "../errors/operating-error.ts";
import { forgetSignals } from "./forget-signals.ts";
import { pruneAfterRun } from "./prune.ts";
import { stagedBy } from "./staged-by-run.ts";
import type { Workshop } from "./workshop.ts";

/**
 * After a checkpoint no committed load can be lost, so its staged files may go. What was extracted
 * and not loaded, wholly or in part, stays for the next run. Then a bounded part of what is past its
 * time goes: runs, what only they led to, and versions of tables.
 */
export async function tidyUp(workshop: Workshop, events: readonly RunEvent[]): Promise<void> {
  const { warehouse, staging, catalog, parts, loaded, isAlone } = workshop;
  if (!isAlone()) return;
  const { retention } = loaded.project.settings;
  const now = parts.clock.now();
  const last = events.at(-1);
  const isOpen = !(last?.type === "RunFinished" && last.status === "succeeded");
  try {
    await warehouse.checkpoint();
    // Another run may have begun while this waited: what it relies on is told to each of them.
    if (!isAlone()) return;
    await staging.sweep({ ...stagedBy(events), since: now - retention.stagingMs });
    await forgetSignals(catalog, now);
    if (isAlone()) await pruneAfterRun({ catalog, warehouse }, retention, { now, isOpen });
  } catch (error) {
    // The run has ended and all of it is committed; a full disk must not turn it into a failure.
    parts.log.warn(`Could not tidy up after the run: ${toOperatingError(error).message}`);
  }
}
