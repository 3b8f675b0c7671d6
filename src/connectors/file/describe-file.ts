import { TextDecoder } from "node:util";
import { OperatingError } from "../../errors/operating-error.ts";
import { type CsvHead, parseCsvHead, uniqueNames } from "./csv-dialect.ts";
import { type DuckdbReader, quoteName, quoteText, type ReaderRows } from "./duckdb-reader.ts";
import type { FileFacts, ReadableFile } from "./file-facts.ts";
import { readHead } from "./file-identity.ts";
import type { FileFormat, FileLocator } from "./file-locator.ts";
import {
  type CsvScan,
  csvDetectSql,
  csvScanSql,
  jsonObjectsSql,
  jsonScanSql,
  parquetScanSql,
} from "./file-scan.ts";
import { findOpenQuote } from "./find-open-quote.ts";
import { confirmTypes, inferTypes } from "./infer-types.ts";

type Run = (sql: string) => Promise<ReaderRows>;

/** Files up to this size are looked at whole; the types of larger ones come from a sample. */
const wholeBytesMax = 16 << 20;
/** Rows looked at in a larger file. */
const sampleRows = 50_000;
const headBytes = 256 << 10;

/** Looks into a file: its columns, its rows, and how it must be read. */
export async function describeFile(
  file: ReadableFile,
  format: FileFormat,
  locator: FileLocator,
  context: { readonly reader: DuckdbReader; readonly signal: AbortSignal },
): Promise<FileFacts> {
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
): Promise<FileFacts> {
  const bytes = await readHead({ absolute: file.readable, isGzip: file.isGzip }, headBytes);
  const text = new TextDecoder().decode(bytes);
  const head = parseCsvHead(text, csv, bytes.length === file.textBytes);
  const shape = { type: "csv", delimiter: head?.delimiter ?? ",", skip: head?.skip ?? 0 } as const;
  if (!head) return { columns: [], rows: 0, isExact: true, needsRewrite: false, shape };
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
  if (sample.scan.isLenient || !all.isExact) await refuseOpenQuote(file, csv, shape.delimiter);
  return {
    columns: columns.map(({ name, type }, index) => [name, all.types[index] ?? type]),
    rows: all.rows,
    isExact: all.isExact,
    needsRewrite: !sample.isRegular,
    shape,
  };
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

/** Whether DuckDB reads it; what it says of a file that it cannot read is the answer no. */
async function succeeds(read: () => Promise<unknown>): Promise<boolean> {
  try {
    await read();
    return true;
  } catch (error) {
    if (error instanceof Error && /^(Invalid Input|Conversion) Error/.test(error.message)) {
      return false;
    }
    throw error;
  }
}

async function describeJson(
  run: Run,
  file: ReadableFile,
  format: "json" | "ndjson",
): Promise<FileFacts> {
  const isLarge = file.textBytes > wholeBytesMax;
  let isSampled = isLarge;
  const bytes = await readHead({ absolute: file.readable, isGzip: file.isGzip }, headBytes);
  const first = new TextDecoder().decode(bytes).trimStart()[0];
  const empty = { columns: [], rows: 0, isExact: true, needsRewrite: false };
  if (first === undefined) return { ...empty, shape: { type: "json", layout: "array" } };
  let layout: "array" | "newline_delimited" | "unstructured" =
    first === "[" && format === "json" ? "array" : "newline_delimited";
  let columns: ReaderRows = [];
  const describe = async () => {
    const scan = jsonScanSql(file.readable, { layout, isGzip: file.isGzip, isSampled });
    columns = await run(`SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${scan})`);
  };
  if (layout === "array" || format === "ndjson") await describe();
  else if (!(await succeeds(describe))) {
    layout = "unstructured";
    await describe();
  }
  let hasAllKeys = await namesAllKeys(run, file, { layout, columns });
  // What a sample did not show would be left out in silence, within objects as among them.
  if (isSampled && (!hasAllKeys || columns.some(([, type]) => isNested(String(type))))) {
    isSampled = false;
    await describe();
    hasAllKeys = await namesAllKeys(run, file, { layout, columns });
  }
  const shape = { type: "json", layout } as const;
  const rows = await countJson(run, file, { layout, lines: isLarge ? countLines(bytes) : 0 });
  if (rows.rows === 0) return { ...empty, shape };
  // Keys that differ only in case get names of their own, by which only a copy has them.
  const needsRewrite = layout === "unstructured" || !hasAllKeys;
  return {
    columns: await exactColumns(run, file, {
      layout,
      columns: await zonedColumns(run, file, { layout, columns }),
      needsRewrite,
    }),
    ...rows,
    needsRewrite,
    shape,
  };
}

/** Whether every key of every object is a column. */
async function namesAllKeys(
  run: Run,
  file: ReadableFile,
  given: { readonly layout: string; readonly columns: ReaderRows },
): Promise<boolean> {
  const objects = jsonObjectsSql(file.readable, { layout: given.layout, isGzip: file.isGzip });
  const keys = await run(`SELECT DISTINCT unnest(json_keys(json)) FROM ${objects}`);
  const names = new Set(given.columns.map(([name]) => String(name)));
  return keys.every(([key]) => names.has(String(key)));
}

const clockOffset = "':[0-9]{2}([.][0-9]+)?[+-][0-9]{2}(:?[0-9]{2})?$'";
const clockZone = "':[0-9]{2}([.][0-9]+)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)$'";

/**
 * The columns with instants of which some have an offset as what they are: DuckDB takes them for
 * TIMESTAMP, which cannot hold it. Where others have no zone at all, only text says the same.
 */
async function zonedColumns(
  run: Run,
  file: ReadableFile,
  given: { readonly layout: string; readonly columns: ReaderRows },
): Promise<FileFacts["columns"]> {
  const columns = given.columns.map(([name, type]): [string, string] => [
    String(name),
    String(type),
  ]);
  const instants = columns.filter(([, type]) => type === "TIMESTAMP").map(([name]) => name);
  if (instants.length === 0) return columns;
  const looks = instants.map((name) => {
    const text = `json_extract_string(json, ${pointerTo(name)})`;
    return (
      `CASE WHEN NOT bool_or(regexp_matches(${text}, ${clockOffset})) THEN 'TIMESTAMP' ` +
      `WHEN bool_and(regexp_matches(${text}, ${clockZone})) THEN 'TIMESTAMP WITH TIME ZONE' ` +
      "ELSE 'VARCHAR' END"
    );
  });
  const objects = jsonObjectsSql(file.readable, { layout: given.layout, isGzip: file.isGzip });
  const [row = []] = await run(`SELECT ${looks.join(", ")} FROM ${objects}`);
  const types = new Map(instants.map((name, index) => [name, String(row[index])]));
  return columns.map(([name, type]) => [name, types.get(name) ?? type]);
}

/**
 * The columns with whole numbers that a DOUBLE would round as what keeps every digit: text, or JSON
 * where they are within others.
 * @throws SOURCE_UNREADABLE when a copy has to be made, which would round them
 */
async function exactColumns(
  run: Run,
  file: ReadableFile,
  given: {
    readonly layout: string;
    readonly columns: FileFacts["columns"];
    readonly needsRewrite: boolean;
  },
): Promise<FileFacts["columns"]> {
  const { layout, columns, needsRewrite } = given;
  const numbers = columns.filter(([, type]) => /DOUBLE|HUGEINT/.test(type));
  if (numbers.length === 0) return columns;
  const long = quoteText("(^|[\\[:,])\\s*-?[0-9]{16,}\\s*($|[\\],}])");
  const looks = numbers.map(([name]) => {
    const text = `CAST(json_extract(json, ${pointerTo(name)}) AS VARCHAR)`;
    return `coalesce(bool_or(regexp_matches(${text}, ${long})), false)`;
  });
  const objects = jsonObjectsSql(file.readable, { layout, isGzip: file.isGzip });
  const [row = []] = await run(`SELECT ${looks.join(", ")} FROM ${objects}`);
  const losing = new Set(numbers.filter((_, index) => row[index] === true).map(([name]) => name));
  if (needsRewrite && losing.size > 0) {
    const names = [...losing].join(", ");
    throw new OperatingError(
      "SOURCE_UNREADABLE",
      `${file.path} has whole numbers with more digits than can be copied, in ${names}`,
      { hint: "Write one object per line, with keys that differ in more than case." },
    );
  }
  return columns.map(([name, type]) => {
    if (!losing.has(name)) return [name, type];
    return [name, isNested(type) ? "JSON" : "VARCHAR"];
  });
}

/** A key as a JSON pointer, in SQL. */
function pointerTo(key: string): string {
  return quoteText(`/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`);
}

function isNested(type: string): boolean {
  return /[([]/.test(type);
}

/** Counts rows; those of a large file of lines are estimated from the `lines` of its head. */
async function countJson(
  run: Run,
  file: ReadableFile,
  head: { readonly layout: string; readonly lines: number },
): Promise<{ readonly rows: number; readonly isExact: boolean }> {
  if (head.layout === "newline_delimited" && head.lines > 0) {
    return { rows: Math.round((file.textBytes / headBytes) * head.lines), isExact: false };
  }
  const scan = jsonScanSql(file.readable, { ...head, isGzip: file.isGzip, isSampled: true });
  const [[count] = []] = await run(`SELECT count(*)::INTEGER FROM ${scan}`);
  return { rows: typeof count === "number" ? count : 0, isExact: true };
}

function countLines(bytes: Uint8Array): number {
  return bytes.reduce((count, byte) => (byte === 0x0a ? count + 1 : count), 0);
}

async function describeParquet(run: Run, file: ReadableFile): Promise<FileFacts> {
  const scan = parquetScanSql(file.readable);
  const columns = await run(
    `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${scan})`,
  );
  const [[rows] = []] = await run(
    `SELECT num_rows::DOUBLE FROM parquet_file_metadata(${quoteText(file.readable)})`,
  );
  return {
    columns: columns.map(([name, type]) => [String(name), String(type)]),
    rows: typeof rows === "number" ? rows : null,
    isExact: typeof rows === "number",
    needsRewrite: false,
    shape: { type: "parquet" },
  };
}
