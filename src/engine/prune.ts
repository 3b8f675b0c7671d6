import { passedSignals } from "../core/signals/passed-signals.ts";
import type { Signal } from "../core/signals/signal.ts";
import type { EpochMs } from "../core/std/time.ts";
import type { Catalog, CatalogRemoval } from "../ports/catalog.ts";
import type { StagingRemoval } from "../ports/staging.ts";
import type { Warehouse } from "../ports/warehouse.ts";
import { validProject } from "./load-project.ts";
import type { Parts } from "./parts.ts";
import { understood } from "./read-signals.ts";
import { stagedBy } from "./staged-by-run.ts";

/** What retention removed, or would remove. */
export interface PruneReport {
  /** True when nothing was removed. */
  readonly isTrial: boolean;
  readonly catalog: CatalogRemoval;
  readonly staging: StagingRemoval;
  /** Kept versions of tables. */
  readonly versions: number;
}

export interface PruneOptions {
  /** Says what would go, and removes nothing. */
  readonly isTrial?: boolean;
  readonly signal?: AbortSignal;
}

/** Runs that go at once after a run: what is left goes after the next ones. */
const runsAfterRun = 50;

const allRuns = 1_000_000;

/**
 * Removes all that is past its time, as `retention` in sluice.yaml says.
 * @throws CATALOG_LOCKED, WAREHOUSE_LOCKED when another process is at work
 */
export async function pruneProject(parts: Parts, options: PruneOptions): Promise<PruneReport> {
  const { project } = validProject(await parts.loadProject());
  const { retention } = project.settings;
  const now = parts.clock.now();
  const isTrial = options.isTrial === true;
  await using catalog = await parts.catalogs.openWriter(
    parts.catalogPath(project.settings),
    "sluice prune",
  );
  const staged = await needOfOpenRuns(catalog);
  const staging = await parts.openStaging(project).sweep({
    ...{ keep: staged.keep, done: new Set<string>(), since: now - retention.stagingMs, isTrial },
  });
  const removed = await catalog.prune({
    runsBefore: retention.runsMs === null ? 0 : now - retention.runsMs,
    runsKept: retention.runsKept,
    runsAtOnce: allRuns,
    signals: await passedPlaces(catalog, retention.runsMs === null ? 0 : now - retention.runsMs),
    ...{ objects: "all", isTrial },
  });
  let versions = 0;
  if (!isTrial && (await parts.hasWarehouse(project))) {
    await using warehouse = await parts.openWarehouse(project);
    const signal = options.signal ?? new AbortController().signal;
    versions = await pruneVersions(warehouse, retention.versions, {
      isOpen: staged.isOpen,
      signal,
    });
    await warehouse.checkpoint();
  }
  return { isTrial, catalog: removed, staging, versions };
}

/** Removes kept versions beyond a number; where a run is open, the newest of each table stays. */
async function pruneVersions(
  warehouse: Pick<Warehouse, "outputs" | "prune">,
  versions: number,
  { isOpen, signal }: { readonly isOpen: boolean; readonly signal: AbortSignal },
): Promise<number> {
  const spare = new Set(isOpen ? (await warehouse.outputs()).keys() : []);
  return await warehouse.prune({ versions, before: null, spare }, signal);
}

/** How far back runs are looked for that somebody may go on with. */
const openMax = 100;

/** Extractions that a run may go on with: of those that never ended, and of the last if it failed. */
async function needOfOpenRuns(catalog: Pick<Catalog, "runs" | "events">) {
  const keep = new Set<string>();
  let isOpen = false;
  for (const [index, run] of (await catalog.runs(openMax)).entries()) {
    const isLastOne = index === 0 && run.status !== "succeeded";
    if (run.status !== "running" && !isLastOne) continue;
    isOpen = true;
    const events = (await catalog.events(run.id)).map(({ event }) => event);
    for (const extraction of stagedBy(events).keep) keep.add(extraction);
  }
  return { keep, isOpen };
}

/** Signals that are taken, old, and without a bearing on what holds. */
async function passedPlaces(
  catalog: Pick<Catalog, "signals">,
  before: EpochMs,
): Promise<readonly number[]> {
  const stored = new Map(
    understood(await catalog.signals()).map((one) => [one.signal, one.stored] as const),
  );
  const isFree = (signal: Signal) => {
    const known = stored.get(signal);
    return known !== undefined && known.takenBy !== null && known.receivedAt < before;
  };
  return passedSignals([...stored.keys()], before, isFree).flatMap(
    (signal) => stored.get(signal)?.seq ?? [],
  );
}

/** What goes after a run, a bounded part of what may. */
export async function pruneAfterRun(
  place: {
    readonly catalog: Pick<Catalog, "prune" | "signals">;
    readonly warehouse: Pick<Warehouse, "outputs" | "prune">;
  },
  retention: {
    readonly runsMs: number | null;
    readonly runsKept: number;
    readonly versions: number;
  },
  { now, isOpen }: { readonly now: EpochMs; readonly isOpen: boolean },
): Promise<void> {
  if (retention.runsMs !== null) {
    await place.catalog.prune({
      runsBefore: now - retention.runsMs,
      runsKept: retention.runsKept,
      runsAtOnce: runsAfterRun,
      signals: await passedPlaces(place.catalog, now - retention.runsMs),
      objects: "when_worthwhile",
    });
  }
  const signal = new AbortController().signal;
  await pruneVersions(place.warehouse, retention.versions, { isOpen, signal });
}
