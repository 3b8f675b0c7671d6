import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join } from "node:path";
import type { Hash } from "../../core/std/hash.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import { fileStamp } from "../../ports/file-stamp.ts";
import type {
  Manifest,
  ManifestDraft,
  StagedChunks,
  StagedFile,
  Staging,
  StagingRemoval,
  StagingRetention,
} from "../../ports/staging.ts";
import { type ChunkFolder, openChunks } from "./chunk-folder.ts";
import { makeDurable, makeFolderDurable, writeDurably } from "./durable-files.ts";
import {
  identifyManifest,
  manifestFileName,
  parseManifest,
  renderManifest,
} from "./manifest-file.ts";
import { sizeOf } from "./staged-size.ts";
import { hasCode, toStagingError } from "./staging-errors.ts";

/** How the name of an attempt's own folder begins. No extraction's does: it is a hash. */
const unfinished = ".tmp-";

/** How the name of a folder of chunks begins. */
const partial = ".part-";

/** Folders that this process writes into: an extraction of one run is under way while another ends. */
const beingWritten = new Set<string>();

/** By folder: the number of its last use by this process, so that a sweep spares what is used since. */
const uses = new Map<string, number>();
let useCount = 0;

function use(folder: string): void {
  useCount += 1;
  uses.set(folder, useCount);
}

/**
 * Staging in a folder: `<root>/<source>/<extraction>/` holds the owned files of one extraction and
 * its `manifest.json`. An extraction is written into a folder of another name, made durable, and
 * renamed: before the rename it never existed, after it it is whole and never changes.
 *
 * Chunks that a long one commits on its way lie in `.part-<work>/`, which becomes the extraction's
 * folder in the end; until then the next attempt finds them there.
 *
 * A manifest that does not read, or whose owned files are gone or of another size, counts as none:
 * the extraction is made again. A file of the source's own that was written to since is an error
 * for whoever would load it, and read again by whoever extracts.
 */
export function folderStaging(root: string): Staging {
  return {
    find: (source, extraction) => find(folderOf(root, source, extraction), { source, extraction }),
    stage: async (source, extraction, write, work = extraction) => {
      const folder = folderOf(root, source, extraction);
      use(folder);
      const committed = await findUnchanged(folder, { source, extraction });
      if (committed !== null) return committed;
      const request = { source, extraction, work, write };
      return coded(`Staging ${source}`, () => stage(folder, request));
    },
    sweep: (retention) => coded("Clearing the staging folder", () => sweep(root, retention)),
  };
}

interface Identity {
  readonly source: string;
  readonly extraction: Hash;
}

/** Both parts become names of folders, so neither may say more than a name. */
function folderOf(root: string, source: string, extraction: Hash): string {
  const isName = /^[^/\\\0]{1,200}$/.test(source) && !source.startsWith(".");
  if (!isName) {
    throw new OperatingError("STAGING_INVALID", `"${source}" cannot be the name of a folder`, {
      hint: "Give the source a name without slashes that does not begin with a dot.",
    });
  }
  if (!/^[0-9a-f]{64}$/.test(extraction)) {
    throw new OperatingError("STAGING_INVALID", `"${extraction}" is not an extraction's hash`);
  }
  return join(root, source, extraction);
}

async function find(folder: string, identity: Identity): Promise<Manifest | null> {
  const text = await readIfThere(join(folder, manifestFileName));
  const manifest = text === null ? null : parseManifest(text, folder);
  if (manifest === null) return null;
  if (manifest.source !== identity.source || manifest.extraction !== identity.extraction) {
    return null;
  }
  for (const file of manifest.files) {
    const bytes = await sizeOf(file.path);
    if (bytes !== file.bytes && file.isOwned) return null;
    if (bytes !== file.bytes) throw changed(file, bytes);
    if (file.stamp !== null && file.stamp !== (await stampOf(file.path))) throw touched(file);
  }
  return manifest;
}

/** As `find`; what holds no more because the source's own files are others now counts as none. */
async function findUnchanged(folder: string, identity: Identity): Promise<Manifest | null> {
  try {
    return await find(folder, identity);
  } catch (error) {
    if (error instanceof OperatingError && error.code === "STAGING_STALE") return null;
    throw error;
  }
}

function changed(file: StagedFile, bytes: number | null): OperatingError {
  const state =
    bytes === null ? "is gone" : `has ${bytes} bytes, not the ${file.bytes} that were staged`;
  return new OperatingError("STAGING_STALE", `${file.path} ${state}`, {
    hint: "Run again: the source is looked at afresh.",
  });
}

function touched({ path }: StagedFile): OperatingError {
  return new OperatingError("STAGING_STALE", `${path} has changed since it was extracted`, {
    hint: "Run again: the source is looked at afresh.",
  });
}

interface StageRequest extends Identity {
  readonly work: Hash;
  readonly write: (folder: string, chunks: StagedChunks) => Promise<ManifestDraft>;
}

async function stage(folder: string, request: StageRequest): Promise<Manifest> {
  const { source, extraction, work, write } = request;
  const parent = dirname(folder);
  await mkdir(parent, { recursive: true });
  const working = await mkdtemp(join(parent, unfinished));
  const kept = join(parent, `${partial}${work}`);
  beingWritten.add(working);
  beingWritten.add(kept);
  try {
    const chunks = await openChunks(kept, working);
    const draft = await writeAll(write, working, chunks);
    const from = chunks.isUsed() ? kept : working;
    const files: StagedFile[] = [];
    for (const file of draft.files) files.push(await settle(file, { working, from, folder }));
    const manifest = identifyManifest({ ...draft, files, source, extraction });
    // An attempt that was killed right here has left one with the chunks.
    await rm(join(from, manifestFileName), { force: true });
    await writeDurably(join(from, manifestFileName), renderManifest(manifest));
    await makeFolderDurable(from);
    // What stands there did not pass as committed, or `stage` would not have come this far.
    await rm(folder, { recursive: true, force: true });
    await rename(from, folder);
    await makeDurable(parent);
    if (from === kept) await removeStrangers(folder, files);
    return manifest;
  } catch (error) {
    // What was read is worth keeping, but not the last of a disk that others need as well.
    if (isFull(error)) await rm(kept, { recursive: true, force: true });
    throw error;
  } finally {
    await rm(working, { recursive: true, force: true });
    beingWritten.delete(working);
    beingWritten.delete(kept);
  }
}

/** No commit of a chunk goes on behind the end of its attempt. */
async function writeAll(
  write: StageRequest["write"],
  working: string,
  chunks: ChunkFolder,
): Promise<ManifestDraft> {
  try {
    return await write(working, chunks);
  } finally {
    await chunks.settled();
  }
}

function isFull(error: unknown): boolean {
  const coded = toStagingError(error, "Staging");
  return coded instanceof OperatingError && coded.code === "STAGING_FULL";
}

/** The notes of chunks, and files of those that were given up or never committed. */
async function removeStrangers(folder: string, files: readonly StagedFile[]): Promise<void> {
  const known = new Set([manifestFileName, ...files.map((file) => basename(file.path))]);
  for (const name of await readdir(folder)) {
    if (!known.has(name)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** Checks that a file is what the extraction says, and names the place where it will lie. */
async function settle(
  file: StagedFile,
  place: { readonly working: string; readonly from: string; readonly folder: string },
): Promise<StagedFile> {
  const { working, from, folder } = place;
  const isInside = [working, from].includes(dirname(file.path));
  if (!isAbsolute(file.path) || isInside !== file.isOwned) {
    throw new OperatingError(
      "STAGING_INVALID",
      `${file.path} ${file.isOwned ? "is not in the folder that it was to be written into" : "must be owned, or lie elsewhere"}`,
    );
  }
  const bytes = await sizeOf(file.path);
  if (bytes !== file.bytes) {
    if (!file.isOwned) throw changed(file, bytes);
    throw new OperatingError(
      "STAGING_INVALID",
      `${file.path} has ${bytes ?? "no"} bytes, not the ${file.bytes} that were written`,
    );
  }
  if (!file.isOwned) return file;
  // What was read after the last chunk goes to the chunks.
  if (dirname(file.path) !== from) await rename(file.path, join(from, basename(file.path)));
  return { ...file, path: join(folder, basename(file.path)) };
}

async function sweep(root: string, retention: StagingRetention): Promise<StagingRemoval> {
  const began = useCount;
  let extractions = 0;
  let bytes = 0;
  for (const source of await foldersIn(root)) {
    for (const name of await foldersIn(join(root, source))) {
      const folder = join(root, source, name);
      if ((uses.get(folder) ?? 0) > began || (await isKept(folder, source, retention))) continue;
      extractions += 1;
      bytes += await bytesIn(folder);
      if (retention.isTrial === true) continue;
      uses.delete(folder);
      await rm(folder, { recursive: true, force: true });
    }
  }
  return { extractions, bytes };
}

async function isKept(
  folder: string,
  source: string,
  { keep, done, since }: StagingRetention,
): Promise<boolean> {
  const name = basename(folder);
  if (beingWritten.has(folder)) return true;
  // Nobody goes on with an attempt's own folder once its process is gone.
  if (name.startsWith(unfinished)) return false;
  if (keep.has(name)) return true;
  if (done.has(source)) return false;
  return (await stat(folder)).mtimeMs >= since;
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder)) bytes += (await sizeOf(join(folder, entry))) ?? 0;
  return bytes;
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return null;
    throw toStagingError(error, "Reading a manifest");
  }
}

/** `null` for what cannot be looked at: it is not in the state that it was in. */
async function stampOf(path: string): Promise<string | null> {
  try {
    return fileStamp(await stat(path, { bigint: true }));
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return null;
    throw toStagingError(error, "Looking at a staged file");
  }
}

async function coded<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toStagingError(error, doing);
  }
}
