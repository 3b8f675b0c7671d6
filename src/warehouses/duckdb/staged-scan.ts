import { OperatingError } from "../../errors/operating-error.ts";
import type { Manifest, StagedFile } from "../../ports/staging.ts";
import {
  type ColumnProblem,
  columnCast,
  lenient,
  problem,
  problemItems,
  type StagedColumn,
  type TextCast,
  textCast,
  typedCast,
} from "./column-cast.ts";
import type { Session } from "./duckdb-session.ts";
import { literal, quoteName } from "./quote-duckdb.ts";
import { readCsvHeader } from "./read-csv-header.ts";

/** Some staged rows: whole files, or a range of one Parquet file's rows. */
export interface Slice {
  readonly files: readonly StagedFile[];
  /** Rows of the only file, counting from 0; `end` is exclusive. */
  readonly range: { readonly start: number; readonly end: number } | null;
}

/** Temporary tables in which the engine puts the lines that are no rows at all. */
export const rejectTables = { errors: "_sluice_rejects", scans: "_sluice_reject_scans" };

/** A folder named `key=value` is a folder: what it says is no column of its files. */
const noHive = "hive_partitioning = false";

/** The engine's own limit for a line is 2 MB, and a document in a field is soon longer. */
const csvLimits = "max_line_size = 16777216, buffer_size = 33554432";

/** One statement's worth of reading: files that share their columns. */
interface Group {
  /** A FROM clause whose columns are read as texts where `isText` says so. */
  readonly from: string;
  readonly where: readonly string[];
  /** How each staged column is found in it; absent where these files do not have it. */
  readonly columns: ReadonlyMap<string, { readonly value: string; readonly type: string }>;
  /** The name of the file that a row is of. */
  readonly file: string;
  /** The text of a row and what is wrong with it as a whole, where the format can tell. */
  readonly row: { readonly raw: string; readonly problem: string } | null;
}

/**
 * The SELECT that reads a slice with every column as it is to be stored, and fails at the first
 * row that cannot be kept whole.
 */
export async function strictScan(
  session: Session,
  manifest: Manifest,
  columns: readonly StagedColumn[],
  slice: Slice,
): Promise<string> {
  const groups = await groupsOf(session, manifest, columns, { slice, isLenient: false });
  return groups.map((group) => strictSelect(group, columns)).join("\nUNION ALL\n");
}

/**
 * The SELECT that reads a slice as it can: each column as it is to be stored, then `_problem`
 * (NULL for a whole row), `_sluice_column` and `_sluice_value` (the first that does not fit) and
 * `_raw` (the row as JSON of its texts).
 */
export async function lenientScan(
  session: Session,
  manifest: Manifest,
  columns: readonly StagedColumn[],
  slice: Slice,
): Promise<string> {
  const groups = await groupsOf(session, manifest, columns, { slice, isLenient: true });
  return groups
    .map((group) => selectOf(group.from, lenientItems(group, columns), group.where))
    .join("\nUNION ALL\n");
}

export function selectOf(from: string, items: readonly string[], where: readonly string[]): string {
  const conditions = where.length === 0 ? "" : `\nWHERE ${where.join(" AND ")}`;
  return `SELECT ${items.join(",\n  ")}\nFROM ${from}${conditions}`;
}

function castOf(found: { readonly value: string; readonly type: string }, column: StagedColumn) {
  if (found.type === column.type) return null;
  const asText: TextCast | null = found.type === "VARCHAR" ? columnCast(found.value, column) : null;
  return asText ?? typedCast(found.value, found.type, column.type);
}

/**
 * What would be lost is looked for in one condition over the row: judged value by value in the
 * list of columns, the same costs a quarter of the whole load.
 */
function strictSelect(group: Group, columns: readonly StagedColumn[]): string {
  const losses: string[] = [];
  const items = columns.map((column) => {
    const name = quoteName(column.name);
    if (column.isFile === true) return `${group.file} AS ${name}`;
    const found = group.columns.get(column.name);
    if (found === undefined) return `CAST(NULL AS ${column.type}) AS ${name}`;
    const cast = castOf(found, column);
    if (cast === null) return `${found.value} AS ${name}`;
    losses.push(`(${cast.isLossy})`);
    return `${cast.value} AS ${name}`;
  });
  const whole = `CASE WHEN ${losses.join(" OR ")} THEN error('a row cannot be kept whole') ELSE true END`;
  return selectOf(group.from, items, losses.length === 0 ? group.where : [...group.where, whole]);
}

function lenientItems(group: Group, columns: readonly StagedColumn[]): readonly string[] {
  const problems: ColumnProblem[] = [];
  const texts: string[] = [];
  const values = columns.map((column) => {
    if (column.isFile === true) return `${group.file} AS ${quoteName(column.name)}`;
    const found = group.columns.get(column.name);
    if (found === undefined) return `CAST(NULL AS ${column.type}) AS ${quoteName(column.name)}`;
    texts.push(`${literal(column.name)}: ${found.value}`);
    if (found.type === column.type) return `${found.value} AS ${quoteName(column.name)}`;
    const cast = lenientCast(found, column);
    problems.push(problem(found.value, column, cast));
    return `${lenient(found.value, column, cast)} AS ${quoteName(column.name)}`;
  });
  const asJson = texts.length === 0 ? "NULL" : `CAST(to_json({${texts.join(", ")}}) AS VARCHAR)`;
  const told = problemItems(problems, group.row?.problem ?? null);
  return [...values, ...told, `${group.row?.raw ?? asJson} AS _raw`];
}

export function lenientCast(
  found: { readonly value: string; readonly type: string },
  column: StagedColumn,
): TextCast | null {
  if (found.type === "VARCHAR") return columnCast(found.value, column);
  return found.type === "JSON" ? null : castOf(found, column);
}

interface ScanOptions {
  readonly slice: Slice;
  readonly isLenient: boolean;
}

/** What an extraction without files holds: all columns, and no row. */
const groupOfNothing: Group = {
  from: "(SELECT 1)",
  where: ["false"],
  columns: new Map(),
  file: "CAST(NULL AS VARCHAR)",
  row: null,
};

/** What must be read, statement by statement. */
export function groupsOf(
  session: Session,
  manifest: Manifest,
  wanted: readonly StagedColumn[],
  options: ScanOptions,
): Promise<readonly Group[]> {
  const columns = wanted.filter(({ isFile }) => isFile === undefined);
  if (options.slice.files.length === 0) return Promise.resolve([groupOfNothing]);
  switch (manifest.format.type) {
    case "csv":
      return csvGroups(manifest, columns, options);
    case "parquet":
      return parquetGroups(session, manifest, columns, options.slice);
    case "ndjson":
    case "json":
      return Promise.resolve([jsonGroup(manifest, columns, options)]);
  }
}

/** Where a reader puts the path of the file that a row is of. */
const pathColumn = "_sluice_path";

/** Asks a reader for each row's path, where the files are several. */
function pathOption(files: readonly StagedFile[]): string {
  return files.length > 1 && files.some(({ name }) => name !== null)
    ? `, filename = '${pathColumn}'`
    : "";
}

/**
 * The SQL of a file's name by its path. An enumeration finds it in one step, and keeps the rows in
 * their order, which a join does not.
 */
export function fileName(files: readonly StagedFile[], path = pathColumn): string {
  const names = new Map(files.map((file) => [file.path, file.name]));
  const [first] = names.values();
  if (names.size < 2 || [...names.values()].every((name) => name === null)) {
    return `CAST(${literal(first ?? null)} AS VARCHAR)`;
  }
  const paths = [...names.keys()].map(literal).join(", ");
  return `${literal([...names.values()])}[enum_code(CAST(${path} AS ENUM(${paths}))) + 1]`;
}

function fileList(files: readonly StagedFile[]): string {
  return literal(files.map((file) => literalPath(file.path)));
}

/** A path as the readers take it: they read `*`, `?` and `[` as patterns unless each is in brackets. */
export function literalPath(path: string): string {
  return path.replaceAll(/[*?[]/g, (special) => `[${special}]`);
}

/** A text column is read as text when its cast could lose something, or when nothing may fail. */
function readType(column: StagedColumn, isLenient: boolean): string {
  return isLenient || textCast("x", column.type) !== null ? "VARCHAR" : column.type;
}

function typeMap(entries: readonly (readonly [string, string])[]): string {
  return `{${entries.map(([name, type]) => `${literal(name)}: ${literal(type)}`).join(", ")}}`;
}

/** Files are grouped by header, because the reader matches explicit columns by position. */
async function csvGroups(
  manifest: Manifest,
  columns: readonly StagedColumn[],
  { slice, isLenient }: ScanOptions,
): Promise<readonly Group[]> {
  const known = new Map(columns.map((column) => [column.name.toLowerCase(), column]));
  const groups: { readonly header: readonly string[]; readonly files: StagedFile[] }[] = [];
  for (const file of slice.files) {
    const header = await headerOf(manifest, columns, file);
    const last = groups.at(-1);
    if (last !== undefined && last.header.join("\0") === header.join("\0")) last.files.push(file);
    else groups.push({ header, files: [file] });
  }
  return groups.map(({ header, files }) => {
    const found = header.map((name) => known.get(name.toLowerCase()) ?? { name, type: "VARCHAR" });
    const types = found.map((column) => [column.name, readType(column, isLenient)] as const);
    const rejects = isLenient
      ? `, store_rejects = true, rejects_table = '${rejectTables.errors}', rejects_scan = '${rejectTables.scans}', rejects_limit = 0`
      : "";
    return {
      from: `read_csv(${fileList(files)}, auto_detect = false, ${noHive}, columns = ${typeMap(types)}, ${csvOptions(manifest)}, ${csvLimits}${rejects}${pathOption(files)})`,
      where: [],
      columns: new Map(types.map(([name, type]) => [name, { value: quoteName(name), type }])),
      file: fileName(files),
      row: null,
    };
  });
}

function csvOptions({ format, compression }: Manifest): string {
  if (format.type !== "csv") return "";
  return [
    `header = ${format.hasHeader}`,
    `delim = ${literal(format.delimiter)}`,
    `quote = ${literal(format.quote)}`,
    `escape = ${literal(format.quote)}`,
    `nullstr = ${literal(format.nullText)}`,
    `allow_quoted_nulls = ${format.isQuotedNull}`,
    `encoding = ${literal(format.encoding)}`,
    `compression = ${compressionText(compression)}`,
  ].join(", ");
}

function compressionText(compression: Manifest["compression"]): string {
  return compression === "gzip" ? "'gzip'" : "'uncompressed'";
}

/** The names of a file's own columns, in its order. */
async function headerOf(
  manifest: Manifest,
  columns: readonly StagedColumn[],
  file: StagedFile,
): Promise<readonly string[]> {
  const names = columns.map((column) => column.name);
  const { format, compression, files } = manifest;
  if (format.type !== "csv" || !format.hasHeader) return names;
  const header = await readCsvHeader(file, format, compression);
  // A lone file's columns are its manifest's columns, whatever its header is made of.
  if (header === null || (files.length === 1 && header.length === names.length)) return names;
  const known = new Set(names.map((name) => name.toLowerCase()));
  const extra = header.filter((name) => !known.has(name.toLowerCase()));
  if (extra.length > 0) throw unknownColumns(file, extra);
  return header;
}

function jsonGroup(
  manifest: Manifest,
  columns: readonly StagedColumn[],
  { slice, isLenient }: ScanOptions,
): Group {
  const files = fileList(slice.files);
  const isLines = manifest.format.type === "ndjson";
  const compression = `compression = ${compressionText(manifest.compression)}`;
  const format = isLines ? "newline_delimited" : "array";
  const path = pathOption(slice.files);
  const file = fileName(slice.files);
  const pathItem = path === "" ? "" : `, ${pathColumn}`;
  if (!isLenient) {
    const types = columns.map((column) => [column.name, readType(column, false)] as const);
    return {
      from: `read_json(${files}, auto_detect = false, ${noHive}, format = '${format}', ${compression}, columns = ${typeMap(types)}${path})`,
      where: [],
      columns: new Map(types.map(([name, type]) => [name, { value: quoteName(name), type }])),
      file,
      row: null,
    };
  }
  // Lines that are no JSON at all can only be kept when they are read as text.
  const lines = `(SELECT line, TRY_CAST(line AS JSON) AS json${pathItem} FROM read_csv(${files},
    auto_detect = false, ${noHive}, header = false, delim = '\u0001', quote = '', escape = '',
    nullstr = '\u0002', ${compression}, ${csvLimits}, columns = {'line': 'VARCHAR'}${path}))`;
  const objects = `(SELECT CAST(json AS VARCHAR) AS line, json${pathItem}
    FROM read_json_objects(${files}, ${noHive}, format = 'array', ${compression}${path}))`;
  return {
    from: `${isLines ? lines : objects} AS staged`,
    where: isLines ? ["trim(line) <> ''"] : [],
    columns: new Map(columns.map((column) => [column.name, jsonField(column)])),
    file,
    row: {
      raw: "line",
      problem: "CASE WHEN json IS NULL OR json_type(json) <> 'OBJECT' THEN 'no JSON object' END",
    },
  };
}

export function jsonField({ name, type }: StagedColumn): {
  readonly value: string;
  readonly type: string;
} {
  const path = literal(pointer(name));
  if (!/[([]/.test(type) || type.startsWith("DECIMAL")) {
    return { value: `json_extract_string(json, ${path})`, type: "VARCHAR" };
  }
  const text = `CAST(json_extract(json, ${path}) AS VARCHAR)`;
  return { value: `CAST(nullif(${text}, 'null') AS JSON)`, type: "JSON" };
}

function pointer(name: string): string {
  return `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

async function parquetGroups(
  session: Session,
  manifest: Manifest,
  columns: readonly StagedColumn[],
  { files, range }: Slice,
): Promise<readonly Group[]> {
  const union = manifest.files.length > 1 ? ", union_by_name = true" : "";
  const options = `, ${noHive}${union}`;
  const whole = `read_parquet(${fileList(files)}${options})`;
  const described = await session.rows(`DESCRIBE SELECT * FROM ${whole}`);
  const known = new Map(columns.map((column) => [column.name.toLowerCase(), column.name]));
  const extra = described
    .map((row) => String(row[0]))
    .filter((one) => !known.has(one.toLowerCase()));
  const [file] = files;
  if (extra.length > 0 && file !== undefined) throw unknownColumns(file, extra);
  const rows =
    range === null ? [] : [`file_row_number >= ${range.start}`, `file_row_number < ${range.end}`];
  return [
    {
      from:
        range === null
          ? `read_parquet(${fileList(files)}${options}${pathOption(files)})`
          : `read_parquet(${fileList(files)}, ${noHive}, file_row_number = true)`,
      where: rows,
      columns: new Map(
        described.map((row) => [
          known.get(String(row[0]).toLowerCase()) ?? "",
          { value: quoteName(String(row[0])), type: String(row[1]) },
        ]),
      ),
      file: fileName(files),
      row: null,
    },
  ];
}

function unknownColumns(file: StagedFile, names: readonly string[]): OperatingError {
  return new OperatingError(
    "STAGING_INVALID",
    `${file.path} has columns that its manifest does not know: ${names.join(", ")}`,
    { hint: "Run again: the files are looked at afresh." },
  );
}
