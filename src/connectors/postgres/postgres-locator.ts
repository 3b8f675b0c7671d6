import { z } from "zod";
import { declaredTypeSchema } from "../../ports/declared-type.ts";
import { placeholdersOf } from "../../ports/discovered-name.ts";

const name = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\0]*$/);

/** A value that may be a number, or a reference to a secret that holds one. */
const port = z.union([z.int().min(1).max(65_535), z.string().regex(/^(\d{1,5}|\$\{.+\})$/)]);

/** Options of a `postgres` connection. */
export const postgresConnectionSchema = z.strictObject({
  url: z
    .string()
    .min(1)
    .optional()
    .describe("postgres://user@host:port/database; wins over host, port, database and user."),
  host: z.string().min(1).default("localhost").describe("A host name, or a socket's folder."),
  port: port.default(5432).describe("The server's port."),
  database: name.optional().describe("The database; the user's name when absent."),
  user: name.optional().describe("The role to log in as."),
  password: z.string().optional().describe("As a reference to a secret, never in clear."),
  ssl: z
    .enum(["disable", "require", "verify-full"])
    .default("disable")
    .describe("require encrypts; verify-full also checks who the server is."),
  ca: z
    .string()
    .optional()
    .describe("The certificate (PEM) that signs the server's, for verify-full."),
  statement_timeout: z
    .int()
    .min(1)
    .max(86_400)
    .default(3_600)
    .describe("Seconds after which the server gives up one statement."),
  checkpoint_mb: z
    .int()
    .min(1)
    .max(1_048_576)
    .optional()
    .describe(
      "Megabytes of a table after which a long extraction keeps what it has read; absent: 64 to " +
        "1,024, as the table is large.",
    ),
});

const cursor = name
  .nullable()
  .default(null)
  .describe(
    "What tells new rows: a column that only grows, or xmin for the system column that sees every " +
      "insert and update. Without one, all rows are extracted each time.",
  );

const reading = {
  fingerprint: z
    .enum(["scan", "cursor"])
    .default("scan")
    .describe("scan looks at every row's version; cursor trusts the cursor column's maximum."),
  lag: z
    .int()
    .min(0)
    .max(31_536_000)
    .default(0)
    .describe("Seconds before the last value that are read again, for rows that commit late."),
  types: z
    .record(z.string(), declaredTypeSchema)
    .default({})
    .describe("DuckDB types by column name, where the mapped one is not what is wanted."),
};

/** Where a PostgreSQL source is and how it is read. */
export const postgresLocatorSchema = z.strictObject({
  table: name.describe("The table, as name or schema.name; also a view."),
  schema: name.nullable().default(null).describe("The schema, when the table's name has dots."),
  columns: z
    .array(name)
    .min(1)
    .nullable()
    .default(null)
    .describe("The columns to read; all when absent."),
  cursor,
  ...reading,
});

/** What `discover` looks for: each matching table becomes a source of its own. */
export const postgresPatternSchema = z.strictObject({
  schema: name.default("public").describe("The schema whose tables are sources."),
  tables: z
    .array(name)
    .min(1)
    .default(["*"])
    .describe("Patterns of table names: * is any text, ? one character."),
  exclude: z.array(name).default([]).describe("Patterns of tables that are left out."),
  kinds: z
    .array(z.enum(["table", "view", "materialized_view", "foreign_table"]))
    .min(1)
    .default(["table"])
    .describe("What counts as a table; a partitioned one counts once, as a whole."),
  name: z
    .string()
    .min(1)
    .max(200)
    .default("{table}")
    .refine(
      (template) => placeholdersOf(template).every((field) => /^(table|schema)$/.test(field)),
      "may use {table} and {schema}",
    )
    .describe("The name of each source: {table} and {schema} are what was found."),
  cursor: cursor.describe(
    "As for a source; xmin applies to tables with a primary key, a column to those that have it.",
  ),
  ...reading,
});

export type PostgresOptions = z.output<typeof postgresConnectionSchema>;
export type PostgresLocator = z.output<typeof postgresLocatorSchema>;
export type PostgresPattern = z.output<typeof postgresPatternSchema>;

/** The table that a locator names. `table: a.b` is schema `a`, unless `schema` says otherwise. */
export function tableOf(locator: PostgresLocator): {
  readonly schema: string;
  readonly table: string;
} {
  if (locator.schema !== null) return { schema: locator.schema, table: locator.table };
  const dot = locator.table.indexOf(".");
  if (dot < 0) return { schema: "public", table: locator.table };
  return { schema: locator.table.slice(0, dot), table: locator.table.slice(dot + 1) };
}
