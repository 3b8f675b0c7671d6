import { quoteName, type ReaderRows } from "./duckdb-reader.ts";
import type { FileFacts } from "./file-facts.ts";
import { readFormats } from "./read-formats.ts";
import { sketchRows } from "./read-sketches.ts";

/**
 * The formats of columns that have types of their own, by their first rows. What became a point in
 * time in reading does not say any more how it was written.
 */
export async function typedFormats(
  run: (sql: string) => Promise<ReaderRows>,
  scan: string,
  columns: FileFacts["columns"],
): Promise<FileFacts["formats"]> {
  const told = columns.filter(([, type]) => ["BIGINT", "DOUBLE", "VARCHAR"].includes(type));
  if (told.length === 0) return columns.map(() => null);
  const texts = told.map(([name]) => `CAST(${quoteName(name)} AS VARCHAR) AS ${quoteName(name)}`);
  await run(
    `CREATE OR REPLACE TEMP TABLE sample AS SELECT ${texts.join(", ")} FROM ${scan} LIMIT ${sketchRows}`,
  );
  const typed = told.map(([name, type]) => ({ name, type }));
  const formats = await readFormats(run, "sample", typed);
  const found = new Map(told.map(([name], index) => [name, formats[index] ?? null]));
  return columns.map(([name]) => found.get(name) ?? null);
}
