import { readCycleNotes } from "./cycle-notes.ts";
import { validProject } from "./load-project.ts";
import type { Parts } from "./parts.ts";

/** The names of declared sources, and of those that discovery found last. */
export async function knownSources(parts: Parts): Promise<readonly string[]> {
  const { project } = validProject(await parts.loadProject());
  await using catalog = await parts.catalogs.openReader(parts.catalogPath(project.settings));
  const { found } = await readCycleNotes(catalog);
  return [...project.sources, ...[...found.values()].flat()].map(({ name }) => name);
}
