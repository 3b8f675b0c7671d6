import { z } from "zod";
import { hashOf } from "../../core/std/hash.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import { type ColumnMapping, mapColumn } from "./column-types.ts";
import { type PostgresLocator, tableOf } from "./postgres-locator.ts";
import { quoteName } from "./quote-postgres.ts";

/** One row for the table that $1 (schema) and $2 (name) say, or none. */
const factsSql = `
SELECT c.oid::text AS oid,
  c.relkind::text AS kind,
  c.relpersistence = 'u' AS "isUnlogged",
  row_security_active(c.oid) AS "hasRowSecurity",
  CASE WHEN c.reltuples < 0 THEN NULL ELSE c.reltuples::float8 END AS "rowEstimate",
  (SELECT coalesce(sum(pg_relation_size(part.oid) +
       CASE WHEN part.reltoastrelid = 0 THEN 0 ELSE pg_relation_size(part.reltoastrelid) END), 0)::float8
     FROM pg_class part
     WHERE part.oid = c.oid OR part.oid IN (SELECT relid FROM pg_partition_tree(c.oid))) AS bytes,
  (SELECT json_agg(json_build_array(part.oid::text, part.relfilenode::text) ORDER BY part.oid)
     FROM pg_class part
     WHERE part.oid = c.oid OR part.oid IN (SELECT relid FROM pg_partition_tree(c.oid))) AS storage,
  coalesce((SELECT json_agg(json_build_object(
      'number', a.attnum,
      'name', a.attname,
      'isNotNull', a.attnotnull,
      'written', format_type(a.atttypid, a.atttypmod),
      'added', a.attmissingval::text,
      'generated', (SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d
         WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.attgenerated <> ''),
      'labels', (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e
         WHERE e.enumtypid IN (t.oid, t.typelem)),
      'type', json_build_object(
        'name', t.typname,
        'isBuiltIn', t.typnamespace = 'pg_catalog'::regnamespace,
        'kind', t.typtype,
        'category', t.typcategory,
        'modifier', t.modifier)) ORDER BY a.attnum)
    FROM pg_attribute a
    CROSS JOIN LATERAL (
      WITH RECURSIVE resolved(type, modifier) AS (
        SELECT a.atttypid, a.atttypmod
        UNION ALL
        SELECT d.typbasetype, d.typtypmod FROM resolved r
          JOIN pg_type d ON d.oid = r.type AND d.typtype = 'd')
      SELECT b.*, r.modifier FROM resolved r JOIN pg_type b ON b.oid = r.type WHERE b.typtype <> 'd'
    ) t
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '[]') AS columns,
  coalesce((SELECT json_agg(a.attname ORDER BY k.place)
    FROM pg_index i
    CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, place)
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
    WHERE i.indrelid = c.oid AND i.indisprimary), '[]') AS key
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`;

const rowSchema = z.object({
  oid: z.string(),
  kind: z.enum(["r", "p", "v", "m", "f"]),
  isUnlogged: z.boolean(),
  hasRowSecurity: z.boolean(),
  rowEstimate: z.number().nullable(),
  bytes: z.number(),
  storage: z.array(z.tuple([z.string(), z.string()])),
  columns: z.array(
    z.object({
      number: z.number(),
      name: z.string(),
      isNotNull: z.boolean(),
      written: z.string(),
      added: z.string().nullable(),
      generated: z.string().nullable(),
      labels: z.array(z.string()).nullable(),
      type: z.object({
        name: z.string(),
        isBuiltIn: z.boolean(),
        kind: z.string(),
        category: z.string(),
        modifier: z.number(),
      }),
    }),
  ),
  key: z.array(z.string()),
});

export interface TableColumn extends ColumnMapping {
  /** In the source. */
  readonly name: string;
  /** In the staged files: unique without regard to case, as DuckDB needs it. */
  readonly stagedName: string;
  readonly isNotNull: boolean;
  /** The members of an enumeration, in its order; `null` for other types. */
  readonly labels: readonly string[] | null;
  /** `pg_type.typname`, domains resolved. */
  readonly typeName: string;
}

/** What the system catalogs say of a table, seen by one statement. */
export interface TableFacts {
  readonly schema: string;
  readonly table: string;
  /** Quoted, with its schema. */
  readonly sqlName: string;
  readonly oid: string;
  /** True where every row version has a place and a transaction: not for views and foreign tables. */
  readonly hasVersions: boolean;
  /** True where nothing becomes visible without moving the write-ahead log. */
  readonly isLogged: boolean;
  /** As of the last ANALYZE; `null` when there was none. */
  readonly rowEstimate: number | null;
  readonly bytes: number;
  /** The files that hold the rows; another set means that they were rewritten or emptied. */
  readonly storage: readonly (readonly [string, string])[];
  /** Those that the locator chose, in its order. */
  readonly columns: readonly TableColumn[];
  /** The primary key, by staged name; empty when a column of it is not read. */
  readonly key: readonly string[];
  /** Identity of everything that gives the stored rows their meaning. */
  readonly shape: string;
}

export type Query = (
  sql: string,
  values?: readonly string[],
) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/**
 * Reads what the catalogs say of a locator's table.
 * @throws SOURCE_MISSING, SOURCE_UNREADABLE when a chosen column is not there
 */
export async function readTableFacts(query: Query, locator: PostgresLocator): Promise<TableFacts> {
  const { schema, table } = tableOf(locator);
  const [found] = await query(factsSql, [schema, table]);
  if (!found) {
    throw new OperatingError("SOURCE_MISSING", `There is no table ${schema}.${table}.`, {
      hint: "Names are taken as written: case counts, and schema is public unless it is given.",
    });
  }
  const row = rowSchema.parse(found);
  const columns = chooseColumns(row.columns, locator, `${schema}.${table}`);
  const stagedNames = new Map(columns.map((column) => [column.name, column.stagedName]));
  const key = row.key.flatMap((name) => stagedNames.get(name) ?? []);
  return {
    schema,
    table,
    sqlName: `${quoteName(schema)}.${quoteName(table)}`,
    oid: row.oid,
    hasVersions: ["r", "p", "m"].includes(row.kind),
    isLogged: ["r", "p", "m"].includes(row.kind) && !row.isUnlogged && !row.hasRowSecurity,
    rowEstimate: row.rowEstimate,
    bytes: row.bytes,
    storage: row.storage,
    columns,
    key: key.length === row.key.length ? key : [],
    shape: hashOf({ oid: row.oid, columns: row.columns, chosen: columns.map(({ name }) => name) }),
  };
}

function chooseColumns(
  all: z.output<typeof rowSchema>["columns"],
  locator: PostgresLocator,
  table: string,
): readonly TableColumn[] {
  const byName = new Map(all.map((column) => [column.name, column]));
  const wanted = locator.columns ?? all.map((column) => column.name);
  const named = [...wanted, ...Object.keys(locator.types)];
  if (locator.cursor !== null && locator.cursor !== "xmin") named.push(locator.cursor);
  const absent = [...new Set(named.filter((name) => !byName.has(name)))];
  if (absent.length > 0) {
    throw new OperatingError("SOURCE_UNREADABLE", `${table} has no column ${absent.join(", ")}.`, {
      hint: `It has ${all.map((column) => column.name).join(", ") || "no columns"}.`,
    });
  }
  const taken = new Set<string>();
  return [...new Set(wanted)].flatMap((name) => {
    const column = byName.get(name);
    if (!column) return [];
    let stagedName = name;
    for (let count = 1; taken.has(stagedName.toLowerCase()); count += 1) {
      stagedName = `${name}_${count}`;
    }
    taken.add(stagedName.toLowerCase());
    const mapping = mapColumn(name, column.type, locator.types[name]);
    const { isNotNull, type } = column;
    const labels = type.kind === "e" ? column.labels : null;
    return [{ name, stagedName, isNotNull, labels, typeName: type.name, ...mapping }];
  });
}
