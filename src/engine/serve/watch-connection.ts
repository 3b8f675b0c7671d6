import type { IdentifiedProfile } from "../../core/metadata/snapshot.ts";
import type { ConnectionSpec } from "../../core/project/project.ts";
import { canonicalJson } from "../../core/std/canonical-json.ts";
import type { CatalogReader } from "../../ports/catalog.ts";
import { connectionsOf } from "../connections.ts";
import { harvestCycle } from "../cycle.ts";
import { readCycleNotes } from "../cycle-notes.ts";
import type { Harvest } from "../harvest.ts";
import type { ValidProject } from "../load-project.ts";
import type { Parts } from "../parts.ts";

/** Looks at the sources of one connection, and keeps nothing. */
export async function lookAtConnection(
  parts: Parts,
  { loaded, catalog }: { readonly loaded: ValidProject; readonly catalog: CatalogReader },
  spec: ConnectionSpec,
  signal: AbortSignal,
): Promise<Harvest> {
  const { project } = loaded;
  const ofIt = <T extends { readonly connection: string }>(list: readonly T[]) =>
    list.filter(({ connection }) => connection === spec.name);
  const part = {
    ...project,
    connections: [spec],
    sources: ofIt(project.sources),
    discover: ofIt(project.discover),
  };
  const notes = await readCycleNotes(catalog);
  await using connections = connectionsOf(part, parts);
  const start = {
    loaded: { ...loaded, project: part },
    at: parts.clock.now(),
    notes,
    outputs: notes.outputs,
    connections,
  };
  return await harvestCycle(parts, start, { signal });
}

/**
 * Sources that are other than they were known to be: there or not, of another content, or of
 * another shape. A content whose identity cannot be known is no change; cadences are for that.
 */
export function changedSources(
  known: ReadonlyMap<string, IdentifiedProfile>,
  seen: ReadonlyMap<string, IdentifiedProfile>,
): readonly string[] {
  return [...seen].flatMap(([source, { profile }]) => {
    const before = known.get(source)?.profile;
    if (before === undefined) return [source];
    const isSame =
      before.presence.state === profile.presence.state &&
      before.fingerprint === profile.fingerprint &&
      canonicalJson(before.schema) === canonicalJson(profile.schema);
    return isSame ? [] : [source];
  });
}
