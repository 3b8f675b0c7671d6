import { numberRangeOf } from "../schema/compare-types.ts";
import type { DataType } from "../schema/data-type.ts";
import type { ObservedColumn, ObservedSchema } from "../schema/observed-schema.ts";
import { dataTypeOf } from "../schema/parse-data-type.ts";
import type { Json, JsonObject } from "../std/json.ts";

/** What a first contract is written from. */
export interface ContractSubject {
  readonly source: string;
  readonly owner: string | null;
  readonly cadenceMs: number | null;
}

/**
 * A first contract of what was observed, as a document of the standard, version 3.1.0. It promises no
 * more than was seen to hold: types, the key, and values in every row only where a database says so.
 */
export function draftContract(subject: ContractSubject, observed: ObservedSchema): JsonObject {
  const { source, owner, cadenceMs } = subject;
  return {
    apiVersion: "v3.1.0",
    kind: "DataContract",
    id: `sluice-${source}`,
    name: source,
    version: "1.0.0",
    status: "active",
    ...(owner === null ? {} : { team: { name: owner } }),
    schema: [
      {
        name: source,
        logicalType: "object",
        physicalType: "table",
        properties: observed.columns.map((column) => property(column, observed)),
      },
    ],
    ...(cadenceMs === null
      ? {}
      : { slaProperties: [{ property: "frequency", value: cadenceMs / 1_000, unit: "s" }] }),
    customProperties: [{ property: "compatibility", value: "backward" }],
  };
}

function property(column: ObservedColumn, { key, evidence }: ObservedSchema): JsonObject {
  const at = key.findIndex((name) => name.toLowerCase() === column.name.toLowerCase());
  const isKey = at >= 0;
  const isRequired = !column.nullable && evidence.kind !== "inferred";
  return {
    name: column.name,
    ...typed(dataTypeOf(column.type), column.type),
    ...(isRequired || isKey ? { required: true } : {}),
    ...(isKey ? { primaryKey: true, primaryKeyPosition: at + 1 } : {}),
  };
}

/** Where nothing was seen but NULL, no type is promised. */
function typed(type: DataType, text: string): JsonObject {
  if (type.kind === "unknown") return {};
  const logical = logicalName(type);
  return {
    ...(logical === null ? {} : { logicalType: logical }),
    ...(hasUnknown(type) ? {} : { physicalType: text }),
    ...(type.kind === "list" ? { items: item(type.item) } : {}),
  };
}

function item(type: DataType): Json {
  const logical = logicalName(type);
  return logical === null ? {} : { logicalType: logical };
}

function hasUnknown(type: DataType): boolean {
  if (type.kind === "list") return hasUnknown(type.item);
  if (type.kind === "map") return hasUnknown(type.key) || hasUnknown(type.value);
  if (type.kind === "struct" || type.kind === "union") {
    return type.fields.some((field) => hasUnknown(field.type));
  }
  return type.kind === "unknown";
}

function logicalName(type: DataType): string | null {
  if (type.kind === "text" || type.kind === "enum") return "string";
  if (type.kind === "list") return "array";
  if (type.kind === "struct" || type.kind === "map") return "object";
  const range = numberRangeOf(type);
  if (range !== null) return range.kind === "whole" ? "integer" : "number";
  if (type.kind !== "scalar") return null;
  if (type.name === "BOOLEAN") return "boolean";
  if (type.name === "DATE") return "date";
  if (type.name.startsWith("TIMESTAMP")) return "timestamp";
  if (type.name.startsWith("TIME")) return "time";
  return type.name === "UUID" ? "string" : null;
}
