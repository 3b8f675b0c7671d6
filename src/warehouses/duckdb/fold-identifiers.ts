import { isObject, type TreeObject } from "./select-tree.ts";

/** Fields of a parse tree that hold names, which DuckDB compares without case. */
const nameFields: ReadonlySet<string> = new Set([
  "alias",
  "aliases",
  "catalog",
  "catalog_name",
  "column_name_alias",
  "column_names",
  "cte_name",
  "exclude_list",
  "function_name",
  "key_targets",
  "qualified_exclude_list",
  "relation_name",
  "rename_list",
  "schema",
  "schema_name",
  "table_name",
  "using_columns",
]);

/**
 * A parse tree in which the case of identifiers is gone, while texts, types and what becomes part of a
 * value stay as they are: the names of arguments are kept, since `struct_pack(Aa := 1)` holds them.
 */
export function foldIdentifiers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(foldIdentifiers);
  if (!isObject(value)) return value;
  // A constant's own value is data, whatever its fields are called; so is a type.
  if (value["class"] === "CONSTANT") return foldAlias(value);
  return Object.fromEntries(
    Object.entries(value).map(([field, child]) => [field, foldField(value, field, child)]),
  );
}

function foldField(owner: TreeObject, field: string, child: unknown): unknown {
  if (field === "cast_type") return child;
  if (field === "children" && owner["class"] === "FUNCTION" && Array.isArray(child)) {
    return child.map(foldArgument);
  }
  // Names of WITH and REPLACE: maps are lists of key and value.
  if (field === "key" && typeof child === "string") return child.toLowerCase();
  return nameFields.has(field) ? foldNames(child) : foldIdentifiers(child);
}

function foldArgument(argument: unknown): unknown {
  const folded = foldIdentifiers(argument);
  if (!(isObject(argument) && isObject(folded))) return folded;
  return { ...folded, alias: argument["alias"] };
}

function foldAlias(constant: TreeObject): TreeObject {
  return { ...constant, alias: foldNames(constant["alias"]) };
}

function foldNames(value: unknown): unknown {
  if (typeof value === "string") return value.toLowerCase();
  if (Array.isArray(value)) return value.map(foldNames);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, child]) => [field, foldNames(child)]),
  );
}
