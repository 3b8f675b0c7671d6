import type { ServeEvent } from "../../engine/serve/serve-event.ts";
import { isoInstant } from "../text/quantity.ts";

/** The last line of a process that served. */
export interface StoppedEvent {
  readonly type: "Stopped";
  readonly at: number;
}

/** The JSON form of what a serving process tells: as it is, its instants as text. */
export function serveEventJson(
  event: ServeEvent | StoppedEvent,
): Readonly<Record<string, unknown>> {
  const instants = new Set(["at", "retryAt"]);
  return Object.fromEntries(
    Object.entries(event).map(([name, value]: [string, unknown]) => [
      name,
      instants.has(name) && typeof value === "number" ? isoInstant(value) : value,
    ]),
  );
}
