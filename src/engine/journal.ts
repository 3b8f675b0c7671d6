import type { RunEvent } from "../core/run/run-event.ts";
import type { EpochMs } from "../core/std/time.ts";
import type { Catalog, StoredEvent } from "../ports/catalog.ts";

/** Where the events of one run are written down: what the host needs of a catalog. */
export interface Journal {
  /** Fulfilled when the events are durable. Calls are kept in order, also without waiting between. */
  append(events: readonly RunEvent[]): Promise<void>;
}

/**
 * A run's part of a catalog. With `RunFinished` the run's summary is closed in the same commit.
 * @param length events that the log holds already.
 */
export function journalOf(
  catalog: Pick<Catalog, "append" | "finishRun">,
  run: string,
  length: number,
): Journal {
  let next = length;
  return {
    append: async (events) => {
      const stored = events.map((event, index): StoredEvent => ({ seq: next + index, event }));
      next += events.length;
      const writes = [catalog.append(run, stored)];
      for (const event of events) {
        if (event.type !== "RunFinished") continue;
        writes.push(catalog.finishRun(run, event.status, event.at));
      }
      await Promise.all(writes);
    },
  };
}

/**
 * Closes a run whose process died and that nobody will resume: it ends as cancelled, and so does
 * what was open in it.
 * @param cause why, as the log will say it.
 */
export async function abandonRun(
  catalog: Pick<Catalog, "append" | "finishRun" | "events">,
  run: string,
  at: EpochMs,
  cause: string,
): Promise<void> {
  const events = await catalog.events(run);
  await journalOf(catalog, run, events.length).append([
    { type: "CancelRequested", at, cause },
    { type: "RunFinished", at, status: "cancelled" },
  ]);
}
