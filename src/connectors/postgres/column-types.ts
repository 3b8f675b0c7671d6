import { canonicalType } from "../../ports/declared-type.ts";
import { quoteName } from "./quote-postgres.ts";

/** A column's type with domains already resolved to what they are made of. */
export interface PostgresType {
  /** As in `pg_type.typname`: `int4`, `_text`, `mood`. */
  readonly name: string;
  /** True for the types that PostgreSQL itself brings. */
  readonly isBuiltIn: boolean;
  /** `pg_type.typtype`: b base, c composite, e enum, r range, m multirange. */
  readonly kind: string;
  /** `pg_type.typcategory`; A for arrays. */
  readonly category: string;
  /** `atttypmod`: width and scale of a numeric; -1 when there are none. */
  readonly modifier: number;
}

/** How a column is written by COPY, and the DuckDB type that this text is read as. */
export interface ColumnMapping {
  readonly type: string;
  /** An SQL expression over the column. */
  readonly select: string;
  /**
   * For columns that may hold years before Christ: whether a row does, and the expression for a
   * table where some do. PostgreSQL ends such a text with BC, which DuckDB reads as nothing: the
   * year would change its era in silence.
   */
  readonly era?: { readonly condition: string; readonly select: string };
}

const direct: Readonly<Record<string, string>> = {
  bool: "BOOLEAN",
  int2: "SMALLINT",
  int4: "INTEGER",
  int8: "BIGINT",
  oid: "UINTEGER",
  float4: "FLOAT",
  float8: "DOUBLE",
  uuid: "UUID",
  json: "JSON",
  jsonb: "JSON",
  bytea: "BLOB",
  time: "TIME",
  timetz: "TIME WITH TIME ZONE",
};

/**
 * Maps a column to DuckDB without loss: what has no type there that holds all its values becomes
 * text. In particular a `numeric` without a scale is VARCHAR, since neither DOUBLE nor any one
 * DECIMAL holds what it may; declare a type for such a column where its values are known to fit.
 * The session must run with ISO dates in UTC.
 */
export function mapColumn(
  name: string,
  type: PostgresType,
  declared: string | undefined,
): ColumnMapping {
  const mapping = mapByType(quoteName(name), type);
  return declared === undefined ? mapping : { ...mapping, type: canonicalType(declared) };
}

function mapByType(column: string, type: PostgresType): ColumnMapping {
  const text = { type: "VARCHAR", select: `${column}::text` };
  if (type.category === "A" || type.kind === "c") {
    return { type: "JSON", select: `to_json(${column})::text` };
  }
  if (type.kind !== "b" || !type.isBuiltIn) return text;
  const plain = direct[type.name];
  if (plain !== undefined) return { type: plain, select: column };
  switch (type.name) {
    case "text":
    case "varchar":
      return { type: "VARCHAR", select: column };
    case "numeric":
      return { type: numericType(type.modifier), select: column };
    case "date":
      return withEra("DATE", column, `replace(${column}::text, ' BC', ' (BC)')`);
    case "timestamp":
      return withEra("TIMESTAMP", column, eraAfterDay(column));
    case "timestamptz":
      return withEra("TIMESTAMP WITH TIME ZONE", column, eraAfterDay(column));
    case "interval":
      return { type: "INTERVAL", select: intervalText(column) };
    case "money":
      // Its own text depends on the server's locale.
      return { type: "VARCHAR", select: `${column}::numeric::text` };
    default:
      return text;
  }
}

/** DECIMAL holds 38 digits; a negative scale, and one beyond the width, have no counterpart. */
function numericType(modifier: number): string {
  if (modifier < 4) return "VARCHAR";
  const precision = ((modifier - 4) >> 16) & 0xffff;
  const scale = (((modifier - 4) & 0x7ff) ^ 1024) - 1024;
  const isDecimal = precision <= 38 && scale >= 0 && scale <= precision;
  return isDecimal ? `DECIMAL(${precision},${scale})` : "VARCHAR";
}

function withEra(type: string, column: string, text: string): ColumnMapping {
  const condition = `${column} < '0001-01-01'`;
  const select = `CASE WHEN ${condition} THEN ${text} ELSE ${column}::text END`;
  return { type, select: column, era: { condition, select } };
}

function eraAfterDay(column: string): string {
  return String.raw`regexp_replace(${column}::text, E'^(\\S+) (.*) BC$', E'\\1 (BC) \\2')`;
}

/** Months, days and microseconds, which is what an interval consists of on both sides; or infinity. */
function intervalText(column: string): string {
  const part = (field: string) => `extract(${field} FROM ${column})`;
  const months = `${part("year")} * 12 + ${part("month")}`;
  const microseconds =
    `${part("hour")} * 3600000000 + ${part("minute")} * 60000000 + ` +
    `trunc(${part("microseconds")})`;
  return (
    `CASE WHEN NOT isfinite(${column}) THEN ${column}::text ELSE ` +
    `trunc(${months}) || ' months ' || trunc(${part("day")}) || ' days ' || ` +
    `trunc(${microseconds}) || ' microseconds' END`
  );
}
