import { splitDoubtfulRenames } from "../core/routes/doubtful-renames.ts";
import { defaultRenameThreshold } from "../core/schema/detect-renames.ts";
import type { Drift, SchemaHistory } from "../core/schema/schema-history.ts";
import { compareText } from "../core/std/compare.ts";
import type { Hash } from "../core/std/hash.ts";
import type { CatalogReader } from "../ports/catalog.ts";
import { type DriftNotes, readDriftNotes } from "./drift-notes.ts";
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
    .flatMap((history) => history.drifts.map((drift) => reportOf(history, drift, routes)))
    .sort((left, right) => left.at - right.at || compareText(left.source, right.source));
}

/** Renames that are not sure enough to rest on are shown as what they are taken for. */
function reportOf(
  { versions }: SchemaHistory,
  { id, ...drift }: Drift,
  routes: DriftNotes["routes"],
): DriftReport {
  const versionOf = (wanted: Hash) =>
    versions.findLast(({ version }) => version.id === wanted)?.version;
  const [before, after] = [versionOf(drift.from), versionOf(drift.to)];
  const changes =
    before === undefined || after === undefined
      ? drift.changes
      : splitDoubtfulRenames(drift.changes, defaultRenameThreshold, { before, after });
  return { ...drift, changes, routes: routes.get(id) ?? [] };
}
