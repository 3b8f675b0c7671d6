import type { Decided } from "../core/decide/decided.ts";
import { type DiffReport, diffBlueprints } from "../core/decide/diff-blueprints.ts";
import type { CatalogReader, RunSummary } from "../ports/catalog.ts";
import { decisionsOfRun } from "./decision-store.ts";
import { namedRun } from "./named-run.ts";
import { notFound } from "./not-found.ts";

/** How far back a blueprint is looked for among the runs that had it. */
const runsMax = 1_000;

/** What differs between two runs, or between the blueprints that two runs had. */
export async function diffDecisions(
  catalog: CatalogReader | null,
  from: string,
  to: string,
): Promise<DiffReport> {
  return diffBlueprints(await decidedBy(catalog, from), await decidedBy(catalog, to));
}

/**
 * The decision behind a run's or blueprint's id, or a prefix of one that is long enough; of a run
 * the one that it ended with, or where `@0`, `@1` and so on follow, the first one and its revisions.
 */
async function decidedBy(catalog: CatalogReader | null, id: string): Promise<Decided> {
  const [name = id, revision] = id.split("@", 2);
  const runs = (await catalog?.runs(runsMax)) ?? [];
  const run =
    (catalog === null ? null : await namedRun(catalog, name)) ??
    runs.find(({ blueprint }) => isPrefix(id, blueprint)) ??
    null;
  if (catalog === null || run === null) throw notFound("run or blueprint", id, runs.map(idOf));
  const decisions = await decisionsOfRun(catalog, run);
  const wanted = revision === undefined ? decisions.length - 1 : Number(revision);
  const decided = decisions[wanted];
  if (decided !== undefined) return decided;
  throw notFound(
    "revision",
    id,
    decisions.map((_, index) => `${name}@${index}`),
  );
}

function isPrefix(prefix: string, id: string): boolean {
  return prefix.length >= 6 && id.startsWith(prefix);
}

function idOf(run: RunSummary): string {
  return run.id;
}
