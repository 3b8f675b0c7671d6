import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { Transform, type TransformCallback } from "node:stream";
import { pipeline } from "node:stream/promises";
import { TextDecoder } from "node:util";
import { createGunzip } from "node:zlib";
import { z } from "zod";
import type { ColumnSketch } from "../../core/schema/observed-schema.ts";
import type { Column } from "../../core/schema/table-schema.ts";
import { compareText } from "../../core/std/compare.ts";
import { hashOf } from "../../core/std/hash.ts";
import type { Json } from "../../core/std/json.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import { canonicalType } from "../../ports/declared-type.ts";
import type { Log } from "../../ports/log.ts";
import { describeFile } from "./describe-file.ts";
import { type DuckdbReader, quoteName } from "./duckdb-reader.ts";
import { toFileError } from "./file-errors.ts";
import { type FileFacts, fileFactsSchema, type ReadableFile } from "./file-facts.ts";
import {
  type IdentifiedFile,
  identifyFile,
  type KnownFile,
  knownFileSchema,
  readHead,
  refuseChanged,
} from "./file-identity.ts";
import { type FileFormat, type FileLocator, formatOfName } from "./file-locator.ts";
import { findFiles } from "./find-files.ts";
import { mergeColumns, widestType } from "./merge-columns.ts";

const sketchSchema = z.strictObject({
  nullShare: z.number(),
  distinctShare: z.number(),
  minLength: z.number().nullable(),
  maxLength: z.number().nullable(),
  bottomHashes: z.array(z.string()).readonly(),
});

/** What later looks at the same source may use again. Losing it costs time, and changes nothing. */
const memoSchema = z.strictObject({
  version: z.literal(2),
  /** Hash of the locator: facts hold only for the options under which they were found. */
  locator: z.string(),
  files: z.array(knownFileSchema),
  /** By content hash. */
  facts: z.record(z.string(), fileFactsSchema),
  /** By content hash, for each column: of files whose content the target does not hold yet. */
  sketches: z.record(z.string(), z.array(sketchSchema).readonly()),
});

export type FileMemo = z.output<typeof memoSchema>;

export interface FileContext {
  /** The connection's folder, absolute and without symbolic links. */
  readonly root: string;
  readonly reader: DuckdbReader;
  readonly log: Log;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** A file with all that is known of it. */
export interface DescribedFile extends IdentifiedFile {
  readonly format: FileFormat;
  readonly facts: FileFacts;
  /** For each column; `null` when the file was not looked into this time. */
  readonly sketches: readonly ColumnSketch[] | null;
  readonly readable: ReadableFile;
}

/** Reads a memo of any origin; one that does not fit is as good as none. */
export function parseMemo(memo: Json, locator: FileLocator): FileMemo {
  const hash = hashOf(locator);
  const parsed = memoSchema.safeParse(memo);
  if (parsed.success && parsed.data.locator === hash) return parsed.data;
  return { version: 2, locator: hash, files: [], facts: {}, sketches: {} };
}

/** What is worth keeping; files whose stamps prove nothing yet are left out. */
export function toMemo(
  locator: FileLocator,
  files: readonly IdentifiedFile[],
  told: Pick<FileMemo, "facts" | "sketches">,
): FileMemo {
  const known: KnownFile[] = files
    .filter((file) => !file.isRacy)
    .map(({ path, stamp, content }) => ({ path, stamp, content }));
  const kept = new Set(files.map((file) => file.content.sha256));
  return {
    version: 2,
    locator: hashOf(locator),
    files: known,
    facts: Object.fromEntries(Object.entries(told.facts).filter(([sha256]) => kept.has(sha256))),
    sketches: told.sketches,
  };
}

/** Looks at most: a source that is written to all the time never holds still. */
const looksMax = 3;

/** The files of a source as they were found. */
export interface FilesSeen {
  /** Those that can be read. */
  readonly files: readonly IdentifiedFile[];
  /** The same, looked into. */
  readonly described: readonly DescribedFile[];
  /** Those that cannot, in path order. */
  readonly leftOut: readonly UnreadableFile[];
}

/** A file that is there and cannot be read. */
export interface UnreadableFile {
  readonly path: string;
  readonly error: OperatingError;
}

/**
 * Finds, identifies and looks into the files of a source. What is told of their content is of that
 * content: files that change on the way are looked at again. Those that cannot be read are left out.
 * @throws SOURCE_MISSING when there is none, SOURCE_CHANGED when they do not hold still, and what is
 *   wrong with the first when none of them can be read
 */
export async function lookAtFiles(
  locator: FileLocator,
  memo: FileMemo,
  context: FileContext,
): Promise<FilesSeen> {
  for (let look = 1; ; look += 1) {
    const { files, leftOut } = await identifyFiles(locator, memo, context);
    try {
      const seen = await describeFiles(locator, files, memo, context);
      const isSettled =
        seen.leftOut.length === 0 || look === looksMax || (await areUnchanged(files));
      if (isSettled) return readableOf(files, { ...seen, leftOut: [...leftOut, ...seen.leftOut] });
    } catch (error) {
      if (look === looksMax || (await areUnchanged(files))) throw error;
    }
  }
}

function readableOf(
  files: readonly IdentifiedFile[],
  { described, leftOut }: Omit<FilesSeen, "files">,
): FilesSeen {
  const [first] = leftOut;
  if (first !== undefined && described.length === 0) throw first.error;
  const readable = new Set(described.map(({ path }) => path));
  return {
    files: files.filter(({ path }) => readable.has(path)),
    described,
    leftOut: leftOut.toSorted((left, right) => compareText(left.path, right.path)),
  };
}

/** Takes a file that cannot be read down; whatever else went wrong is thrown. */
function leaveOut(path: string, error: unknown, leftOut: UnreadableFile[]): void {
  const coded = toFileError(error, path);
  if (!(coded instanceof OperatingError) || coded.code !== "SOURCE_UNREADABLE") throw coded;
  leftOut.push({ path, error: coded });
}

async function areUnchanged(files: readonly IdentifiedFile[]): Promise<boolean> {
  try {
    for (const file of files) await refuseChanged(file);
    return true;
  } catch {
    // Changed or gone: either way, what was said of them is not of what is there now.
    return false;
  }
}

/** Finds and identifies the files of a source. @throws SOURCE_MISSING when there is none */
async function identifyFiles(
  locator: FileLocator,
  memo: FileMemo,
  context: FileContext,
): Promise<Pick<FilesSeen, "files" | "leftOut">> {
  const found = await findFiles(context.root, locator.path, context.signal);
  if (found.length === 0) {
    throw new OperatingError("SOURCE_MISSING", `There is no file ${locator.path}`, {
      hint: `Paths are relative to ${context.root}.`,
    });
  }
  const known = new Map(memo.files.map((file) => [file.path, file]));
  const files: IdentifiedFile[] = [];
  const leftOut: UnreadableFile[] = [];
  for (const file of found) {
    try {
      files.push(await identifyFile(file, known.get(file.path), context));
    } catch (error) {
      leaveOut(file.path, error, leftOut);
    }
  }
  const [first] = leftOut;
  if (files.length === 0 && first !== undefined) throw first.error;
  return { files, leftOut };
}

/** Looks into files, or takes what the memo says of their content. @throws SOURCE_CHANGED */
async function describeFiles(
  locator: FileLocator,
  files: readonly IdentifiedFile[],
  memo: FileMemo,
  context: FileContext,
): Promise<Pick<FilesSeen, "described" | "leftOut">> {
  const format = formatOf(locator, files);
  const described: DescribedFile[] = [];
  const leftOut: UnreadableFile[] = [];
  for (const file of files) {
    try {
      const readable = await toReadable(file, format, { locator, context });
      const known = memo.facts[file.content.sha256];
      const look =
        known === undefined
          ? await describeFile(readable, format, locator, context)
          : { facts: known, sketches: null };
      if (known === undefined) await refuseChanged(file);
      described.push({ ...file, format, readable, ...look });
    } catch (error) {
      leaveOut(file.path, error, leftOut);
    }
  }
  return { described, leftOut };
}

/** The one format of all files. @throws SOURCE_UNREADABLE when names disagree or say nothing */
function formatOf(locator: FileLocator, files: readonly IdentifiedFile[]): FileFormat {
  if (locator.format !== "auto") return locator.format;
  const formats = new Set(files.map((file) => formatOfName(file.path)));
  const [format] = formats;
  if (formats.size === 1 && format) return format;
  const detail =
    formats.size === 1
      ? `The name of ${files[0]?.path ?? locator.path} does not say which format it has`
      : `${locator.path} matches files of different formats`;
  throw new OperatingError("SOURCE_UNREADABLE", detail, {
    hint: "Set format: csv, tsv, ndjson, json or parquet, or narrow the path.",
  });
}

/** A file as UTF-8 without a byte order mark where that matters: itself, or a copy in scratch. */
async function toReadable(
  file: IdentifiedFile,
  format: FileFormat,
  given: { readonly locator: FileLocator; readonly context: FileContext },
): Promise<ReadableFile> {
  const { isGzip, textBytes, isUtf8 } = file.content;
  const asIs = { path: file.path, readable: file.absolute, isGzip, textBytes };
  if (format === "parquet") return { ...asIs, isGzip: false };
  const head = await readHead({ absolute: file.absolute, isGzip }, 3);
  const encoding = encodingOf(head, isUtf8, given.locator.csv.encoding);
  if (encoding === "utf-8" && !isUtf8) {
    throw new OperatingError("SOURCE_UNREADABLE", `${file.path} is not valid UTF-8`, {
      hint: "Set csv.encoding to what it is, for example windows-1252.",
    });
  }
  const hasMark = head.toString("latin1") === "\xef\xbb\xbf";
  if (encoding === "utf-8" && !(hasMark && format !== "csv" && format !== "tsv")) return asIs;
  // Each look gets a copy of its own: another one may be reading the same content.
  const folder = await mkdtemp(join(await given.context.reader.scratchFolder(), "text-"));
  const copy = join(folder, "decoded.txt");
  const written = await decode(file, { encoding, copy, signal: given.context.signal });
  return { path: file.path, readable: copy, isGzip: false, textBytes: written };
}

function encodingOf(
  head: Buffer,
  isUtf8: boolean,
  declared: FileLocator["csv"]["encoding"],
): "utf-8" | "windows-1252" | "utf-16le" | "utf-16be" {
  const mark = head.toString("latin1");
  if (declared === "auto" || declared === "utf-16") {
    if (mark.startsWith("\xff\xfe")) return "utf-16le";
    if (mark.startsWith("\xfe\xff")) return "utf-16be";
    if (declared === "utf-16") return "utf-16le";
    return isUtf8 ? "utf-8" : "windows-1252";
  }
  return declared === "latin-1" ? "windows-1252" : declared;
}

/**
 * Writes a file's text in UTF-8. @returns the bytes written
 * @throws SOURCE_UNREADABLE when it is not in that encoding: no character is replaced by another
 */
async function decode(
  file: IdentifiedFile,
  to: { readonly encoding: string; readonly copy: string; readonly signal: AbortSignal },
): Promise<number> {
  const decoder = new TextDecoder(to.encoding, { fatal: true });
  let bytes = 0;
  const pass = (decoded: () => string, done: TransformCallback) => {
    try {
      const text = Buffer.from(decoded());
      bytes += text.length;
      done(null, text);
    } catch (cause) {
      done(
        new OperatingError("SOURCE_UNREADABLE", `${file.path} is not valid ${to.encoding}`, {
          hint: "Set csv.encoding to what it is, and check that the file is whole.",
          cause,
        }),
      );
    }
  };
  const convert = new Transform({
    transform: (chunk: Buffer, _, done) =>
      pass(() => decoder.decode(chunk, { stream: true }), done),
    flush: (done) => pass(() => decoder.decode(), done),
  });
  const source = createReadStream(file.absolute, { highWaterMark: 1 << 20 });
  const sink = createWriteStream(to.copy);
  const { signal } = to;
  if (file.content.isGzip) await pipeline(source, createGunzip(), convert, sink, { signal });
  else await pipeline(source, convert, sink, { signal });
  return bytes;
}

/** The columns that all files have together, with the types that were asked for instead. */
export async function columnsOf(
  files: readonly DescribedFile[],
  locator: FileLocator,
  context: FileContext,
): Promise<readonly Column[]> {
  const merged = mergeColumns(files.map((file) => file.facts.columns));
  const asked = new Map(
    Object.entries(locator.types).map(([name, type]) => [name.toLowerCase(), canonicalType(type)]),
  );
  const columns: Column[] = [];
  for (const { name, types } of merged) {
    const type =
      asked.get(name.toLowerCase()) ??
      widestType(types) ??
      (await unifyTypes(types, context.reader, context.signal));
    asked.delete(name.toLowerCase());
    columns.push({ name, type, nullable: true });
  }
  const { file_column: fileColumn } = locator;
  if (fileColumn !== null && columns.length > 0) {
    refuseTaken(fileColumn, columns, locator);
    columns.push(fileColumnOf(fileColumn));
    asked.delete(fileColumn.toLowerCase());
  }
  if (asked.size > 0 && columns.length > 0) {
    const names = [...asked.keys()].join(", ");
    context.log.warn(`${locator.path}: types names columns that are not there: ${names}.`);
  }
  return columns;
}

/** The column that is filled from the files' paths. */
export function fileColumnOf(name: string): Column {
  return { name, type: "VARCHAR", nullable: false };
}

function refuseTaken(name: string, columns: readonly Column[], locator: FileLocator): void {
  const taken = columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
  if (taken === undefined) return;
  throw new OperatingError(
    "SOURCE_UNREADABLE",
    `${locator.path}: file_column is ${name}, and a file has the column ${taken.name}`,
    { hint: "Give file_column another name." },
  );
}

/** The type that DuckDB itself gives to a column with values of all of `types`. */
async function unifyTypes(
  types: readonly string[],
  reader: DuckdbReader,
  signal: AbortSignal,
): Promise<string> {
  const selects = types.map((type) => `SELECT NULL::${type} AS ${quoteName("c")}`);
  return reader.withConnection(signal, async (run) => {
    const [row] = await run(`DESCRIBE ${selects.join(" UNION ALL BY NAME ")}`);
    return String(row?.[1] ?? "VARCHAR");
  });
}
