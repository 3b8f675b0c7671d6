import { compareText } from "../core/std/compare.ts";
import type { CatalogReader } from "../ports/catalog.ts";
import { readDriftNotes } from "./drift-notes.ts";
import type { DriftReport } from "./drift-report.ts";

/**
 * The steps of one source's schema, or of all, the oldest first.
 * @returns `null` when nothing is known of the source
 */
export async function readDrifts(
  catalog: CatalogReader | null,
  source: string | undefined,
): Promise<readonly DriftReport[] | null> {
  const { histories, routes } = await readDriftNotes(catalog);
  if (source !== undefined && !histories.has(source)) return null;
  return [...histories.values()]
    .filter((history) => source === undefined || history.source === source)
    .flatMap(({ drifts }) => drifts)
    .map(({ id, ...drift }) => ({ ...drift, routes: routes.get(id) ?? [] }))
    .sort((left, right) => left.at - right.at || compareText(left.source, right.source));
}
