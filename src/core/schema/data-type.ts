/**
 * A DuckDB type as a tree. `unknown` is "no evidence": nothing but NULL or empty lists was seen.
 * `named` is a type by a name that is not further known, such as one that a user made.
 */
export type DataType =
  | { readonly kind: "unknown" }
  | { readonly kind: "scalar"; readonly name: ScalarName }
  | { readonly kind: "decimal"; readonly width: number; readonly scale: number }
  /** `length` in characters; `null` is without limit. */
  | { readonly kind: "text"; readonly length: number | null }
  | { readonly kind: "enum"; readonly members: readonly string[] }
  | { readonly kind: "struct" | "union"; readonly fields: readonly Field[] }
  | { readonly kind: "map"; readonly key: DataType; readonly value: DataType }
  /** `length` of a fixed-size array; `null` of a list. */
  | { readonly kind: "list"; readonly item: DataType; readonly length: number | null }
  | { readonly kind: "named"; readonly name: string };

/** A field of a struct, or a member of a union. */
export interface Field {
  readonly name: string;
  readonly type: DataType;
}

/** Types without parameters, under the names that DuckDB shows. */
export type ScalarName =
  | "BOOLEAN"
  | "TINYINT"
  | "SMALLINT"
  | "INTEGER"
  | "BIGINT"
  | "HUGEINT"
  | "UTINYINT"
  | "USMALLINT"
  | "UINTEGER"
  | "UBIGINT"
  | "UHUGEINT"
  | "BIGNUM"
  | "FLOAT"
  | "DOUBLE"
  | "DATE"
  | "TIME"
  | "TIME_NS"
  | "TIME WITH TIME ZONE"
  | "TIMESTAMP_S"
  | "TIMESTAMP_MS"
  | "TIMESTAMP"
  | "TIMESTAMP_NS"
  | "TIMESTAMP WITH TIME ZONE"
  | "INTERVAL"
  | "BLOB"
  | "BIT"
  | "UUID"
  | "JSON"
  | "GEOMETRY"
  | "VARIANT";

/** The type as DuckDB writes it, so that equal types have equal texts. Field names keep their case. */
export function renderDataType(type: DataType): string {
  switch (type.kind) {
    case "unknown":
      return "NULL";
    case "scalar":
      return type.name;
    case "decimal":
      return `DECIMAL(${type.width},${type.scale})`;
    case "text":
      return type.length === null ? "VARCHAR" : `VARCHAR(${type.length})`;
    case "enum":
      return `ENUM(${type.members.map(quoteText).join(", ")})`;
    case "struct":
    case "union":
      return `${type.kind.toUpperCase()}(${type.fields.map(fieldText).join(", ")})`;
    case "map":
      return `MAP(${renderDataType(type.key)}, ${renderDataType(type.value)})`;
    case "list":
      return `${renderDataType(type.item)}[${type.length ?? ""}]`;
    case "named":
      return quoteName(type.name);
  }
}

function fieldText({ name, type }: Field): string {
  return `${quoteName(name)} ${renderDataType(type)}`;
}

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function quoteName(name: string): string {
  const isPlain = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !keywords.has(name.toLowerCase());
  return isPlain ? name : `"${name.replaceAll('"', '""')}"`;
}

/** The words that DuckDB does not take as a name without quotes. */
const keywords = new Set(
  `all analyse analyze and anti any array as asc asymmetric at authorization between bigint binary bit
  boolean both by case cast char character check coalesce collate collation column columns concurrently
  constraint create cross date dec decimal default deferrable desc describe distinct do double else end
  except exists extract false fetch float for foreign freeze from full generated glob group grouping
  grouping_id having ilike in initially inner inout int integer intersect interval into is isnull join
  lambda lateral leading left like limit map national natural nchar none not notnull null nullif numeric
  offset on only or order out outer overlaps overlay pivot pivot_longer pivot_wider placing position
  positional precision primary qualify real references returning right row select semi setof show similar
  smallint some struct substring summarize symmetric table tablesample then time timestamp to trailing
  treat trim true try_cast union unique unpack unpivot using values varchar variadic verbose when where
  window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot
  xmlserialize xmltable asof`.split(/\s+/),
);
