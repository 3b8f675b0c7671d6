import type { SourceSpec } from "../core/project/project.ts";
import { type Hash, hashOf } from "../core/std/hash.ts";
import type { Json } from "../core/std/json.ts";
import type { Manifest, ManifestDraft, StagedChunks, Staging } from "../ports/staging.ts";
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
  /** True when the source had changed since it was probed: this is not what was decided about. */
  readonly isMoved: boolean;
}

/** What is to be extracted. */
export interface WantedContent {
  /**
   * Identity of what is extracted; of the run where the source's is not known, so that it is never
   * taken for what another run has read.
   */
  readonly key: Hash | string;
  /** What the probe found, where it told. */
  readonly probed: Hash | null;
  /** The source whose place is read instead of its own: all that is there. */
  readonly alternate?: SourceSpec;
  /** Of an extraction that may be a part: throws when that is too little to be staged. */
  readonly judgePart?: (draft: ManifestDraft) => void;
}

/** Extracts what a source holds beyond what is loaded. */
export async function stageSource(
  source: SourceSpec,
  wanted: WantedContent,
  { staging, warehouse, connections }: StagingPlace,
  signal: AbortSignal,
): Promise<StagedSource> {
  // `replace` reads everything anew; the others go on from what the ledger proves to be loaded.
  const cursor = source.strategy === "replace" ? null : await warehouse.cursor(source.name);
  const { alternate, judgePart } = wanted;
  const { name, loading } = source;
  const { connection, locator } = alternate ?? source;
  const place = {
    source: name,
    locator,
    cursor,
    ...(alternate === undefined ? {} : { connection }),
    ...(loading === undefined ? {} : { loading }),
  };
  // Not by content: what an attempt has read of a source that changed meanwhile may hold all the same.
  const work = hashOf(place);
  const first = hashOf({ ...place, content: wanted.key });
  for (let extraction = first; ; ) {
    let isRepeat = true;
    const write = async (folder: string, chunks: StagedChunks) => {
      isRepeat = false;
      const session = await connections.session(connection);
      const draft = await session.extract(
        {
          source: { ...source, connection, locator },
          folder,
          // A cursor means nothing in another place.
          cursor: alternate === undefined ? cursor : null,
          chunks,
          mayLeaveOut: judgePart !== undefined,
        },
        signal,
      );
      judgePart?.(draft);
      return draft;
    };
    const manifest = await staging.stage(name, extraction, write, work);
    const isMoved = isOther(manifest.content ?? null, wanted.probed);
    if (!isRepeat || !isMoved) return { manifest, extraction, cursor, isRepeat, isMoved };
    // An earlier attempt read what the source held for a moment; now it may hold what is wanted.
    extraction = hashOf({ extraction, not: manifest.id });
  }
}

function isOther(read: Hash | null, probed: Hash | null): boolean {
  return read !== null && probed !== null && read !== probed;
}
