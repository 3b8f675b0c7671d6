import type { ColumnSketch } from "../../core/schema/observed-schema.ts";
import type { ReaderRows } from "./duckdb-reader.ts";
import type { FileLocator } from "./file-locator.ts";
import { csvScanSql, jsonScanSql, parquetScanSql } from "./file-scan.ts";
import type { DescribedFile, FileContext } from "./file-source.ts";
import { readSketches } from "./read-sketches.ts";
import { succeeds } from "./succeeds.ts";

/** Sketches the columns of a file by its first rows. @returns one for each column, in order */
export async function sketchFile(
  file: DescribedFile,
  locator: FileLocator,
  context: FileContext,
): Promise<readonly ColumnSketch[]> {
  const path = await context.reader.literalPath(file.readable.readable);
  const { isGzip } = file.readable;
  const { shape } = file.facts;
  const names = file.facts.columns.map(([name]) => name);
  return context.reader.withConnection(context.signal, async (run) => {
    switch (shape.type) {
      case "parquet":
        return readSketches(run, parquetScanSql(path), names);
      case "json": {
        const scan = jsonScanSql(path, { layout: shape.layout, isGzip, isSampled: false });
        return readSketches(run, scan, names);
      }
      case "csv": {
        const { delimiter, skip } = shape;
        const scan = { columns: names, delimiter, skip, csv: locator.csv, isGzip };
        return sketchCsv(run, (isLenient) => csvScanSql(path, { ...scan, isLenient }), names);
      }
    }
  });
}

/** Rows that a plain reader cannot split are padded, as when the file was described. */
async function sketchCsv(
  run: (sql: string) => Promise<ReaderRows>,
  scan: (isLenient: boolean) => string,
  names: readonly string[],
): Promise<readonly ColumnSketch[]> {
  let sketches: readonly ColumnSketch[] = [];
  const isPlain = await succeeds(async () => {
    sketches = await readSketches(run, scan(false), names);
  });
  return isPlain ? sketches : await readSketches(run, scan(true), names);
}
