import type { Dirent } from "node:fs";
import { lstat, readdir, realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { compareText } from "../../core/std/compare.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import { toFileError } from "./file-errors.ts";
import { type GlobSegment, isGlob, matchSegment, parseGlob } from "./glob.ts";

/** A file of a source: its path as messages and fingerprints name it, and where it is. */
export interface FoundFile {
  /** Relative to the connection's folder, with `/`. */
  readonly path: string;
  /** Absolute, without symbolic links. */
  readonly absolute: string;
  /** What each wildcard of the pattern matched. */
  readonly captures: readonly string[];
}

/** Limits that keep a pattern such as `**` in the wrong folder from running for ever. */
const filesMax = 10_000;
const entriesMax = 200_000;
const depthMax = 32;

interface Walk {
  /** The connection's folder, without symbolic links. */
  readonly root: string;
  readonly pattern: string;
  readonly signal: AbortSignal;
  readonly found: Map<string, readonly string[]>;
  entries: number;
}

/**
 * Finds the files that a path or pattern names below `root`, in path order. Whatever leads out of
 * `root`, by a symbolic link too, is an error: what is outside was never allowed.
 * @returns an empty list when there is none.
 * @throws SOURCE_UNREADABLE, PATH_OUTSIDE_PROJECT
 */
export async function findFiles(
  root: string,
  pattern: string,
  signal: AbortSignal,
): Promise<readonly FoundFile[]> {
  const walk: Walk = { root, pattern, signal, found: new Map(), entries: 0 };
  if (!isGlob(pattern) || (await isThere(join(root, pattern)))) {
    const names = pattern.split("/").filter((name) => name !== "" && name !== ".");
    await descend(
      walk,
      names.map((name) => ({ type: "literal", name })),
      [],
      [],
    );
  } else {
    const alternatives = parseGlob(pattern);
    if (alternatives === null) {
      throw new OperatingError("SOURCE_UNREADABLE", `${pattern} stands for too many patterns`, {
        hint: "Use fewer {a,b} groups: at most 256 combinations.",
      });
    }
    for (const segments of alternatives) await descend(walk, segments, [], []);
  }
  const paths = [...walk.found].sort(([left], [right]) => compareText(left, right));
  return Promise.all(
    paths.map(async ([path, captures]) => ({
      path,
      absolute: await resolveInside(root, path),
      captures,
    })),
  );
}

async function descend(
  walk: Walk,
  segments: readonly GlobSegment[],
  folder: readonly string[],
  captures: readonly string[],
): Promise<void> {
  const [segment, ...rest] = segments;
  walk.signal.throwIfAborted();
  if (!segment) return;
  checkDepth(walk, folder);
  if (segment.type === "literal") {
    return visit(walk, rest, [...folder, segment.name], captures);
  }
  if (segment.type === "folders") {
    for (const inner of await readFolders(walk, folder)) {
      const skipped = inner.slice(folder.length).join("/");
      await descend(walk, rest, inner, [...captures, skipped]);
    }
    return;
  }
  for (const entry of await readFolder(walk, folder)) {
    const matched = matchSegment(segment, entry.name);
    if (matched) await visit(walk, rest, [...folder, entry.name], [...captures, ...matched]);
  }
}

/** `folder` and all folders in it, at any depth; links and hidden folders are not entered. */
async function readFolders(
  walk: Walk,
  folder: readonly string[],
): Promise<readonly (readonly string[])[]> {
  const all: (readonly string[])[] = [folder];
  for (let at = 0; at < all.length; at += 1) {
    const inner = all[at] ?? [];
    walk.signal.throwIfAborted();
    checkDepth(walk, inner);
    for (const entry of await readFolder(walk, inner)) {
      if (entry.isDirectory() && !entry.name.startsWith(".")) all.push([...inner, entry.name]);
    }
  }
  return all;
}

function checkDepth(walk: Walk, folder: readonly string[]): void {
  if (folder.length <= depthMax) return;
  throw new OperatingError(
    "SOURCE_UNREADABLE",
    `${walk.pattern} goes more than ${depthMax} folders deep`,
    { hint: "Name the folder more exactly." },
  );
}

/** Takes a name that fits: as a file when nothing of the pattern is left, else as a folder. */
async function visit(
  walk: Walk,
  rest: readonly GlobSegment[],
  path: readonly string[],
  captures: readonly string[],
): Promise<void> {
  const text = path.join("/");
  if (rest.length > 0) return descend(walk, rest, path, captures);
  if (!(await isThere(join(walk.root, ...path)))) return;
  if (!walk.found.has(text)) walk.found.set(text, captures);
  if (walk.found.size > filesMax) {
    throw new OperatingError(
      "SOURCE_UNREADABLE",
      `${walk.pattern} matches more than ${filesMax} files`,
      { hint: "Split the source by a narrower pattern." },
    );
  }
}

/** The entries of a folder in name order; none when it is not there or is no folder. */
async function readFolder(walk: Walk, folder: readonly string[]): Promise<readonly Dirent[]> {
  const text = folder.join("/");
  let entries: Dirent[];
  try {
    entries = await readdir(await resolveInside(walk.root, text), { withFileTypes: true });
  } catch (error) {
    const coded = toFileError(error, text === "" ? "The connection's folder" : text);
    if (coded instanceof OperatingError && coded.code === "SOURCE_MISSING") return [];
    throw coded;
  }
  walk.entries += entries.length;
  if (walk.entries > entriesMax) {
    throw new OperatingError(
      "SOURCE_UNREADABLE",
      `${walk.pattern} leads through more than ${entriesMax} files and folders`,
      { hint: "Name the folder more exactly." },
    );
  }
  return entries.sort((left, right) => compareText(left.name, right.name));
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    const coded = toFileError(error, path);
    if (coded instanceof OperatingError && coded.code === "SOURCE_MISSING") return false;
    throw coded;
  }
}

/** The real path of something below `root`. @throws PATH_OUTSIDE_PROJECT */
async function resolveInside(root: string, path: string): Promise<string> {
  let real: string;
  try {
    real = await realpath(join(root, path));
  } catch (error) {
    throw toFileError(error, path);
  }
  if (real === root || real.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)) return real;
  throw new OperatingError(
    "PATH_OUTSIDE_PROJECT",
    `${path} is a symbolic link that leaves the connection's folder`,
    { hint: "Put the file into the folder, or make a connection for the folder that it is in." },
  );
}
