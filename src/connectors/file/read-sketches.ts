import type { ColumnSketch } from "../../core/schema/observed-schema.ts";
import { quoteName, type ReaderRows } from "./duckdb-reader.ts";

/** Rows that a sketch is made from: enough to tell columns apart, few enough to cost nothing. */
export const sketchRows = 2_000;
/** Hashes kept of each column. */
const hashesKept = 32;

/**
 * Sketches the columns of a table of text: the first rows of it.
 * @param from a table function or table whose `columns` can be cast to VARCHAR
 */
export async function readSketches(
  run: (sql: string) => Promise<ReaderRows>,
  from: string,
  columns: readonly string[],
): Promise<readonly ColumnSketch[]> {
  if (columns.length === 0) return [];
  const texts = columns.map((name) => `CAST(${quoteName(name)} AS VARCHAR) AS ${quoteName(name)}`);
  await run(
    `CREATE OR REPLACE TEMP TABLE sketched AS SELECT ${texts.join(", ")} FROM ${from} LIMIT ${sketchRows}`,
  );
  const looks = columns.map((name) => {
    const c = quoteName(name);
    return (
      `[count(*)::VARCHAR, count(${c})::VARCHAR, count(DISTINCT ${c})::VARCHAR, ` +
      `min(length(${c}))::VARCHAR, max(length(${c}))::VARCHAR] || ` +
      `coalesce(list_sort(list(DISTINCT left(md5(${c}), 10)) FILTER (WHERE ${c} IS NOT NULL))[:${hashesKept}], [])`
    );
  });
  const [row = []] = await run(`SELECT ${looks.join(", ")} FROM sketched`);
  return columns.map((_, index) => {
    const look = row[index];
    const [rows, values, distinct, min, max, ...hashes] = Array.isArray(look) ? look : [];
    const count = Number(values ?? 0);
    return {
      nullShare: Number(rows ?? 0) === 0 ? 1 : share(Number(rows) - count, Number(rows)),
      distinctShare: count === 0 ? 0 : share(Number(distinct), count),
      minLength: typeof min === "string" ? Number(min) : null,
      maxLength: typeof max === "string" ? Number(max) : null,
      bottomHashes: hashes.map(String),
    };
  });
}

/** Rounded, so that a record of it reads well. */
function share(part: number, whole: number): number {
  return Math.round((part / whole) * 10_000) / 10_000;
}

/** The sketch of two parts of one column. */
export function joinSketches(left: ColumnSketch, right: ColumnSketch): ColumnSketch {
  const lengths = (pick: (...values: number[]) => number, key: "minLength" | "maxLength") => {
    const known = [left[key], right[key]].filter((length) => length !== null);
    return known.length === 0 ? null : pick(...known);
  };
  const hashes = [...new Set([...left.bottomHashes, ...right.bottomHashes])].sort();
  return {
    nullShare: (left.nullShare + right.nullShare) / 2,
    distinctShare: (left.distinctShare + right.distinctShare) / 2,
    minLength: lengths(Math.min, "minLength"),
    maxLength: lengths(Math.max, "maxLength"),
    bottomHashes: hashes.slice(0, hashesKept),
  };
}
