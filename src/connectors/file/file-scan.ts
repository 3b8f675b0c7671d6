import { quoteText } from "./duckdb-reader.ts";
import type { FileLocator } from "./file-locator.ts";

export interface CsvScan {
  /** Every column's name, in order: nothing is left to detection. */
  readonly columns: readonly string[];
  readonly delimiter: string;
  readonly skip: number;
  readonly csv: FileLocator["csv"];
  readonly isGzip: boolean;
  /** Pads short rows and skips what cannot be split, instead of failing. */
  readonly isLenient: boolean;
}

/** A table function that reads a delimited text as VARCHAR columns. */
export function csvScanSql(path: string, scan: CsvScan): string {
  const columns = scan.columns.map((name) => `${quoteText(name)}: 'VARCHAR'`).join(", ");
  return call("read_csv", path, [
    "auto_detect = false",
    `columns = {${columns}}`,
    `header = ${scan.csv.header}`,
    `skip = ${scan.skip}`,
    ...dialect(scan),
    ...(scan.isLenient
      ? ["null_padding = true", "strict_mode = false", "ignore_errors = true", "parallel = false"]
      : []),
  ]);
}

/** The same with DuckDB's own detection of columns, as a warehouse reads a file in place. */
export function csvDetectSql(path: string, scan: Omit<CsvScan, "columns" | "isLenient">): string {
  return call("read_csv", path, [
    "all_varchar = true",
    "sample_size = 64",
    "skip = 0",
    "comment = ''",
    "strict_mode = false",
    "ignore_errors = true",
    "null_padding = true",
    `header = ${scan.csv.header}`,
    ...dialect(scan),
  ]);
}

interface JsonScan {
  readonly layout: string;
  readonly isGzip: boolean;
}

export function jsonScanSql(
  path: string,
  scan: JsonScan & { readonly isSampled: boolean },
): string {
  return call("read_json", path, [
    `sample_size = ${scan.isSampled ? 100_000 : -1}`,
    ...jsonOptions(scan),
  ]);
}

/** A table function that reads each object as it is written, as its only column `json`. */
export function jsonObjectsSql(path: string, scan: JsonScan): string {
  return call("read_json_objects", path, jsonOptions(scan));
}

function jsonOptions(scan: JsonScan): readonly string[] {
  return [
    `format = '${scan.layout}'`,
    `compression = '${scan.isGzip ? "gzip" : "uncompressed"}'`,
    "hive_partitioning = false",
    ...(scan.layout === "unstructured" ? ["maximum_object_size = 268435456"] : []),
  ];
}

export function parquetScanSql(path: string): string {
  return call("read_parquet", path, ["hive_partitioning = false"]);
}

function dialect(scan: Pick<CsvScan, "delimiter" | "csv" | "isGzip">): readonly string[] {
  return [
    `delim = ${quoteText(scan.delimiter)}`,
    `quote = ${quoteText(scan.csv.quote)}`,
    `escape = ${quoteText(scan.csv.quote)}`,
    `nullstr = ${quoteText(scan.csv.null_text)}`,
    `compression = '${scan.isGzip ? "gzip" : "uncompressed"}'`,
    "hive_partitioning = false",
    // The engine's own limit for a line is 2 MB, and a document in a field is soon longer.
    "max_line_size = 16777216",
    "buffer_size = 33554432",
  ];
}

function call(name: string, path: string, options: readonly string[]): string {
  return `${name}(${[quoteText(path), ...options].join(", ")})`;
}
