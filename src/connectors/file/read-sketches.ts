import type { ColumnSketch } from "../../core/schema/observed-schema.ts";
import { quoteName, type ReaderRows } from "./duckdb-reader.ts";

/** Rows that a sketch is made from: enough to tell columns apart, few enough to cost nothing. */
export const sketchRows = 2_000;
/** Hashes kept of each column. */
const hashesKept = 32;

/** Of a long value so many characters are looked at. */
const charactersMax = 200;

/**
 * Sketches the columns of a table by its first rows. They come as one text per column: that is ten
 * times as cheap as to have the engine sort hashes.
 * @param from a table function or table whose `columns` can be cast to VARCHAR
 */
export async function readSketches(
  run: (sql: string) => Promise<ReaderRows>,
  from: string,
  columns: readonly string[],
): Promise<readonly ColumnSketch[]> {
  if (columns.length === 0) return [];
  const texts = columns.map((name) => {
    const text = `left(CAST(${quoteName(name)} AS VARCHAR), ${charactersMax})`;
    return `string_agg(coalesce(${text}, chr(1)), chr(2))`;
  });
  const names = columns.map(quoteName).join(", ");
  const [row = []] = await run(
    `SELECT ${texts.join(", ")} FROM (SELECT ${names} FROM ${from} LIMIT ${sketchRows})`,
  );
  return columns.map((_, index) => {
    const text = row[index];
    return sketchOf(typeof text === "string" ? text.split("\u0002") : []);
  });
}

function sketchOf(values: readonly string[]): ColumnSketch {
  const present = values.filter((value) => value !== "\u0001");
  const distinct = new Set(present);
  const lengths = [...distinct].map((value) => value.length);
  const hashes = new Set([...distinct].map(hash));
  return {
    nullShare: values.length === 0 ? 1 : share(values.length - present.length, values.length),
    distinctShare: present.length === 0 ? 0 : share(distinct.size, present.length),
    minLength: lengths.length === 0 ? null : Math.min(...lengths),
    maxLength: lengths.length === 0 ? null : Math.max(...lengths),
    bottomHashes: [...hashes].sort().slice(0, hashesKept),
  };
}

/** FNV-1a over two seeds, as 10 digits: only for telling whether two columns share values. */
function hash(text: string): string {
  let low = 0x811c9dc5;
  let high = 0x1b873593;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b);
  }
  const digits = (number: number, count: number) =>
    (number >>> 0).toString(16).padStart(8, "0").slice(0, count);
  return digits(mix(low), 8) + digits(mix(high), 2);
}

/** Spreads what little the last characters changed over all bits, so that the smallest are a sample. */
function mix(number: number): number {
  const once = Math.imul(number ^ (number >>> 16), 0x45d9f3b);
  return once ^ (once >>> 15);
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
