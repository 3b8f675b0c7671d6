import { quoteName, type ReaderRows } from "./duckdb-reader.ts";

/**
 * Types of text columns, found by asking what every value of a sample is. DuckDB's own detection is
 * not used: it takes `01234` for a number and `01/02/2020` for a date by a format that is nowhere
 * written down. Here a type is only given when a plain CAST of each value keeps all it says.
 */

interface Candidate {
  readonly type: string;
  /** A SQL condition on the column `c` that is true when a value is of the type, losslessly. */
  readonly holds: (c: string) => string;
}

const integer = "-?(0|[1-9][0-9]*)";
const day = "[0-9]{4}-[0-9]{2}-[0-9]{2}";
const clock = "[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?";
const exactClock = "[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?";
const zone = "(Z|[+-][0-9]{2}(:?[0-9]{2})?)";

/** The narrower before the wider: the first that all values pass is the column's type. */
const candidates: readonly Candidate[] = [
  { type: "BOOLEAN", holds: (c) => matches(`lower(${c})`, "true|false") },
  { type: "BIGINT", holds: (c) => `${matches(c, integer)} AND ${casts(c, "BIGINT")}` },
  {
    type: "DOUBLE",
    // A whole number of more than 15 digits does not survive as DOUBLE, nor do 18 of any other.
    holds: (c) =>
      `${matches(c, "-?(0|[1-9][0-9]*)?([.][0-9]*)?([eE][+-]?[0-9]{1,3})?")} ` +
      `AND ${matches(c, ".*[0-9].*")} AND NOT ${matches(c, "-?[0-9]{16,}")} AND NOT ${isTooPrecise(c)} ` +
      `AND isfinite(TRY_CAST(${c} AS DOUBLE))`,
  },
  { type: "DATE", holds: (c) => `${matches(c, day)} AND ${casts(c, "DATE")}` },
  {
    type: "TIMESTAMP",
    holds: (c) => `${matches(c, `${day}([ T]${clock})?`)} AND ${casts(c, "TIMESTAMP")}`,
  },
  {
    type: "TIMESTAMP WITH TIME ZONE",
    holds: (c) =>
      `${matches(c, `${day}[ T]${exactClock}${zone}`)} AND ${casts(c, "TIMESTAMP WITH TIME ZONE")}`,
  },
  { type: "TIME", holds: (c) => `${matches(c, exactClock)} AND ${casts(c, "TIME")}` },
];

/** The type of a column without any value: it may become any other. */
export const unknownType = "";

/**
 * Infers the types of the VARCHAR columns of a table.
 * @returns a type for each column, in order; `unknownType` where every value is NULL.
 */
export async function inferTypes(
  run: (sql: string) => Promise<ReaderRows>,
  table: string,
  columns: readonly string[],
): Promise<readonly string[]> {
  // A first look at few rows leaves one or two candidates for each column; all rows decide on them.
  const likely = await holding(run, `(FROM ${table} LIMIT 500)`, {
    columns,
    open: columns.map(() => candidates),
  });
  const sure = await holding(run, table, {
    columns,
    open: likely.map((column) => column.candidates),
  });
  return sure.map((column) =>
    column.isEmpty ? unknownType : (column.candidates[0]?.type ?? "VARCHAR"),
  );
}

/**
 * Looks at all rows of a text of which a sample gave the `types`, for numbers that a cast would not
 * fail on but make others of: `01234` beside a million plain ones is no number after all. Such a
 * column is text. Values that a cast does fail on are left to the load, which sets them aside.
 * @param from the text as a table of VARCHAR columns
 */
export async function confirmTypes(
  run: (sql: string) => Promise<ReaderRows>,
  from: string,
  columns: readonly { readonly name: string; readonly type: string }[],
): Promise<{ readonly rows: number; readonly types: readonly string[] }> {
  const losing = columns.map(({ name, type }) => {
    const loses = silentLoss(quoteName(name), type);
    return loses === null ? "false" : `coalesce(bool_or(${loses}), false)`;
  });
  const [[rows, ...isLosing] = []] = await run(
    `SELECT count(*)::DOUBLE, ${losing.join(", ")} FROM ${from}`,
  );
  const types = columns.map(({ type }, index) => (isLosing[index] === true ? "VARCHAR" : type));
  return { rows: Number(rows), types };
}

/** Comparisons, where patterns would cost more than reading the text does. */
function silentLoss(c: string, type: string): string | null {
  if (type !== "BIGINT" && type !== "DOUBLE") return null;
  const isPadded = (sign: string) =>
    `(${c} > '${sign}0' AND ${c} < '${sign}1' AND ` +
    `substr(${c}, ${sign.length + 2}, 1) NOT IN ('.', 'e', 'E'))`;
  const isOther = `${c} < '-' OR contains(${c}, '_') OR ${isPadded("")} OR ${isPadded("-")}`;
  const isLong = `(length(${c}) > 15 AND ${matches(c, "-?[0-9]{16,}")})`;
  return type === "BIGINT" ? isOther : `${isOther} OR ${isLong} OR ${isTooPrecise(c)}`;
}

/** Whether a decimal has more significant digits than a DOUBLE ever gives back. */
function isTooPrecise(c: string): string {
  return `(length(${c}) > 18 AND length(trim(regexp_replace(${c}, '[eE].*|[-.]', '', 'g'), '0')) > 17)`;
}

async function holding(
  run: (sql: string) => Promise<ReaderRows>,
  table: string,
  ask: {
    readonly columns: readonly string[];
    readonly open: readonly (readonly Candidate[])[];
  },
) {
  const tests = ask.columns.flatMap((name, index) => {
    const c = quoteName(name);
    const each = ask.open[index] ?? [];
    return [
      `count(${c}) = 0`,
      ...each.map(
        (one) => `coalesce(bool_and(${one.holds(c)}) FILTER (WHERE ${c} IS NOT NULL), true)`,
      ),
    ];
  });
  const [row = []] =
    tests.length === 0 ? [] : await run(`SELECT ${tests.join(", ")} FROM ${table}`);
  let at = 0;
  return ask.columns.map((_, index) => {
    const isEmpty = row[at] === true;
    at += 1;
    const each = ask.open[index] ?? [];
    const kept = each.filter((_candidate, offset) => row[at + offset] === true);
    at += each.length;
    return { isEmpty, candidates: kept };
  });
}

function matches(value: string, pattern: string): string {
  return `regexp_full_match(${value}, '${pattern}')`;
}

function casts(c: string, type: string): string {
  return `TRY_CAST(${c} AS ${type}) IS NOT NULL`;
}
