import type { SchemaDiff } from "../../src/cli/wire/schema-diff-json.ts";
import { compatibility } from "../../src/core/schema/compatible.ts";
import { diffSchemas } from "../../src/core/schema/diff-schemas.ts";
import { parseSchemaFile } from "../../src/core/schema/schema-file.ts";

/** A schema of orders, as a file holds it. */
export const ordersBefore = {
  columns: [
    { name: "id", type: "BIGINT", nullable: false, key: true },
    { name: "Customer ID", type: "INTEGER" },
    { name: "amount", type: "DECIMAL(10,2)" },
    { name: "status", type: "ENUM('open', 'paid')" },
    { name: "address", type: "STRUCT(street VARCHAR, city VARCHAR)" },
    { name: "note", type: "VARCHAR" },
  ],
};

/** The same a year later. */
export const ordersAfter = {
  columns: [
    { name: "id", type: "BIGINT", nullable: false, key: true },
    { name: "amount", type: "DECIMAL(18,2)" },
    { name: "customer_id", type: "INTEGER" },
    { name: "status", type: "ENUM('open', 'paid', 'refunded')" },
    { name: "address", type: "STRUCT(street VARCHAR, city VARCHAR, zip VARCHAR)[]" },
    { name: "channel", type: "VARCHAR", nullable: false },
  ],
};

/** What `sluice schema diff` finds between them. */
export function ordersDiff(): SchemaDiff {
  const [before, after] = [ordersBefore, ordersAfter].map((value) => {
    const parsed = parseSchemaFile(value);
    if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join());
    return parsed.schema;
  });
  if (before === undefined || after === undefined) throw new Error("two schemas");
  return { changes: diffSchemas(before, after), compatible: compatibility(before, after) };
}
