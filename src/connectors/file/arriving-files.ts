import { renderDataType } from "../../core/schema/data-type.ts";
import { joinTypes } from "../../core/schema/join-types.ts";
import type {
  ColumnFormat,
  ColumnSketch,
  ObservedColumn,
  ObservedSchema,
  SchemaEvidence,
} from "../../core/schema/observed-schema.ts";
import { dataTypeOf } from "../../core/schema/parse-data-type.ts";
import { present } from "../../core/std/assert.ts";
import type { Json } from "../../core/std/json.ts";
import { canonicalType } from "../../ports/declared-type.ts";
import { newFiles } from "./choose-files.ts";
import type { FileLocator } from "./file-locator.ts";
import {
  type DescribedFile,
  type FileContext,
  type FileMemo,
  fileColumnOf,
} from "./file-source.ts";
import { joinSketches } from "./read-sketches.ts";
import { sketchFile } from "./sketch-file.ts";
import { settlePatterns } from "./timestamp-pattern.ts";

interface ArrivingRequest {
  readonly locator: FileLocator;
  /** The cursor of the target. */
  readonly loaded: Json;
  /** What an earlier look gave; see `FileMemo.sketches`. */
  readonly sketches: FileMemo["sketches"];
  readonly context: FileContext;
}

/** Neighbours in path order that have the same columns. */
type Run = readonly [DescribedFile, ...DescribedFile[]];

/** More shapes than this in one look are joined by their columns, wherever the files stand. */
const runsMax = 200;

/**
 * The shapes of what the target does not hold yet: one for each run of neighbouring files with the
 * same columns, in path order. Of a run its first and last file are sketched, which its neighbours
 * are compared with; so that thousands of new files cost no more than their types.
 */
export async function lookAtArriving(
  files: readonly DescribedFile[],
  request: ArrivingRequest,
): Promise<{ readonly arriving: readonly ObservedSchema[] } & Pick<FileMemo, "sketches">> {
  const filled = files.filter((file) => file.facts.columns.length > 0);
  const runs = runsOf(newFiles(filled, request.loaded));
  const sketches: Record<string, readonly ColumnSketch[]> = {};
  const arriving: ObservedSchema[] = [];
  for (const run of runs) {
    const ends = [...new Set([run[0], present(run.at(-1), "a run has a last file")])];
    for (const file of ends) {
      const { sha256 } = file.content;
      sketches[sha256] ??=
        file.sketches ??
        request.sketches[sha256] ??
        (await sketchFile(file, request.locator, request.context));
    }
    arriving.push(observe(run, { ...request, sketches, ends, files: filled }));
  }
  return { arriving, sketches };
}

function runsOf(files: readonly DescribedFile[]): readonly Run[] {
  const runs: [DescribedFile, ...DescribedFile[]][] = [];
  for (const file of files) {
    const last = runs.at(-1);
    if (last !== undefined && headerOf(last[0]) === headerOf(file)) last.push(file);
    else runs.push([file]);
  }
  if (runs.length <= runsMax) return runs;
  const byHeader = new Map<string, [DescribedFile, ...DescribedFile[]]>();
  for (const file of files) {
    const run = byHeader.get(headerOf(file));
    if (run === undefined) byHeader.set(headerOf(file), [file]);
    else run.push(file);
  }
  return [...byHeader.values()];
}

function headerOf({ facts }: DescribedFile): string {
  const names = facts.columns.map(([name]) => name);
  return JSON.stringify(facts.shape.type === "json" ? names.sort() : names);
}

interface RunRequest extends ArrivingRequest {
  /** The files of the run that have sketches. */
  readonly ends: readonly DescribedFile[];
  /** All that the source has. */
  readonly files: readonly DescribedFile[];
}

function observe(run: Run, request: RunRequest): ObservedSchema {
  const names = [...new Map(run.flatMap(columnsByKey)).values()];
  const declared = new Map(
    Object.entries(request.locator.types).map(([name, type]) => [
      name.toLowerCase(),
      canonicalType(type),
    ]),
  );
  const columns = names.map((name): ObservedColumn => {
    const seen = run.flatMap((file) => file.facts.evident[placeOf(file, name)] ?? []);
    const joined = seen.map(dataTypeOf).reduce(joinTypes, { kind: "unknown" });
    return {
      name,
      type: declared.get(name.toLowerCase()) ?? renderDataType(joined),
      nullable: true,
      format: joinFormats(run, name, request.files),
      sketch: joinedSketch(name, request),
    };
  });
  const { file_column: fileColumn } = request.locator;
  const added =
    fileColumn === null ? [] : [{ ...fileColumnOf(fileColumn), format: null, sketch: null }];
  return {
    columns: [...columns, ...added],
    key: [],
    evidence: evidenceOf(run),
    origin: run[0].path,
  };
}

/** Names by what tells them apart. */
function columnsByKey(file: DescribedFile) {
  return file.facts.columns.map(([name]) => [name.toLowerCase(), name] as const);
}

function placeOf(file: DescribedFile, name: string): number {
  return file.facts.columns.findIndex(([own]) => own.toLowerCase() === name.toLowerCase());
}

function evidenceOf(run: Run): SchemaEvidence {
  const { type } = run[0].facts.shape;
  if (type === "parquet") return { kind: "read" };
  const rows = run.reduce((total, file) => total + (file.facts.rows ?? 0), 0);
  return { kind: "inferred", from: type, rows };
}

function joinFormats(run: Run, name: string, files: readonly DescribedFile[]): ColumnFormat | null {
  const known = formatsOf(run, name);
  const padded = known.map(({ isZeroPadded }) => isZeroPadded).filter((is) => is !== null);
  const patterns = [...new Set(known.flatMap(({ timestamps }) => timestamps ?? []))].sort();
  const marks = known.map(({ decimalMark }) => decimalMark).filter((mark) => mark !== null);
  const format: ColumnFormat = {
    isZeroPadded: padded.length === 0 ? null : padded.includes(true),
    timestamps: patterns.length === 0 ? null : settlePatterns(patterns, elsewhere(name, files)),
    decimalMark: marks.includes(",") ? "," : (marks[0] ?? null),
  };
  return Object.values(format).every((value) => value === null) ? null : format;
}

function* elsewhere(name: string, files: readonly DescribedFile[]) {
  for (const { timestamps } of formatsOf(files, name)) if (timestamps !== null) yield timestamps;
}

function formatsOf(files: readonly DescribedFile[], name: string) {
  return files
    .map((file) => file.facts.formats[placeOf(file, name)] ?? null)
    .filter((format) => format !== null);
}

function joinedSketch(name: string, request: RunRequest): ColumnSketch | null {
  const own = request.ends.flatMap(
    (file) => request.sketches[file.content.sha256]?.[placeOf(file, name)] ?? [],
  );
  const [first, ...rest] = own;
  return first === undefined ? null : rest.reduce(joinSketches, first);
}
