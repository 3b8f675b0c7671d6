import type { CatalogReader, RunSummary } from "../ports/catalog.ts";

/** Words that name a run by its place, counted from the newest. */
export const places: Readonly<Record<string, number>> = { latest: 0, previous: 1 };

/** A run by its id, a prefix that only it has, or a word for its place; `null` when there is none. */
export async function namedRun(
  catalog: Pick<CatalogReader, "run" | "runs">,
  name: string,
): Promise<RunSummary | null> {
  const place = Object.hasOwn(places, name) ? places[name] : undefined;
  if (place === undefined) return await catalog.run(name);
  return (await catalog.runs(place + 1))[place] ?? null;
}
