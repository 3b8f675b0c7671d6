import { TextDecoder } from "node:util";
import { OperatingError } from "../../errors/operating-error.ts";
import { type CsvHead, parseCsvHead, uniqueNames } from "./csv-dialect.ts";
import { describeJson } from "./describe-json.ts";
import { type DuckdbReader, quoteName, quoteText, type ReaderRows } from "./duckdb-reader.ts";
import {
  type FileFacts,
  type FileLook,
  headBytes,
  noColumns,
  type ReadableFile,
  wholeBytesMax,
} from "./file-facts.ts";
import { readHead } from "./file-identity.ts";
import type { FileFormat, FileLocator } from "./file-locator.ts";
import { type CsvScan, csvDetectSql, csvScanSql, parquetScanSql } from "./file-scan.ts";
import { findOpenQuote } from "./find-open-quote.ts";
import { confirmTypes, inferTypes, unknownType } from "./infer-types.ts";
import { lookAtTyped } from "./look-at-typed.ts";
import { readFormats } from "./read-formats.ts";
import { readSketches } from "./read-sketches.ts";
import { succeeds } from "./succeeds.ts";

type Run = (sql: string) => Promise<ReaderRows>;

/** Rows looked at in a larger file. */
const sampleRows = 50_000;

/** Looks into a file: its columns, its rows, and how it must be read. */
export async function describeFile(
  file: ReadableFile,
  format: FileFormat,
  locator: FileLocator,
  context: { readonly reader: DuckdbReader; readonly signal: AbortSignal },
): Promise<FileLook> {
  const path = await context.reader.literalPath(file.readable);
  return context.reader.withConnection(context.signal, async (run) => {
    const target = { ...file, readable: path };
    switch (format) {
      case "csv":
        return describeCsv(run, target, locator.csv);
      case "tsv": {
        const delimiter = locator.csv.delimiter === "auto" ? "\t" : locator.csv.delimiter;
        return describeCsv(run, target, { ...locator.csv, delimiter });
      }
      case "ndjson":
      case "json":
        return describeJson(run, target, format);
      case "parquet":
        return describeParquet(run, target);
    }
  });
}

async function describeCsv(
  run: Run,
  file: ReadableFile,
  csv: FileLocator["csv"],
): Promise<FileLook> {
  const bytes = await readHead({ absolute: file.readable, isGzip: file.isGzip }, headBytes);
  const text = new TextDecoder().decode(bytes);
  const head = parseCsvHead(text, csv, bytes.length === file.textBytes);
  const shape = { type: "csv", delimiter: head?.delimiter ?? ",", skip: head?.skip ?? 0 } as const;
  if (!head) {
    const empty = { ...noColumns, rows: 0, isExact: true, needsRewrite: false, shape };
    return { facts: empty, sketches: [] };
  }
  const isWhole = file.textBytes <= wholeBytesMax;
  const sample = await takeSample(run, file, { head, csv, isWhole });
  const inferred = await inferTypes(run, "sample", sample.scan.columns);
  const [[count] = []] = await run("SELECT count(*)::INTEGER FROM sample");
  const seen = typeof count === "number" ? count : 0;
  const columns = sample.scan.columns.map((name, index) => ({
    name,
    type: inferred[index] ?? "VARCHAR",
  }));
  const all =
    isWhole || seen < sampleRows
      ? { rows: seen, isExact: true, types: inferred }
      : await lookAtAll(run, file, { scan: sample.scan, columns });
  const formats = await readFormats(run, "sample", columns);
  if (sample.scan.isLenient || !all.isExact) await refuseOpenQuote(file, csv, shape.delimiter);
  const types = columns.map(({ type }, index) => all.types[index] ?? type);
  const facts: FileFacts = {
    columns: columns.map(({ name }, index) => [name, types[index] ?? "VARCHAR"]),
    evident: types.map((type) => (type === unknownType ? "NULL" : type)),
    // What was read off the sample does not hold for a type that all rows gave.
    formats: formats.map((format, index) => (types[index] === inferred[index] ? format : null)),
    rows: all.rows,
    isExact: all.isExact,
    needsRewrite: !sample.isRegular,
    shape,
  };
  return { facts, sketches: await readSketches(run, "sample", sample.scan.columns) };
}

/** A lenient reader would make one value of all rows after a quote that is never closed. */
async function refuseOpenQuote(
  file: ReadableFile,
  csv: FileLocator["csv"],
  delimiter: string,
): Promise<void> {
  const open = await findOpenQuote(file, { delimiter, quote: csv.quote });
  if (open === null) return;
  const detail = open.isToEnd
    ? `${file.path} ends inside a quoted field that opened in line ${open.line}`
    : `${file.path}: the quoted field that opened in line ${open.line} is not closed where a field ends`;
  throw new OperatingError("SOURCE_UNREADABLE", detail, {
    hint: "Close or double that quote, or set csv.quote to another character.",
  });
}

/** Looks at the rows beyond the sample; where some cannot be split, at the others. */
async function lookAtAll(
  run: Run,
  file: ReadableFile,
  given: {
    readonly scan: CsvScan;
    readonly columns: readonly { readonly name: string; readonly type: string }[];
  },
): Promise<{
  readonly rows: number;
  readonly isExact: boolean;
  readonly types: readonly string[];
}> {
  let all: Awaited<ReturnType<typeof confirmTypes>> | undefined;
  const look = async (scan: CsvScan) => {
    all = await confirmTypes(run, csvScanSql(file.readable, scan), given.columns);
    return all;
  };
  const isExact = await succeeds(() => look(given.scan));
  return { isExact, ...(all ?? (await look({ ...given.scan, isLenient: true }))) };
}

/**
 * Reads rows into the table `sample`. They are regular when a plain reader finds the same columns
 * and as many fields in each row; otherwise short rows are padded, and fields beyond the header
 * get columns of their own, so that nothing is lost.
 */
async function takeSample(
  run: Run,
  file: ReadableFile,
  given: {
    readonly head: CsvHead;
    readonly csv: FileLocator["csv"];
    readonly isWhole: boolean;
  },
): Promise<{ readonly scan: CsvScan; readonly isRegular: boolean }> {
  const { head, csv } = given;
  const scan: CsvScan = {
    columns: head.names,
    delimiter: head.delimiter,
    skip: head.skip,
    csv,
    isGzip: file.isGzip,
    isLenient: false,
  };
  const create = (one: CsvScan) =>
    run(
      `CREATE OR REPLACE TEMP TABLE sample AS SELECT * FROM ${csvScanSql(file.readable, one)}` +
        (given.isWhole ? "" : ` LIMIT ${sampleRows}`),
    );
  if (head.width <= head.names.length && (await succeeds(() => create(scan)))) {
    const isPlain = head.isHeaderClean && head.skip === 0;
    const found = isPlain ? await detectedNames(run, file.readable, scan) : null;
    const isRegular = found?.join("\n") === head.names.join("\n");
    return { scan, isRegular };
  }
  for (let width = Math.max(head.width, head.names.length) + 8; ; width *= 2) {
    const extra = Array.from({ length: width - head.names.length }, () => "");
    const columns = uniqueNames([...head.names, ...extra]);
    await create({ ...scan, columns, isLenient: true });
    const counts = columns.map((name) => `count(${quoteName(name)})::INTEGER`);
    const [row = []] = await run(`SELECT ${counts.join(", ")} FROM sample`);
    const used = row.findLastIndex((count) => count !== 0) + 1;
    if (used < width || width > 4_096) {
      const kept = columns.slice(0, Math.max(used, head.names.length));
      return { scan: { ...scan, columns: kept, isLenient: true }, isRegular: false };
    }
  }
}

/** The names that DuckDB gives by itself; `null` when it cannot make sense of the file. */
async function detectedNames(run: Run, path: string, scan: CsvScan) {
  let names: ReaderRows = [];
  const detect = csvDetectSql(path, scan);
  const isRead = await succeeds(async () => {
    names = await run(`SELECT column_name FROM (DESCRIBE SELECT * FROM ${detect})`);
  });
  return isRead ? names.map(([name]) => String(name)) : null;
}

async function describeParquet(run: Run, file: ReadableFile): Promise<FileLook> {
  const scan = parquetScanSql(file.readable);
  const columns = await run(
    `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${scan})`,
  );
  const [[rows] = []] = await run(
    `SELECT num_rows::DOUBLE FROM parquet_file_metadata(${quoteText(file.readable)})`,
  );
  const typed = columns.map(([name, type]): [string, string] => [String(name), String(type)]);
  const { formats, sketches } = await lookAtTyped(run, scan, typed);
  const facts: FileFacts = {
    columns: typed,
    evident: typed.map(([, type]) => type),
    formats,
    rows: typeof rows === "number" ? rows : null,
    isExact: typeof rows === "number",
    needsRewrite: false,
    shape: { type: "parquet" },
  };
  return { facts, sketches };
}
