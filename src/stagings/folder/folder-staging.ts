import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import type { Hash } from "../../core/std/hash.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import { fileStamp } from "../../ports/file-stamp.ts";
import type { Manifest, ManifestDraft, StagedFile, Staging } from "../../ports/staging.ts";
import { makeDurable, makeFolderDurable, writeDurably } from "./durable-files.ts";
import {
  identifyManifest,
  manifestFileName,
  parseManifest,
  renderManifest,
} from "./manifest-file.ts";

/** How the name of an unfinished folder begins. No extraction's does: it is a hash. */
const unfinished = ".tmp-";

/**
 * Staging in a folder: `<root>/<source>/<extraction>/` holds the owned files of one extraction and
 * its `manifest.json`. An extraction is written into a folder of another name, made durable, and
 * renamed: before the rename it never existed, after it it is whole and never changes.
 *
 * A manifest that does not read, or whose owned files are gone or of another size, counts as none:
 * the extraction is made again. A file of the source's own that was written to since is an error
 * for whoever would load it, and read again by whoever extracts.
 */
export function folderStaging(root: string): Staging {
  return {
    find: (source, extraction) => find(folderOf(root, source, extraction), { source, extraction }),
    stage: async (source, extraction, write) => {
      const folder = folderOf(root, source, extraction);
      const committed = await findUnchanged(folder, { source, extraction });
      if (committed !== null) return committed;
      return coded(`Staging ${source}`, () => stage(folder, { source, extraction }, write));
    },
    sweep: (keep) => coded("Clearing the staging folder", () => sweep(root, keep)),
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

async function stage(
  folder: string,
  identity: Identity,
  write: (folder: string) => Promise<ManifestDraft>,
): Promise<Manifest> {
  const parent = dirname(folder);
  await mkdir(parent, { recursive: true });
  const working = await mkdtemp(join(parent, unfinished));
  try {
    const draft = await write(working);
    const files: StagedFile[] = [];
    for (const file of draft.files) files.push(await settle(file, working, folder));
    const manifest = identifyManifest({ ...draft, files, ...identity });
    await writeDurably(join(working, manifestFileName), renderManifest(manifest));
    await makeFolderDurable(working);
    // What stands there did not pass as committed, or `stage` would not have come this far.
    await rm(folder, { recursive: true, force: true });
    await rename(working, folder);
    await makeDurable(parent);
    return manifest;
  } catch (error) {
    await rm(working, { recursive: true, force: true });
    throw error;
  }
}

/** Checks that a file is what the extraction says, and names the place where it will lie. */
async function settle(file: StagedFile, working: string, folder: string): Promise<StagedFile> {
  const isInside = dirname(file.path) === working;
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
  return file.isOwned ? { ...file, path: join(folder, file.path.slice(working.length + 1)) } : file;
}

async function sweep(root: string, keep: ReadonlySet<Hash>): Promise<void> {
  for (const source of await foldersIn(root)) {
    for (const name of await foldersIn(join(root, source))) {
      if (keep.has(name)) continue;
      await rm(join(root, source, name), { recursive: true, force: true });
    }
  }
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

async function sizeOf(path: string): Promise<number | null> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : null;
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return null;
    throw toStagingError(error, "Looking at a staged file");
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

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** Codes what the file system says; what others throw while they extract stays as it is. */
function toStagingError(error: unknown, doing: string): unknown {
  if (error instanceof OperatingError || !(error instanceof Error) || !("syscall" in error)) {
    return error;
  }
  const isFull = hasCode(error, "ENOSPC") || hasCode(error, "EDQUOT");
  return new OperatingError(
    isFull ? "STAGING_FULL" : "STAGING_INVALID",
    `${doing}: ${error.message}`,
    {
      hint: isFull
        ? "Free some space on the disk of the staging folder, then run again."
        : "Check that the staging folder is there and may be written.",
      cause: error,
    },
  );
}
