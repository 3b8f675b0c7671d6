import type { SourceSpec } from "../core/project/project.ts";
import { type Hash, hashOf } from "../core/std/hash.ts";
import type { Json } from "../core/std/json.ts";
import type { Manifest, Staging } from "../ports/staging.ts";
import type { Warehouse } from "../ports/warehouse.ts";
import type { Connections } from "./connections.ts";

/** What an extraction works with. */
export interface StagingPlace {
  readonly staging: Staging;
  readonly warehouse: Pick<Warehouse, "cursor">;
  readonly connections: Connections;
}

/** An extraction that has committed. */
export interface StagedSource {
  readonly manifest: Manifest;
  readonly extraction: Hash;
  /** The cursor that it goes on from. */
  readonly cursor: Json;
  /** True when it had committed before: nothing was read. */
  readonly isRepeat: boolean;
}

/**
 * Extracts what a source holds beyond what is loaded.
 * @param content identity of what is extracted; of the run where the source's is not known, so that
 *   it is never taken for what another run has read
 */
export async function stageSource(
  source: SourceSpec,
  content: Hash | string,
  { staging, warehouse, connections }: StagingPlace,
  signal: AbortSignal,
): Promise<StagedSource> {
  // `replace` reads everything anew; the others go on from what the ledger proves to be loaded.
  const cursor = source.strategy === "replace" ? null : await warehouse.cursor(source.name);
  const { name, locator } = source;
  const extraction = hashOf({ source: name, locator, cursor, content });
  let isRepeat = true;
  const manifest = await staging.stage(name, extraction, async (folder) => {
    isRepeat = false;
    const session = await connections.session(source.connection);
    return session.extract({ source, folder, cursor }, signal);
  });
  return { manifest, extraction, cursor, isRepeat };
}
