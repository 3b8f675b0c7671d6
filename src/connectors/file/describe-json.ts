import { TextDecoder } from "node:util";
import { renderDataType } from "../../core/schema/data-type.ts";
import { dataTypeOf } from "../../core/schema/parse-data-type.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import { quoteText, type ReaderRows } from "./duckdb-reader.ts";
import { evidentType } from "./evident-type.ts";
import {
  type FileFacts,
  type FileLook,
  headBytes,
  noColumns,
  type ReadableFile,
  wholeBytesMax,
} from "./file-facts.ts";
import { readHead } from "./file-identity.ts";
import { jsonObjectsSql, jsonScanSql } from "./file-scan.ts";
import { lookAtTyped } from "./look-at-typed.ts";
import { succeeds } from "./succeeds.ts";

type Run = (sql: string) => Promise<ReaderRows>;

/** Looks into a file of JSON objects: its columns, its rows, and how they are laid out. */
export async function describeJson(
  run: Run,
  file: ReadableFile,
  format: "json" | "ndjson",
): Promise<FileLook> {
  const isLarge = file.textBytes > wholeBytesMax;
  let isSampled = isLarge;
  const bytes = await readHead({ absolute: file.readable, isGzip: file.isGzip }, headBytes);
  const first = new TextDecoder().decode(bytes).trimStart()[0];
  const empty = { ...noColumns, rows: 0, isExact: true, needsRewrite: false };
  if (first === undefined)
    return { facts: { ...empty, shape: { type: "json", layout: "array" } }, sketches: [] };
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
  if (rows.rows === 0) return { facts: { ...empty, shape }, sketches: [] };
  // Keys that differ only in case get names of their own, by which only a copy has them.
  const needsRewrite = layout === "unstructured" || !hasAllKeys;
  const exact = await exactColumns(run, file, {
    layout,
    columns: await zonedColumns(run, file, { layout, columns }),
    needsRewrite,
  });
  const scan = jsonScanSql(file.readable, { layout, isGzip: file.isGzip, isSampled });
  const { formats, sketches } = await lookAtTyped(run, scan, exact);
  const evident = await evidentTypes(run, file, { layout, columns: exact });
  return { facts: { columns: exact, evident, formats, ...rows, needsRewrite, shape }, sketches };
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

/** The types with "no evidence" where nothing but null, `[]` or `{}` was seen. */
async function evidentTypes(
  run: Run,
  file: ReadableFile,
  given: { readonly layout: string; readonly columns: FileFacts["columns"] },
): Promise<FileFacts["evident"]> {
  const open = given.columns.filter(([, type]) => type.includes("JSON"));
  if (open.length === 0) return given.columns.map(([, type]) => type);
  const looks = open.map(
    ([name]) => `json_group_structure(json_extract(json, ${pointerTo(name)}))::VARCHAR`,
  );
  const objects = jsonObjectsSql(file.readable, { layout: given.layout, isGzip: file.isGzip });
  const [row = []] = await run(`SELECT ${looks.join(", ")} FROM ${objects}`);
  const evident = new Map(
    open.map(([name, type], index) => {
      const structure: unknown = JSON.parse(String(row[index]));
      return [name, renderDataType(evidentType(dataTypeOf(type), structure))];
    }),
  );
  return given.columns.map(([name, type]) => evident.get(name) ?? type);
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
