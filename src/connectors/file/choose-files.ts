import { z } from "zod";
import { compareText } from "../../core/std/compare.ts";
import type { Json, JsonObject } from "../../core/std/json.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { ExtractRequest } from "../../ports/connector.ts";
import type { IdentifiedFile } from "./file-identity.ts";

/** What of a source has been loaded: content hashes by path. */
const cursorSchema = z.strictObject({
  version: z.literal(1),
  files: z.record(z.string(), z.string()),
  /**
   * Loaded files that an earlier extraction no longer found. Their rows are still in the table, so
   * that a file which comes back under its path is not loaded again.
   */
  gone: z.record(z.string(), z.string()).default({}),
  /** Of files that were moved after they were loaded: the path that their rows are kept with. */
  kept: z.record(z.string(), z.string()).default({}),
  /** The column of which each file is a partition, where the table was loaded so. */
  partition: z.string().optional(),
});

/** Which files an extraction is about. */
export interface FileChoice {
  readonly scope: "full" | "increment";
  readonly files: readonly IdentifiedFile[];
  /** The names under which rows of earlier loads are kept that `files` take the place of. */
  readonly replaces: readonly string[];
  readonly cursor: Json;
}

/** What a table holds of files. */
interface LoadedFiles {
  /** Content hashes by path, of files that were there at the last extraction. */
  readonly here: ReadonlyMap<string, string>;
  readonly gone: ReadonlyMap<string, string>;
  readonly kept: ReadonlyMap<string, string>;
  readonly partition: string | null;
}

/** How the files that are there now relate to those that a table holds. */
interface FileNews {
  /** New paths with content that was not at a path which vanished since. */
  readonly fresh: readonly IdentifiedFile[];
  /** Loaded paths with other content. */
  readonly rewritten: readonly IdentifiedFile[];
  /** By new path: the loaded path that its content was at before. */
  readonly moved: ReadonlyMap<string, string>;
  /** Loaded paths that are there no more, with their content; not those that were moved. */
  readonly vanished: ReadonlyMap<string, string>;
}

const nothingLoaded: LoadedFiles = {
  here: new Map(),
  gone: new Map(),
  kept: new Map(),
  partition: null,
};

/** @returns `null` for a cursor that is not of files */
function parseLoaded(cursor: Json): LoadedFiles | null {
  const parsed = cursorSchema.safeParse(cursor);
  if (!parsed.success) return null;
  const { files, gone, kept, partition = null } = parsed.data;
  return {
    here: new Map(Object.entries(files)),
    gone: new Map(Object.entries(gone)),
    kept: new Map(Object.entries(kept)),
    partition,
  };
}

/**
 * The files whose content the table does not hold yet, in path order.
 * @param cursor of the last load; all files are new under one that is not of files
 */
export function newFiles<File extends IdentifiedFile>(
  files: readonly File[],
  cursor: Json,
): readonly File[] {
  const { fresh, rewritten } = newsOf(files, parseLoaded(cursor) ?? nothingLoaded);
  const paths = new Set([...fresh, ...rewritten].map(({ path }) => path));
  return files.filter(({ path }) => paths.has(path));
}

/**
 * Chooses what to extract. Every strategy has a cursor, so that one which appends can follow any
 * other: the files that the table holds. A file counts as renamed, and so as loaded, when its
 * content was at a path that vanished since the extraction before; equal content of longer ago is
 * new. One that was removed is forgotten by the source, not by the table. One that was rewritten
 * after it was loaded is a correction: it is read again, and takes the place of its earlier rows.
 * @param beside the column that holds each row's file, if there is one, and the paths of files that
 *   are there and cannot be read
 * @throws SOURCE_REWRITTEN when files are to be appended to what was loaded from no files
 */
export function chooseFiles(
  request: Pick<ExtractRequest, "source" | "cursor">,
  files: readonly IdentifiedFile[],
  beside: { readonly fileColumn: string | null; readonly leftOut: readonly string[] },
): FileChoice {
  const { name, strategy, loading } = request.source;
  const all = { scope: "full", files, replaces: [] } as const;
  if (strategy === "replace") return { ...all, cursor: cursorOf(files, new Map(), new Map()) };
  const loadedBefore = parseLoaded(request.cursor);
  if (strategy === "partition") {
    const [column = "", ...more] = loading?.partitionBy ?? [];
    const isByFile = more.length === 0 && column.toLowerCase() === beside.fileColumn?.toLowerCase();
    if (!isByFile) return { ...all, cursor: cursorOf(files, new Map(), new Map()) };
    const loaded = loadedBefore?.partition === column ? loadedBefore : null;
    return choosePartitions(files, loaded, { partition: column, leftOut: beside.leftOut });
  }
  // Of a table of partitions the cursor does not say which rows are of which file.
  const parsed = loadedBefore?.partition === null ? loadedBefore : null;
  if (parsed === null && request.cursor !== null && strategy === "append") {
    throw new OperatingError(
      "SOURCE_REWRITTEN",
      `${name}: what was loaded of it came from another kind of source, and appending all files may double rows`,
      { hint: "Load it once with strategy: replace, and then append; or give it another name." },
    );
  }
  const loaded = parsed ?? nothingLoaded;
  const now = new Set(files.map(({ path }) => path));
  const { fresh, rewritten, moved, vanished } = newsOf(files, loaded);
  const gone = new Map([...loaded.gone, ...vanished]);
  if (strategy !== "append") return { ...all, cursor: cursorOf(files, gone, new Map()) };
  const keptOf = (path: string) => {
    const place = moved.get(path) ?? path;
    return loaded.kept.get(place) ?? place;
  };
  const chosen = new Set([...fresh, ...rewritten].map(({ path }) => path));
  // A file that was moved while another took its path: their rows would have one name.
  const mixed = files.filter(({ path }) => !chosen.has(path) && chosen.has(keptOf(path)));
  const replaces = new Set([...rewritten, ...mixed].map(({ path }) => keptOf(path)));
  refuseMixed(
    name,
    [...gone.keys()].filter((path) => replaces.has(keptOf(path)) && !now.has(path)),
  );
  for (const { path } of mixed) chosen.add(path);
  const left = [...gone.keys(), ...files.map(({ path }) => path)].filter(
    (path) => !chosen.has(path),
  );
  return {
    scope: parsed === null ? "full" : "increment",
    files: files.filter(({ path }) => chosen.has(path)),
    replaces: [...replaces].sort(compareText),
    cursor: cursorOf(files, gone, new Map(left.map((path) => [path, keptOf(path)] as const))),
  };
}

/**
 * Files that are partitions: those that changed are read, those that left leave nothing behind. What
 * was read of one that cannot be read now stays.
 */
function choosePartitions(
  files: readonly IdentifiedFile[],
  loaded: LoadedFiles | null,
  { partition, leftOut }: { readonly partition: string; readonly leftOut: readonly string[] },
): FileChoice {
  const here = new Map(files.map(({ path, content }) => [path, content.sha256] as const));
  for (const path of leftOut) {
    const kept = loaded?.here.get(path);
    if (kept !== undefined) here.set(path, kept);
  }
  const cursor = { version: 1, files: sortedRecord(here), partition };
  if (loaded === null) return { scope: "full", files, replaces: [], cursor };
  const chosen = files.filter(({ path, content }) => loaded.here.get(path) !== content.sha256);
  const changed = new Set(chosen.map(({ path }) => path));
  const replaces = [...loaded.here.keys()].filter((path) => changed.has(path) || !here.has(path));
  return { scope: "increment", files: chosen, replaces: replaces.sort(compareText), cursor };
}

/** Rows of a file that is gone cannot be read again, and must not go with those of another one. */
function refuseMixed(source: string, paths: readonly string[]): void {
  const [path] = paths;
  if (path === undefined) return;
  throw new OperatingError(
    "SOURCE_REWRITTEN",
    `${source}: a file changed after being loaded, and its rows cannot be told from those of ${path}, which is gone`,
    { hint: `Load ${source} once with strategy: replace, or put the correction into a new file.` },
  );
}

function newsOf(files: readonly IdentifiedFile[], loaded: LoadedFiles): FileNews {
  const now = new Set(files.map(({ path }) => path));
  const known = new Map([...loaded.gone, ...loaded.here]);
  const vanished = new Map([...loaded.here].filter(([path]) => !now.has(path)));
  const placesOf = new Map<string, string[]>();
  for (const [path, sha256] of vanished) {
    placesOf.set(sha256, [...(placesOf.get(sha256) ?? []), path]);
  }
  const fresh: IdentifiedFile[] = [];
  const rewritten: IdentifiedFile[] = [];
  const moved = new Map<string, string>();
  for (const file of files) {
    const before = known.get(file.path);
    if (before !== undefined) {
      if (before !== file.content.sha256) rewritten.push(file);
      continue;
    }
    const place = placesOf.get(file.content.sha256)?.shift();
    if (place === undefined) fresh.push(file);
    else {
      moved.set(file.path, place);
      vanished.delete(place);
    }
  }
  return { fresh, rewritten, moved, vanished };
}

function sortedRecord(entries: Iterable<readonly [string, string]>): Record<string, string> {
  return Object.fromEntries([...entries].sort(([a], [b]) => compareText(a, b)));
}

function cursorOf(
  files: readonly IdentifiedFile[],
  gone: ReadonlyMap<string, string>,
  kept: ReadonlyMap<string, string>,
): JsonObject {
  const here = new Map(files.map(({ path, content }) => [path, content.sha256]));
  const left = [...gone].filter(([path]) => !here.has(path));
  const elsewhere = [...kept].filter(([path, name]) => path !== name);
  return {
    version: 1,
    files: sortedRecord(here),
    ...(left.length === 0 ? {} : { gone: sortedRecord(left) }),
    ...(elsewhere.length === 0 ? {} : { kept: sortedRecord(elsewhere) }),
  };
}
