import type { ColumnFormat } from "../../core/schema/observed-schema.ts";
import { quoteName, type ReaderRows } from "./duckdb-reader.ts";
import { hasOpenOrder, type ShapeCount, timestampPatterns } from "./timestamp-pattern.ts";

type Run = (sql: string) => Promise<ReaderRows>;

interface TypedColumn {
  readonly name: string;
  /** As inferred from the text. */
  readonly type: string;
}

/** What of a column's format one look at all rows tells. */
type Marks = Pick<ColumnFormat, "isZeroPadded" | "decimalMark">;

const noMarks: Marks = { isZeroPadded: null, decimalMark: null };
/** So few numbers of different lengths may be what is left of padded ones. */
const unpaddedValuesMin = 10;
/** Rows that patterns are told from: they cost more to look at than numbers do. */
const patternRows = 10_000;
/** More shapes than this have no pattern. */
const shapesMax = 500;

const datePattern =
  "^([0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}|[0-9]{1,2}[- ][A-Za-z]{3,9}[- ]|" +
  "[A-Za-z]{3,9}[.]? [0-9]{1,2},? [0-9]{4})";
const commaPattern = "[+-]?[0-9]{1,3}([.]?[0-9]{3})*,[0-9]+|[+-]?[0-9]+,[0-9]+";

const isDateLike = (c: string) => `regexp_matches(trim(${c}), '${datePattern}')`;
const isCommaNumber = (c: string) => `regexp_full_match(${c}, '${commaPattern}')`;

/**
 * Reads how the values of the VARCHAR columns of a table are written.
 * @returns one for each column, in order; `null` where nothing is known.
 */
export async function readFormats(
  run: Run,
  table: string,
  columns: readonly TypedColumn[],
): Promise<readonly (ColumnFormat | null)[]> {
  const marks = await readMarks(run, table, columns);
  const likely = await lookLikely(run, table, columns);
  const first = `(FROM ${table} LIMIT ${patternRows})`;
  const formats: (ColumnFormat | null)[] = [];
  for (const [index, { name, type }] of columns.entries()) {
    const { isZeroPadded, decimalMark } = marks[index] ?? noMarks;
    const isPoint = likely[index]?.isPoint === true || type.startsWith("TIMESTAMP");
    const timestamps =
      type === "DATE" ? ["YYYY-MM-DD"] : isPoint ? await readPatterns(run, first, name) : null;
    const comma = likely[index]?.isComma === true && (await hasComma(run, first, name));
    const format = { isZeroPadded, timestamps, decimalMark: comma ? ("," as const) : decimalMark };
    const isKnown = Object.values(format).some((value) => value !== null);
    formats.push(isKnown ? format : null);
  }
  return formats;
}

async function readMarks(
  run: Run,
  table: string,
  columns: readonly TypedColumn[],
): Promise<readonly Marks[]> {
  const looks = columns.map(({ name, type }) => {
    const c = quoteName(name);
    const none = "NULL";
    switch (type) {
      case "BIGINT":
        return [`count(${c})::INTEGER`, `min(length(${c})) < max(length(${c}))`, none];
      case "DOUBLE":
        return [
          `count(${c})::INTEGER`,
          `min(length(${c})) < max(length(${c}))`,
          `bool_or(contains(${c}, '.'))`,
        ];
      case "VARCHAR":
        return [none, none, `bool_or(${isPadded(c)})`];
      default:
        return [none, none, none];
    }
  });
  if (columns.length === 0) return [];
  const [row = []] = await run(`SELECT ${looks.flat().join(", ")} FROM ${table}`);
  return columns.map(({ type }, index) => {
    const [count, varies, mark] = row.slice(index * 3, index * 3 + 3);
    if (type === "VARCHAR") return { ...noMarks, isZeroPadded: mark === true ? true : null };
    const isUnpadded = typeof count === "number" && count >= unpaddedValuesMin && varies === true;
    return {
      isZeroPadded: isUnpadded ? false : null,
      decimalMark: mark === true ? "." : null,
    };
  });
}

/** The comparison spares most values the pattern. */
function isPadded(c: string): string {
  return `CASE WHEN ${c} >= '00' AND ${c} < '1' THEN regexp_full_match(${c}, '0[0-9]+') ELSE false END`;
}

/** Which text columns are worth a closer look, by their first values. */
async function lookLikely(run: Run, table: string, columns: readonly TypedColumn[]) {
  const texts = columns.filter(({ type }) => type === "VARCHAR");
  if (texts.length === 0) return columns.map(() => null);
  const looks = texts.flatMap(({ name }) => {
    const c = quoteName(name);
    return [isDateLike(c), isCommaNumber(c)].map(
      (test) => `coalesce(avg((${test})::INTEGER), 0) > 0.5`,
    );
  });
  const [row = []] = await run(`SELECT ${looks.join(", ")} FROM (FROM ${table} LIMIT 500)`);
  const found = new Map(
    texts.map(({ name }, index) => [
      name,
      { isPoint: row[index * 2] === true, isComma: row[index * 2 + 1] === true },
    ]),
  );
  return columns.map(({ name }) => found.get(name) ?? null);
}

async function readPatterns(
  run: Run,
  table: string,
  name: string,
): Promise<readonly string[] | null> {
  const c = quoteName(name);
  const shape = `translate(trim(${c}), '0123456789', '9999999999')`;
  const rows = await run(
    `SELECT ${shape} AS shape, count(*)::DOUBLE FROM ${table} WHERE ${c} IS NOT NULL ` +
      `GROUP BY shape LIMIT ${shapesMax + 1}`,
  );
  if (rows.length > shapesMax) return null;
  const counts = rows.map(([text, values]) => ({ shape: String(text), values: Number(values) }));
  const order = counts.some((one) => hasOpenOrder(one.shape))
    ? await readPlaces(run, table, { c, shape })
    : new Map<string, readonly [number, number]>();
  const shapes: readonly ShapeCount[] = counts.map((one) => {
    const [firstMax = null, secondMax = null] = order.get(one.shape) ?? [];
    return { ...one, firstMax, secondMax };
  });
  return timestampPatterns(shapes);
}

/** By shape: the largest numbers in the first and the second place of a date. */
async function readPlaces(
  run: Run,
  table: string,
  given: { readonly c: string; readonly shape: string },
): Promise<ReadonlyMap<string, readonly [number, number]>> {
  const place = (index: number) =>
    `max(TRY_CAST(regexp_extract(${given.c}, '^\\s*([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]', ${index}) AS INTEGER))`;
  const rows = await run(
    `SELECT ${given.shape} AS shape, ${place(1)}, ${place(2)} FROM ${table} ` +
      `WHERE ${given.c} IS NOT NULL GROUP BY shape`,
  );
  return new Map(
    rows.map(([text, first, second]) => [String(text), [Number(first), Number(second)] as const]),
  );
}

/** A comma before exactly three digits may as well part thousands. */
async function hasComma(run: Run, table: string, name: string): Promise<boolean> {
  const c = quoteName(name);
  const [row = []] = await run(
    `SELECT avg((${isCommaNumber(c)})::INTEGER) > 0.5, ` +
      `bool_or(regexp_full_match(${c}, '[^,]+,([0-9]{1,2}|[0-9]{4,})')) FROM ${table}`,
  );
  return row[0] === true && row[1] === true;
}
