import type { DataType } from "../../core/schema/data-type.ts";

const unknown: DataType = { kind: "unknown" };

/**
 * A type that was found in JSON, with "no evidence" where only null, `[]` or `{}` stood: DuckDB
 * gives them a type that holds anything, which is no promise that they will.
 * @param structure as `json_group_structure` says it: a type's name, `[item]`, or an object of fields
 */
export function evidentType(type: DataType, structure: unknown): DataType {
  if (structure === "NULL") return unknown;
  if (type.kind === "list" && Array.isArray(structure)) {
    return { ...type, item: evidentType(type.item, structure[0]) };
  }
  if (type.kind === "struct" && isFields(structure)) {
    const fields = type.fields.map((field) => ({
      name: field.name,
      type: evidentType(field.type, structure[field.name]),
    }));
    return { ...type, fields };
  }
  // An object that never has a key is given as a map, and its structure as that of anything.
  if (type.kind === "map" && structure === "JSON") return unknown;
  return type;
}

function isFields(structure: unknown): structure is Readonly<Record<string, unknown>> {
  return typeof structure === "object" && structure !== null && !Array.isArray(structure);
}
