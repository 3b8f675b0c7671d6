import { OperatingError } from "../../errors/operating-error.ts";
import type { Catalog } from "../../ports/catalog.ts";
import type { Parts } from "../parts.ts";
import type { ServeEvent } from "./serve-event.ts";
import { waitFor } from "./wait-for.ts";

/** How often a process that stands by looks whether the project is free. */
const standbyEveryMs = 500;

/**
 * Takes the right to write to a project. The operating system frees it when its holder dies, so a
 * process that stands by has it at most one look later.
 * @returns `null` when it was asked to stop before
 * @throws CATALOG_LOCKED with the holder's name, unless it stands by
 */
export async function takeProject(
  parts: Parts,
  options: {
    readonly isStandby: boolean;
    readonly signal: AbortSignal;
    readonly onEvent: (event: ServeEvent) => void;
  },
): Promise<Catalog | null> {
  const path = parts.catalogPath(await parts.readSettings());
  let isTold = false;
  while (!options.signal.aborted) {
    try {
      return await parts.catalogs.openWriter(path, "sluice serve");
    } catch (error) {
      if (!(error instanceof OperatingError) || error.code !== "CATALOG_LOCKED") throw error;
      if (!options.isStandby) throw withStandbyHint(error);
      if (!isTold) {
        options.onEvent({ type: "StandingBy", at: parts.clock.now(), holder: error.message });
      }
      isTold = true;
    }
    await waitFor(parts.clock, standbyEveryMs, options.signal);
  }
  return null;
}

function withStandbyHint(error: OperatingError): OperatingError {
  return new OperatingError("CATALOG_LOCKED", error.message, {
    hint: "One process serves a project. With --standby this one waits, and takes over when that one ends.",
    cause: error,
  });
}
