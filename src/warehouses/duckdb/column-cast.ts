import { literal } from "./quote-duckdb.ts";

/** A column as it is staged, with its type as the engine writes it. */
export interface StagedColumn {
  readonly name: string;
  readonly type: string;
  /**
   * True where the manifest knows of no value at all, and this is the type that the target has.
   */
  readonly isGuessed?: true;
  /** True where it holds the name of the file that the row is of. */
  readonly isFile?: true;
}

/**
 * How a text becomes a value without losing any of it.
 *
 * DuckDB's own casts round and cut silently: `3.7` becomes the integer 4, a time of day vanishes
 * from a date, an offset from a timestamp, a seventh digit from a fraction of a second, the last
 * digits of a long whole number from a DOUBLE.
 */
export interface TextCast {
  /** The value, or an error where the text is no such value at all. */
  readonly value: string;
  /** True for a text whose value would say less than the text does. */
  readonly isLossy: string;
}

const wholeNumber = /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/;
const decimal = /^DECIMAL\(\d+,(\d+)\)$/;
const offset = "':\\d\\d(\\.\\d+)?[+-]\\d\\d(:?\\d\\d)?$'";
const zeroOffset = "'[+-]00(:?00)?$'";
const beyondMicroseconds = "'\\.\\d{6}\\d*[1-9]'";

/**
 * The cast of `text` (an SQL expression of type VARCHAR) to a type; `null` for types that the
 * readers convert themselves without loss.
 */
export function textCast(text: string, type: string): TextCast | null {
  const value = `CAST(${text} AS ${type})`;
  const asDouble = `TRY_CAST(${text} AS DOUBLE)`;
  const isRounded = `${asDouble} IS DISTINCT FROM CAST(TRY_CAST(${text} AS ${type}) AS DOUBLE)`;
  const fraction = `rtrim(split_part(${text}, '.', 2), '0 ')`;
  const hasExponent = `(contains(${text}, 'e') OR contains(${text}, 'E'))`;
  const scale = wholeNumber.test(type) ? "0" : decimal.exec(type)?.[1];
  if (scale !== undefined) {
    const isLonger = `(contains(${text}, '.') AND length(${fraction}) > ${scale} AND NOT ${hasExponent})`;
    return { value, isLossy: `${isLonger} OR (${hasExponent} AND ${isRounded})` };
  }
  const isCut = `regexp_matches(${text}, ${beyondMicroseconds})`;
  switch (type) {
    case "DOUBLE": {
      // Only whole numbers: that a fraction is the nearest there is, is what DOUBLE means.
      const isLong = `length(${text}) > 15 AND regexp_full_match(${text}, '[+-]?\\d{16,}')`;
      const isKept = `TRY_CAST(${text} AS HUGEINT) = TRY_CAST(${asDouble} AS HUGEINT)`;
      return { value, isLossy: `${isLong} AND NOT coalesce(${isKept}, false)` };
    }
    case "DATE": {
      // Whatever follows a day is passed over by the cast, were it a time or nonsense.
      const midnight = `TRY_CAST(TRY_CAST(${text} AS DATE) AS TIMESTAMP)`;
      const hasTime = `coalesce(TRY_CAST(${text} AS TIMESTAMP) <> ${midnight}, true)`;
      const isOther = `CAST(TRY_CAST(${text} AS DATE) AS VARCHAR) IS DISTINCT FROM ${text}`;
      return { value, isLossy: `length(${text}) > 10 AND ${hasTime} AND ${isOther}` };
    }
    case "TIMESTAMP": {
      const hasOffset = `regexp_matches(${text}, ${offset}) AND NOT regexp_matches(${text}, ${zeroOffset})`;
      const mayHave = `(length(${text}) > 19 OR contains(${text}, '+'))`;
      return { value, isLossy: `${mayHave} AND (${isCut} OR (${hasOffset}))` };
    }
    case "TIMESTAMP WITH TIME ZONE":
      return { value, isLossy: `length(${text}) > 26 AND ${isCut}` };
    case "TIME":
      return { value, isLossy: `length(${text}) > 15 AND ${isCut}` };
    case "BLOB":
      // PostgreSQL writes bytes as \x and hexadecimal digits; DuckDB would read only the first as one.
      return {
        value: `unhex(substr(${text}, 3))`,
        isLossy: `NOT regexp_full_match(${text}, '\\\\x([0-9a-fA-F]{2})*')`,
      };
    default:
      return null;
  }
}

/** The cast of a column's text. A guessed number must look like one: `007` and `0x1F` are names. */
export function columnCast(text: string, { type, isGuessed }: StagedColumn): TextCast | null {
  const cast = textCast(text, type);
  if (cast === null || isGuessed === undefined || !isNumeric(type)) return cast;
  const number =
    "'(?i)\\s*[+-]?((0|[1-9][0-9]*)?(\\.[0-9]*)?(e[+-]?[0-9]+)?|nan|inf|infinity)\\s*'";
  return { ...cast, isLossy: `(${cast.isLossy}) OR NOT regexp_full_match(${text}, ${number})` };
}

/** A typed value as another type, or `null` where it would not be the same value. */
export function typedCast(value: string, from: string, to: string): TextCast {
  return {
    value: `CAST(${value} AS ${to})`,
    isLossy: `TRY_CAST(TRY_CAST(${value} AS ${to}) AS ${from}) IS DISTINCT FROM ${value}`,
  };
}

/** The value, or an error that ends the statement, for a row that cannot be kept whole. */
export function strict(cast: TextCast, column: StagedColumn, text: string): string {
  const told = `'column ' || ${literal(column.name)} || ' of type ${column.type.replaceAll("'", "''")} cannot hold ' || CAST(${text} AS VARCHAR)`;
  return `CASE WHEN ${cast.isLossy} THEN error(${told}) ELSE ${cast.value} END`;
}

/** The value, or NULL for a row that `problem` names. */
export function lenient(text: string, column: StagedColumn, cast: TextCast | null): string {
  const value = cast?.value ?? `CAST(${text} AS ${column.type})`;
  const kept = `TRY(${value})`;
  return cast === null ? kept : `CASE WHEN ${cast.isLossy} THEN NULL ELSE ${kept} END`;
}

/** A column of a row with the SQL of what is wrong with it. */
export interface ColumnProblem {
  readonly name: string;
  /** Its value as it was read. */
  readonly value: string;
  /** True where the value cannot be kept. */
  readonly isUnfit: string;
  /** Why, in words. */
  readonly told: string;
}

/** Why a column's text cannot be kept as a value. */
export function problem(text: string, column: StagedColumn, cast: TextCast | null): ColumnProblem {
  const value = `CAST(${text} AS VARCHAR)`;
  return {
    name: column.name,
    value,
    isUnfit: `(${text} IS NOT NULL AND (${lenient(text, column, cast)}) IS NULL)`,
    told: `${literal(`column ${column.name}: `)} || substr(${value}, 1, 200) || ${literal(` is no ${column.type}`)}`,
  };
}

/**
 * The SQL of what is wrong with a row: `_problem` in words, NULL for a whole row; then `_column`
 * and `_value`, the first column that is wrong.
 */
export function problemItems(
  columns: readonly ColumnProblem[],
  ofRow: string | null,
): readonly string[] {
  const texts = columns.map(({ isUnfit, told }) => `CASE WHEN ${isUnfit} THEN ${told} END`);
  const told = [...(ofRow === null ? [] : [ofRow]), ...texts];
  const first = (item: (column: ColumnProblem) => string) =>
    columns.length === 0
      ? "CAST(NULL AS VARCHAR)"
      : `CASE ${columns.map((one) => `WHEN ${one.isUnfit} THEN ${item(one)}`).join(" ")} END`;
  return [
    `nullif(${told.length === 0 ? "''" : `concat_ws('; ', ${told.join(", ")})`}, '') AS _problem`,
    `${first(({ name }) => literal(name))} AS _sluice_column`,
    `${first(({ value }) => value)} AS _sluice_value`,
  ];
}

/** Whether every value of one type is also a value of the other, by the types alone. */
export function isWider(from: string, to: string): boolean {
  if (from === to) return true;
  const digits = integerDigits.get(from);
  const fits = /^DECIMAL\((\d+),(\d+)\)$/.exec(to);
  if (digits !== undefined) {
    if (to === "DOUBLE") return digits <= 10;
    if (to === "FLOAT") return digits <= 5;
    if (fits !== null) return Number(fits[1]) - Number(fits[2]) >= digits;
    return integerDigits.has(to) && isWiderInteger(from, to);
  }
  const has = /^DECIMAL\((\d+),(\d+)\)$/.exec(from);
  if (has !== null && fits !== null) {
    const [width, scale, toWidth, toScale] = [has[1], has[2], fits[1], fits[2]].map(Number);
    return (
      (toScale ?? 0) >= (scale ?? 0) &&
      (toWidth ?? 0) - (toScale ?? 0) >= (width ?? 0) - (scale ?? 0)
    );
  }
  return widerPairs.has(`${from} ${to}`);
}

const integerDigits: ReadonlyMap<string, number> = new Map([
  ["TINYINT", 3],
  ["UTINYINT", 3],
  ["SMALLINT", 5],
  ["USMALLINT", 5],
  ["INTEGER", 10],
  ["UINTEGER", 10],
  ["BIGINT", 19],
  ["UBIGINT", 20],
  ["HUGEINT", 39],
  ["UHUGEINT", 39],
]);

const widerPairs: ReadonlySet<string> = new Set([
  "FLOAT DOUBLE",
  "DATE TIMESTAMP",
  "TIMESTAMP_S TIMESTAMP",
  "TIMESTAMP_MS TIMESTAMP",
]);

function isWiderInteger(from: string, to: string): boolean {
  const size = (type: string) =>
    ["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"].indexOf(type.replace(/^U/, ""));
  const [isFromUnsigned, isToUnsigned] = [from.startsWith("U"), to.startsWith("U")];
  if (isToUnsigned && !isFromUnsigned) return false;
  return isFromUnsigned === isToUnsigned ? size(to) >= size(from) : size(to) > size(from);
}

/** Numbers can be compared with, and widened to, one another. */
export function isNumeric(type: string): boolean {
  return wholeNumber.test(type) || decimal.test(type) || type === "DOUBLE" || type === "FLOAT";
}
