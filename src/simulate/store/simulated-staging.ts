import type { Slice } from "../world/source-state.ts";

/** A committed extraction. Its id is the identity of what it holds. */
export interface Manifest extends Slice {
  readonly id: string;
  readonly source: string;
  /** Identity of what the source held when it was read. */
  readonly content: string;
}

/** Immutable files between extract and load, by extraction. */
export class SimulatedStaging {
  readonly #manifests = new Map<string, Manifest>();

  find(extraction: string): Manifest | null {
    return this.#manifests.get(extraction) ?? null;
  }

  /** Commits a manifest; where the extraction has committed before, that one stays. */
  commit(source: string, extraction: string, read: Slice & Pick<Manifest, "content">): Manifest {
    const known = this.#manifests.get(extraction);
    if (known !== undefined) return known;
    const id = `${source} ${read.from}-${read.to} -${read.poisoned}`;
    const manifest = { ...read, id, source };
    this.#manifests.set(extraction, manifest);
    return manifest;
  }

  /** Somebody empties the folder, or what is not kept is swept. */
  sweep(keep: ReadonlySet<string>): void {
    for (const extraction of this.#manifests.keys()) {
      if (!keep.has(extraction)) this.#manifests.delete(extraction);
    }
  }
}
