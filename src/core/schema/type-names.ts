import type { DataType, ScalarName } from "./data-type.ts";

const scalarAliases: Readonly<Record<ScalarName, readonly string[]>> = {
  BOOLEAN: ["BOOL", "LOGICAL"],
  TINYINT: ["INT1"],
  SMALLINT: ["INT2", "INT16", "SHORT"],
  INTEGER: ["INT", "INT4", "INT32", "INTEGRAL", "SIGNED"],
  BIGINT: ["INT8", "INT64", "LONG", "OID"],
  HUGEINT: ["INT128"],
  UTINYINT: ["UINT8"],
  USMALLINT: ["UINT16"],
  UINTEGER: ["UINT32"],
  UBIGINT: ["UINT64"],
  UHUGEINT: ["UINT128"],
  BIGNUM: ["VARINT"],
  FLOAT: ["FLOAT4", "REAL"],
  DOUBLE: ["FLOAT8", "DOUBLE PRECISION"],
  DATE: [],
  TIME: ["TIME WITHOUT TIME ZONE"],
  TIME_NS: [],
  "TIME WITH TIME ZONE": ["TIMETZ"],
  TIMESTAMP_S: [],
  TIMESTAMP_MS: [],
  TIMESTAMP: ["TIMESTAMP_US", "DATETIME", "TIMESTAMP WITHOUT TIME ZONE"],
  TIMESTAMP_NS: [],
  "TIMESTAMP WITH TIME ZONE": ["TIMESTAMPTZ"],
  INTERVAL: [],
  BLOB: ["BYTEA", "BINARY", "VARBINARY"],
  BIT: ["BITSTRING"],
  UUID: ["GUID"],
  JSON: [],
  GEOMETRY: [],
  VARIANT: [],
};

function isScalarName(name: string): name is ScalarName {
  return Object.hasOwn(scalarAliases, name);
}

const scalars = new Map<string, DataType>(
  Object.entries(scalarAliases).flatMap(([name, aliases]): [string, DataType][] =>
    isScalarName(name) ? [name, ...aliases].map((alias) => [alias, { kind: "scalar", name }]) : [],
  ),
);

/** Names of types that may have a length in characters. */
export const textNames: ReadonlySet<string> = new Set([
  "VARCHAR",
  "TEXT",
  "STRING",
  "CHAR",
  "CHARACTER",
  "CHARACTER VARYING",
  "BPCHAR",
  "NVARCHAR",
]);

/** Names of types that may have a width and a scale. */
export const decimalNames: ReadonlySet<string> = new Set(["DECIMAL", "NUMERIC", "DEC"]);

/** The type that a name in upper case means, or `null`. Types with parameters are not among them. */
export function scalarOf(name: string): DataType | null {
  return scalars.get(name) ?? null;
}

/** Words that a type's name may go on with, so that `TIMESTAMP WITH TIME ZONE` is one name. */
export function isStartOfTypeName(words: string): boolean {
  return nameStarts.has(words);
}

const nameStarts = new Set(
  [...scalars.keys(), ...textNames]
    .filter((name) => name.includes(" "))
    .flatMap((name) => {
      const words = name.split(" ");
      return words.map((_, at) => words.slice(0, at + 1).join(" "));
    }),
);

/** Whether a name without quotes is one of DuckDB's own types, in any case. */
export function isKnownTypeName(name: string): boolean {
  const upper = name.toUpperCase();
  return scalars.has(upper) || textNames.has(upper) || decimalNames.has(upper);
}

/** All names of DuckDB's own types, in upper case. */
export function typeNames(): readonly string[] {
  return [...scalars.keys(), ...textNames, ...decimalNames, "STRUCT", "MAP", "ENUM", "UNION"];
}
