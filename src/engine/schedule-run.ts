import type { Decided } from "../core/decide/decided.ts";
import type { RunEvent } from "../core/run/run-event.ts";
import type { Resources } from "../core/run/run-plan.ts";
import { budgetOf, parseSchedule, scheduleOf, scheduleToJson } from "../core/run/schedule.ts";
import { tableText } from "../core/schema/table-schema.ts";
import { type Hash, hashOf } from "../core/std/hash.ts";
import { OperatingError } from "../errors/operating-error.ts";
import type { Catalog, CatalogReader } from "../ports/catalog.ts";
import { readCycleNotes } from "./cycle-notes.ts";
import { rawTable } from "./task-context.ts";
import type { Workshop } from "./workshop.ts";

/** What a run is planned with, and where that is kept. */
export interface RunSchedule {
  readonly resources: Resources;
  /** `null` for a run of a version that kept none. */
  readonly id: Hash | null;
}

/** Plans a new run with what there is and what is known of its tasks, and keeps that. */
export async function writeSchedule(
  { parts, loaded, catalog }: Pick<Workshop, "parts" | "loaded"> & { readonly catalog: Catalog },
  { blueprint, input }: Decided,
): Promise<RunSchedule> {
  const { records, outputs } = await readCycleNotes(catalog);
  const budget = budgetOf(parts.capacity, loaded.project.settings.limits);
  const { profiles } = input.snapshot;
  const rowsOf = (subject: string): number | null => {
    const rows = profiles.get(subject)?.profile.volume.rows ?? null;
    const target = input.scope.models.get(subject)?.target ?? rawTable(subject);
    return rows ?? outputs.get(tableText(target))?.rows ?? null;
  };
  const resources = scheduleOf(blueprint, input.template.pools, budget, { records, rowsOf });
  const value = scheduleToJson(resources);
  const id = hashOf(value);
  await catalog.putObjects([{ id, value }]);
  return { resources, id };
}

/**
 * What a run was planned with: its log folds to the same state with that alone.
 * @param decided what the run began with
 * @throws REPLAY_IMPOSSIBLE when it is missing or damaged.
 */
export async function readSchedule(
  catalog: Pick<CatalogReader, "objects">,
  events: Iterable<RunEvent>,
  decided: Decided,
): Promise<RunSchedule> {
  for (const event of events) {
    if (event.type !== "RunStarted") continue;
    const { schedule: id } = event;
    if (id === undefined) break;
    const value = (await catalog.objects([id])).get(id);
    const resources = value === undefined ? null : parseSchedule(value);
    if (resources !== null) return { resources, id };
    throw new OperatingError("REPLAY_IMPOSSIBLE", `The schedule of the run is not stored`, {
      hint: "Start a new run.",
    });
  }
  return { resources: { pools: decided.input.template.pools }, id: null };
}
