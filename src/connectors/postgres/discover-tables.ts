import { z } from "zod";
import { matchesName } from "../../core/std/matches-name.ts";
import type { DiscoveredSource } from "../../ports/connector.ts";
import { nameCandidates } from "../../ports/discovered-name.ts";
import type { Log } from "../../ports/log.ts";
import type { PostgresLocator, PostgresPattern } from "./postgres-locator.ts";
import type { Query } from "./table-facts.ts";

/** Tables of a schema; a partition belongs to its whole and is no table of its own. */
const tablesSql = `
SELECT c.relname AS table,
  CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized_view'
    WHEN 'f' THEN 'foreign_table' ELSE 'table' END AS kind,
  coalesce((SELECT json_agg(a.attname) FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '[]') AS columns,
  coalesce((SELECT json_agg(a.attname ORDER BY k.place)
    FROM pg_index i
    CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, place)
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
    WHERE i.indrelid = c.oid AND i.indisprimary), '[]') AS key
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
ORDER BY c.relname`;

const rowSchema = z.object({
  table: z.string(),
  kind: z.enum(["table", "view", "materialized_view", "foreign_table"]),
  columns: z.array(z.string()),
  key: z.array(z.string()),
});

/** Finds the tables that a pattern means; those that may not be read are found as well. */
export async function discoverTables(
  query: Query,
  pattern: PostgresPattern,
  log: Log,
): Promise<readonly DiscoveredSource[]> {
  const { schema, tables, exclude, kinds, name: template, cursor, ...reading } = pattern;
  const rows = (await query(tablesSql, [schema])).map((row) => rowSchema.parse(row));
  const matching = rows.filter(
    (row) =>
      kinds.includes(row.kind) &&
      tables.some((one) => matchesName(one, row.table)) &&
      !exclude.some((one) => matchesName(one, row.table)),
  );
  const named = nameCandidates(
    template,
    matching.map((row) => ({
      fields: new Map([
        ["table", row.table],
        ["schema", schema],
      ]),
      identity: row.table,
      value: row,
    })),
  );
  return named.map(({ name, isRenamed, value }) => {
    if (isRenamed) {
      log.warn(
        `${schema}.${value.table} is called ${name}: another table would be called the same.`,
      );
    }
    const hasCursor =
      cursor !== null &&
      (cursor === "xmin" ? value.key.length > 0 : value.columns.includes(cursor));
    const locator: PostgresLocator = {
      table: value.table,
      schema,
      columns: null,
      cursor: hasCursor ? cursor : null,
      ...reading,
      fingerprint: hasCursor && cursor !== "xmin" ? reading.fingerprint : "scan",
      types: Object.fromEntries(
        Object.entries(reading.types).filter(([column]) => value.columns.includes(column)),
      ),
    };
    return { name, locator, key: value.key };
  });
}
