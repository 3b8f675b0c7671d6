import { z } from "zod";
import type { Hash } from "../../core/std/hash.ts";
import type { StagedChunks, StagedFile } from "../../ports/staging.ts";

/** Copies are kept together once they hold so many bytes: each time costs a wait for the disk. */
const bytesAtOnce = 32 << 20;

/** By place in the chunk: what each file is a copy of. */
const noteSchema = z.strictObject({
  version: z.literal(1),
  kind: z.literal("copies"),
  made: z.array(z.string()),
});

/** Copies of files that outlive a failed extraction, by what they are made of. */
export interface KeptCopies {
  /** The copy that an earlier attempt has made. */
  find(made: Hash): StagedFile | undefined;
  /** Kept with others, once they are worth it; until then a copy stays where it was written. */
  keep(made: Hash, file: StagedFile): Promise<void>;
  /** Of those that are kept, by the path that they were written to: where they lie now. */
  readonly moved: ReadonlyMap<string, StagedFile>;
}

/** @param chunks without them nothing is kept */
export function keptCopies(chunks: StagedChunks | undefined): KeptCopies {
  const known = new Map<Hash, StagedFile>();
  for (const { files, note } of chunks?.before ?? []) {
    const parsed = noteSchema.safeParse(note);
    if (!parsed.success) continue;
    for (const [index, made] of parsed.data.made.entries()) {
      const file = files[index];
      if (file !== undefined) known.set(made, file);
    }
  }
  const moved = new Map<string, StagedFile>();
  let waiting = new Map<Hash, StagedFile>();
  let bytes = 0;
  const commit = async () => {
    const copies = [...waiting.values()];
    const made = [...waiting.keys()];
    waiting = new Map();
    bytes = 0;
    if (chunks === undefined || copies.length === 0) return;
    const { files } = await chunks.commit(copies, { version: 1, kind: "copies", made });
    for (const [index, copy] of copies.entries()) {
      const file = files[index];
      if (file !== undefined) moved.set(copy.path, file);
    }
  };
  return {
    find: (made) => known.get(made),
    async keep(made, file) {
      waiting.set(made, file);
      bytes += file.bytes;
      if (bytes >= bytesAtOnce) await commit();
    },
    moved,
  };
}
