import type { ColumnSketch } from "../../core/schema/observed-schema.ts";
import { quoteName, type ReaderRows } from "./duckdb-reader.ts";
import type { FileFacts } from "./file-facts.ts";
import { readFormats } from "./read-formats.ts";
import { readSketches, sketchRows } from "./read-sketches.ts";

/**
 * Looks at the values of columns that have types of their own, by their first rows. What became a
 * point in time in reading does not say any more how it was written.
 */
export async function lookAtTyped(
  run: (sql: string) => Promise<ReaderRows>,
  scan: string,
  columns: FileFacts["columns"],
): Promise<Pick<FileFacts, "formats"> & { readonly sketches: readonly ColumnSketch[] }> {
  if (columns.length === 0) return { formats: [], sketches: [] };
  const texts = columns.map(
    ([name]) => `CAST(${quoteName(name)} AS VARCHAR) AS ${quoteName(name)}`,
  );
  await run(
    `CREATE OR REPLACE TEMP TABLE sample AS SELECT ${texts.join(", ")} FROM ${scan} LIMIT ${sketchRows}`,
  );
  const told = columns
    .map(([name, type]) => ({ name, type }))
    .filter(({ type }) => ["BIGINT", "DOUBLE", "VARCHAR"].includes(type));
  const formats = await readFormats(run, "sample", told);
  const found = new Map(told.map(({ name }, index) => [name, formats[index] ?? null]));
  const names = columns.map(([name]) => name);
  return {
    formats: columns.map(([name]) => found.get(name) ?? null),
    sketches: await readSketches(run, "sample", names),
  };
}
