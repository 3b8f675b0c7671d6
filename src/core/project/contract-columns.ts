import type { ContractColumn } from "../contracts/contract.ts";
import { type DataType, renderDataType, type ScalarName } from "../schema/data-type.ts";
import { parseDataType } from "../schema/parse-data-type.ts";
import { compareText } from "../std/compare.ts";
import type { PropertyForm } from "./contract-property-form.ts";
import type { QualityForm } from "./contract-quality-form.ts";

/** What a contract's properties promise of columns, and by which of them it tells rows apart. */
export interface PromisedColumns {
  readonly columns: readonly ContractColumn[];
  readonly key: readonly string[];
}

/** The columns of one object. A physical name stands over the name. */
export function contractColumns(properties: readonly PropertyForm[]): PromisedColumns {
  const keys = properties
    .filter(({ primaryKey }) => primaryKey === true)
    .map((property, at) => ({
      name: columnName(property),
      place: property.primaryKeyPosition ?? at + 1,
    }))
    .sort((left, right) => left.place - right.place || compareText(left.name, right.name));
  return {
    columns: properties.map((property) => {
      const { type, isExact } = promisedType(property);
      return {
        name: columnName(property),
        type: renderDataType(type),
        nullable: property.required !== true && property.primaryKey !== true,
        isExact,
        isKey: property.primaryKey === true,
        values: promisedValues(property.quality ?? []),
      };
    }),
    key: keys.map(({ name }) => name),
  };
}

export function columnName({ physicalName, name }: PropertyForm): string {
  return physicalName ?? name ?? "";
}

function promisedType(property: PropertyForm): {
  readonly type: DataType;
  readonly isExact: boolean;
} {
  const physical =
    property.physicalType === undefined ? null : parseDataType(property.physicalType);
  if (physical?.ok === true && isKnown(physical.type))
    return { type: physical.type, isExact: true };
  return { type: logicalType(property), isExact: false };
}

/** Whether DuckDB has the type: a physical type of another system says nothing here. */
function isKnown(type: DataType): boolean {
  if (type.kind === "list") return isKnown(type.item);
  if (type.kind === "map") return isKnown(type.key) && isKnown(type.value);
  if (type.kind === "struct" || type.kind === "union") {
    return type.fields.every((field) => isKnown(field.type));
  }
  return type.kind !== "named" && type.kind !== "unknown";
}

const scalar = (name: ScalarName): DataType => ({ kind: "scalar", name });

const formats: Readonly<Record<string, ScalarName>> = {
  i8: "TINYINT",
  i16: "SMALLINT",
  i32: "INTEGER",
  i64: "BIGINT",
  i128: "HUGEINT",
  u8: "UTINYINT",
  u16: "USMALLINT",
  u32: "UINTEGER",
  u64: "UBIGINT",
  u128: "UHUGEINT",
  f32: "FLOAT",
  f64: "DOUBLE",
};

/** The type that stands for a logical one and its options. */
function logicalType(property: PropertyForm): DataType {
  const {
    logicalType: logical = "",
    logicalTypeOptions: options = {},
    properties,
    items,
  } = property;
  const format = formats[String(options["format"])];
  switch (logical) {
    case "string":
      return { kind: "text", length: null };
    case "integer":
      return scalar(format ?? "BIGINT");
    case "number":
      return scalar(format ?? "DOUBLE");
    case "boolean":
      return scalar("BOOLEAN");
    case "date":
      return scalar("DATE");
    case "time":
      return scalar("TIME");
    case "timestamp":
      return scalar(options["timezone"] === true ? "TIMESTAMP WITH TIME ZONE" : "TIMESTAMP");
    case "array": {
      const item: DataType = items === undefined ? { kind: "unknown" } : promisedType(items).type;
      return { kind: "list", item, length: null };
    }
    case "object":
      if (properties === undefined || properties.length === 0) return scalar("JSON");
      return {
        kind: "struct",
        fields: properties.map((field) => ({
          name: columnName(field),
          type: promisedType(field).type,
        })),
      };
    default:
      return { kind: "unknown" };
  }
}

/** The closed list that a condition on invalid values gives, where none may be invalid. */
function promisedValues(quality: readonly QualityForm[]): readonly string[] | null {
  for (const { metric, mustBe, arguments: given } of quality) {
    const values = metric === "invalidValues" && mustBe === 0 ? Object(given).validValues : null;
    if (Array.isArray(values)) return values.filter((value) => value !== null).map(String);
  }
  return null;
}
