import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Column } from "../../core/schema/table-schema.ts";
import { hashOf } from "../../core/std/hash.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import { canonicalType } from "../../ports/declared-type.ts";
import type { ManifestDraft, StagedChunks, StagedFile, StagedFormat } from "../../ports/staging.ts";
import type { FileChoice } from "./choose-files.ts";
import { isLiteralPath, quoteName, quoteText } from "./duckdb-reader.ts";
import { toFileError } from "./file-errors.ts";
import type { FileShape } from "./file-facts.ts";
import { refuseChanged } from "./file-identity.ts";
import type { FileLocator } from "./file-locator.ts";
import { csvScanSql, jsonScanSql } from "./file-scan.ts";
import { columnsOf, type DescribedFile, type FileContext, fileColumnOf } from "./file-source.ts";
import { keptCopies } from "./kept-copies.ts";

interface StageRequest {
  readonly locator: FileLocator;
  /** Where copies go. */
  readonly folder: string;
  readonly choice: FileChoice;
  readonly context: FileContext;
  readonly chunks: StagedChunks | undefined;
}

/** How all files of one manifest are read. */
interface Target {
  readonly format: StagedFormat;
  readonly isGzip: boolean;
}

/**
 * Stages the chosen ones of a source's files: by reference where the warehouse can read them as
 * they are, else as copies in UTF-8 with one header and as many fields in every row.
 * @throws SOURCE_CHANGED when a file changed since it was identified, SOURCE_EMPTY when all are
 *   empty and no columns are declared
 */
export async function stageFiles(
  files: readonly DescribedFile[],
  request: StageRequest,
): Promise<ManifestDraft> {
  const { locator, choice, context } = request;
  const chosenPaths = new Set(choice.files.map((file) => file.path));
  const filled = files.filter((file) => file.facts.columns.length > 0);
  const chosen = filled.filter((file) => chosenPaths.has(file.path));
  const found = await columnsOf(files, locator, context);
  const columns = found.length === 0 ? declaredColumns(locator) : found;
  if (columns.length === 0 && choice.scope === "full") {
    throw new OperatingError("SOURCE_EMPTY", `${locator.path} is empty: it has no columns`, {
      hint:
        "Declare its columns under types to load it with no rows, hold the load by a rule while " +
        "source.volume.rows is 0, or remove the empty file.",
    });
  }
  const target = targetFor(chosen, locator);
  const staged = await stageChosen(chosen, target, request);
  const rows = staged.map((file) => file.rows);
  return {
    format: target.format,
    compression: target.isGzip ? "gzip" : "none",
    files: staged,
    columns,
    scope: choice.scope,
    rows: rows.reduce(
      (total, count) => (total === null || count === null ? null : total + count),
      0,
    ),
    cursor: choice.cursor,
    replaces: choice.replaces,
    fileColumn: locator.file_column,
  };
}

/** Copies are kept as they are made: a later attempt makes none of them again. */
async function stageChosen(
  chosen: readonly DescribedFile[],
  target: Target,
  request: StageRequest,
): Promise<readonly StagedFile[]> {
  const copies = keptCopies(request.chunks);
  const staged: StagedFile[] = [];
  for (const [index, file] of chosen.entries()) {
    request.context.signal.throwIfAborted();
    const made = hashOf({ path: file.path, content: file.content.sha256, target });
    const known = copies.find(made);
    try {
      const name = `part-${String(index + 1).padStart(5, "0")}.${target.format.type}`;
      const next = known ?? (await stageFile(file, target, join(request.folder, name), request));
      await refuseChanged(file);
      staged.push(next);
      if (known === undefined && next.isOwned) await copies.keep(made, next);
    } catch (error) {
      throw toFileError(error, file.path);
    }
  }
  return staged.map((file) => copies.moved.get(file.path) ?? file);
}

/** What `types` says of a source whose files say nothing. */
function declaredColumns(locator: FileLocator): readonly Column[] {
  const { types, file_column: fileColumn } = locator;
  const columns = Object.entries(types).map(([name, type]) => ({
    name,
    type: canonicalType(type),
    nullable: true,
  }));
  if (fileColumn === null || columns.length === 0) return columns;
  return [...columns.filter(({ name }) => name !== fileColumn), fileColumnOf(fileColumn)];
}

/** The reading that fits the most files as they are; the others are copied into it. */
function targetFor(files: readonly DescribedFile[], locator: FileLocator): Target {
  const shapes = files.map((file) => file.facts.shape);
  return {
    format: formatFor(shapes, locator),
    isGzip:
      files.length > 0 && files.every((file) => file.readable.isGzip && isPlain(file, shapes)),
  };
}

function formatFor(shapes: readonly FileShape[], locator: FileLocator): StagedFormat {
  const [first] = shapes;
  switch (first?.type) {
    case "json": {
      const isArray = shapes.every((shape) => shape.type === "json" && shape.layout === "array");
      return { type: isArray ? "json" : "ndjson" };
    }
    case "parquet":
      return { type: "parquet" };
    case "csv":
    case undefined:
      return {
        type: "csv",
        delimiter: first?.delimiter ?? ",",
        quote: locator.csv.quote,
        hasHeader: true,
        nullText: locator.csv.null_text,
        isQuotedNull: true,
        encoding: "utf-8",
      };
  }
}

/** Whether a file can be read in place beside files of the first one's shape. */
function isPlain(file: DescribedFile, shapes: readonly FileShape[]): boolean {
  const { shape, needsRewrite } = file.facts;
  const [first] = shapes;
  if (needsRewrite || !isLiteralPath(file.absolute)) return false;
  if (file.readable.readable !== file.absolute) return false;
  if (shape.type === "csv") return first?.type === "csv" && shape.delimiter === first.delimiter;
  if (shape.type === "json") {
    return shapes.every((other) => other.type === "json" && other.layout === shape.layout);
  }
  return true;
}

async function stageFile(
  file: DescribedFile,
  target: Target,
  to: string,
  request: StageRequest,
): Promise<StagedFile> {
  const rows = file.facts.isExact ? file.facts.rows : null;
  const isMixed = !fitsFormat(file.facts.shape, target.format);
  const isInPlace =
    !isMixed && isPlain(file, [file.facts.shape]) && file.readable.isGzip === target.isGzip;
  if (isInPlace) {
    const { size } = file.stamp;
    const { sha256 } = file.content;
    const stamp = file.stamp.text;
    return {
      path: file.absolute,
      bytes: size,
      sha256,
      rows,
      isOwned: false,
      stamp,
      name: file.path,
    };
  }
  const isCopy = !isMixed && !file.facts.needsRewrite && !file.readable.isGzip;
  if (isCopy) await copyFile(file.readable.readable, to);
  else await rewrite(file, target.format, to, request);
  return {
    path: to,
    bytes: (await stat(to)).size,
    sha256: await hashFile(to, request.context.signal),
    rows,
    isOwned: true,
    stamp: null,
    name: file.path,
  };
}

function fitsFormat(shape: FileShape, format: StagedFormat): boolean {
  switch (shape.type) {
    case "csv":
      return format.type === "csv" && format.delimiter === shape.delimiter;
    case "json":
      return format.type === "json" ? shape.layout === "array" : shape.layout !== "array";
    case "parquet":
      return true;
  }
}

/** Writes a file anew, as regular as DuckDB makes it. */
async function rewrite(
  file: DescribedFile,
  format: StagedFormat,
  to: string,
  request: StageRequest,
): Promise<void> {
  const { reader, signal } = request.context;
  const path = await reader.literalPath(file.readable.readable);
  const { shape, columns } = file.facts;
  await reader.withConnection(signal, async (run) => {
    if (shape.type === "csv" && format.type === "csv") {
      const beyond = "beyond";
      const names = columns.map(([name]) => name);
      const scan = csvScanSql(path, {
        columns: [...names, beyond],
        delimiter: shape.delimiter,
        skip: shape.skip,
        csv: request.locator.csv,
        isGzip: file.readable.isGzip,
        isLenient: true,
      });
      const [[extra] = []] = await run(`SELECT count(${quoteName(beyond)})::INTEGER FROM ${scan}`);
      if (extra !== 0) {
        throw new OperatingError(
          "SOURCE_UNREADABLE",
          `${file.path}: ${String(extra)} rows have more fields than any of the first rows`,
          { hint: "Check the delimiter and quotes of these rows." },
        );
      }
      const options = [
        `DELIMITER ${quoteText(format.delimiter)}`,
        `QUOTE ${quoteText(format.quote)}`,
        `ESCAPE ${quoteText(format.quote)}`,
        `NULLSTR ${quoteText(format.nullText)}`,
      ];
      const select = names.map(quoteName).join(", ");
      await run(
        `COPY (SELECT ${select} FROM ${scan}) TO ${quoteText(to)} ` +
          `(FORMAT csv, HEADER, ${options.join(", ")})`,
      );
    } else if (shape.type === "json") {
      const { isGzip } = file.readable;
      const scan = jsonScanSql(path, { layout: shape.layout, isGzip, isSampled: false });
      const array = format.type === "json" ? ", ARRAY" : "";
      await run(`COPY (SELECT * FROM ${scan}) TO ${quoteText(to)} (FORMAT json${array})`);
    }
  });
}

async function hashFile(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  const file = createReadStream(path, { highWaterMark: 1 << 20, signal });
  for await (const chunk of file) hash.update(chunk);
  return hash.digest("hex");
}
