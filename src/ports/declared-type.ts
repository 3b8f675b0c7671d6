import { z } from "zod";

/** A DuckDB type as people write it for a column. It goes into SQL, so nothing else passes. */
export const declaredTypeSchema = z
  .string()
  .max(200)
  .regex(
    /^[A-Za-z][A-Za-z0-9_]*( [A-Za-z]+){0,4}( ?\( *\d+( *, *\d+)? *\))?(\[\])*$/,
    "must be a DuckDB type such as VARCHAR, DECIMAL(18,2) or INTEGER[]",
  );

const aliases: Readonly<Record<string, string>> = {
  BIT: "BIT",
  BOOL: "BOOLEAN",
  BYTEA: "BLOB",
  BINARY: "BLOB",
  VARBINARY: "BLOB",
  CHAR: "VARCHAR",
  STRING: "VARCHAR",
  TEXT: "VARCHAR",
  BPCHAR: "VARCHAR",
  DATETIME: "TIMESTAMP",
  DEC: "DECIMAL",
  NUMERIC: "DECIMAL",
  FLOAT4: "FLOAT",
  REAL: "FLOAT",
  FLOAT8: "DOUBLE",
  INT1: "TINYINT",
  INT2: "SMALLINT",
  SHORT: "SMALLINT",
  INT: "INTEGER",
  INT4: "INTEGER",
  SIGNED: "INTEGER",
  INT8: "BIGINT",
  LONG: "BIGINT",
  TIMESTAMPTZ: "TIMESTAMP WITH TIME ZONE",
  TIMETZ: "TIME WITH TIME ZONE",
};

/** The type as DuckDB itself writes it: `decimal(18, 2)` is `DECIMAL(18,2)`, `text` is `VARCHAR`. */
export function canonicalType(declared: string): string {
  const parts = /^([A-Za-z0-9_ ]*[A-Za-z0-9_]) ?(\([^)]*\))?((?:\[\])*)$/.exec(declared);
  const name = (parts?.[1] ?? declared).toUpperCase();
  const plain = aliases[name] ?? name;
  const given = parts?.[2]?.replaceAll(" ", "") ?? "";
  // A length limits nothing in DuckDB, and a scale is 0 when only a width is given.
  const digits = plain === "DECIMAL" ? given.replace(/^\((\d+)\)$/, "($1,0)") || "(18,3)" : "";
  return `${plain}${digits}${parts?.[3] ?? ""}`;
}
