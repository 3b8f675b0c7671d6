import type { TableName } from "../../core/schema/table-schema.ts";
import type { Json } from "../../core/std/json.ts";
import { OperatingError } from "../../errors/operating-error.ts";

/** The name under which the warehouse's file is attached. */
export const databaseName = "warehouse";

/**
 * An identifier for SQL, whatever its characters.
 * @throws WAREHOUSE_REFUSED for what no identifier may be: empty, or with a NUL.
 */
export function quoteName(name: string): string {
  if (name === "") throw new OperatingError("WAREHOUSE_REFUSED", "A name must not be empty");
  refuseNul(name);
  return `"${name.replaceAll('"', '""')}"`;
}

/** A table or view of the warehouse for SQL, with its database, so that no search path can divert it. */
export function quoteTable(table: TableName): string {
  return [databaseName, table.schema, table.name].map(quoteName).join(".");
}

/**
 * A value for SQL. Lists become DuckDB lists; an object becomes its JSON text.
 * @throws WAREHOUSE_REFUSED for text with a NUL, which DuckDB's SQL cannot carry.
 */
export function literal(value: Json): string {
  if (value === null) return "NULL";
  if (typeof value === "boolean" || typeof value === "number") return String(value);
  if (typeof value === "string") {
    refuseNul(value);
    return `'${value.replaceAll("'", "''")}'`;
  }
  if (isList(value)) return `[${value.map(literal).join(", ")}]`;
  return literal(JSON.stringify(value));
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function refuseNul(text: string): void {
  if (!text.includes("\0")) return;
  const shown = text.replaceAll("\0", "\\0");
  throw new OperatingError("WAREHOUSE_REFUSED", `A NUL character cannot be stored: ${shown}`);
}
