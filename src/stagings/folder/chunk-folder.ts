import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { hashOf } from "../../core/std/hash.ts";
import type { Json } from "../../core/std/json.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { StagedChunk, StagedChunks, StagedFile } from "../../ports/staging.ts";
import { makeDurable, writeDurably } from "./durable-files.ts";
import { fileSchema, parseJson } from "./manifest-file.ts";
import { sizeOf } from "./staged-size.ts";
import { hasCode, toStagingError } from "./staging-errors.ts";

/** The name of a chunk's note: its being there commits the chunk. */
const notePattern = /^chunk-(\d+)-.*\.json$/;

const noteSchema = z.strictObject({
  /** Hash of all else. */
  id: z.string(),
  version: z.literal(1),
  files: z.array(fileSchema),
  note: z.json(),
});

/** The chunks of one unfinished extraction, in a folder of their own. */
export interface ChunkFolder extends StagedChunks {
  /** True when a chunk is there, of this attempt or of one before. */
  isUsed(): boolean;
  /** Fulfilled when no commit is under way. */
  settled(): Promise<void>;
}

/**
 * Opens the chunks in `folder`, which need not be there. A chunk is files beside a note
 * `chunk-<place>-<attempt>.json` that names them and is renamed into place last. Files have the
 * attempt in their names, so that two attempts never write one file.
 * @param attempt the attempt's own folder, which files are taken from
 */
export async function openChunks(folder: string, attempt: string): Promise<ChunkFolder> {
  const notes = new Map<StagedChunk, string>();
  let place = 0;
  for (const name of await namesIn(folder)) {
    const found = notePattern.exec(name);
    if (found === null) continue;
    const chunk = await readChunk(folder, name);
    if (chunk !== null) notes.set(chunk, name);
    place = Math.max(place, Number(found[1]) + 1);
  }
  const before = [...notes.keys()];
  let last: Promise<unknown> = Promise.resolve();
  const commit = async (at: number, files: readonly StagedFile[], note: Json) => {
    const stem = `${String(at).padStart(5, "0")}-${basename(attempt).replace(/^\W*tmp-/, "")}`;
    if (notes.size === 0) {
      await mkdir(folder, { recursive: true });
      await makeDurable(dirname(folder));
    }
    const moved: StagedFile[] = [];
    for (const file of files) moved.push(await takeIn(file, { attempt, folder, stem }));
    const chunk: StagedChunk = { files: moved, note };
    const name = `chunk-${stem}.json`;
    const draft = join(attempt, name);
    await writeDurably(draft, renderChunk(chunk));
    await rename(draft, join(folder, name));
    await makeDurable(folder);
    notes.set(chunk, name);
    return chunk;
  };
  return {
    before,
    commit(files, note) {
      const at = place;
      place += 1;
      const committed = last.then(() => coded(() => commit(at, files, note)));
      // The next one waits for this one whatever becomes of it; who asked is told.
      last = committed.catch(() => {});
      return committed;
    },
    async drop(chunks) {
      for (const chunk of chunks) {
        const name = notes.get(chunk);
        if (name === undefined) continue;
        notes.delete(chunk);
        // The note first: without it the files are nobody's, without them it counts as none.
        await rm(join(folder, name), { force: true });
        for (const file of chunk.files) await rm(file.path, { force: true });
      }
    },
    isUsed: () => notes.size > 0,
    async settled() {
      await last;
    },
  };
}

async function coded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toStagingError(error, "Keeping what was read");
  }
}

/** Makes a file of the attempt durable, and moves it to the chunks under a name of its own. */
async function takeIn(
  file: StagedFile,
  to: { readonly attempt: string; readonly folder: string; readonly stem: string },
): Promise<StagedFile> {
  if (!file.isOwned || dirname(file.path) !== to.attempt) {
    throw new OperatingError(
      "STAGING_INVALID",
      `${file.path} is not in the folder that it was to be written into`,
    );
  }
  const bytes = await sizeOf(file.path);
  if (bytes !== file.bytes) {
    throw new OperatingError(
      "STAGING_INVALID",
      `${file.path} has ${bytes ?? "no"} bytes, not the ${file.bytes} that were written`,
    );
  }
  await makeDurable(file.path);
  const path = join(to.folder, `${to.stem}-${basename(file.path)}`);
  await rename(file.path, path);
  return { ...file, path };
}

function renderChunk({ files, note }: StagedChunk): string {
  const named = files.map((file) => ({ ...file, path: basename(file.path) }));
  const content = { version: 1, files: named, note };
  return `${JSON.stringify({ id: hashOf(content), ...content }, null, 2)}\n`;
}

/** `null` for a note that is not whole, or whose files are not there as they were. */
async function readChunk(folder: string, name: string): Promise<StagedChunk | null> {
  const parsed = noteSchema.safeParse(parseJson(await readFile(join(folder, name), "utf8")));
  if (!parsed.success) return null;
  const { id, ...content } = parsed.data;
  if (hashOf(content) !== id) return null;
  const files = content.files.map((file) => ({ ...file, path: join(folder, basename(file.path)) }));
  for (const file of files) if ((await sizeOf(file.path)) !== file.bytes) return null;
  return { files, note: content.note };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
}
