import { z } from "zod";
import type { TableShape } from "./query-lineage.ts";

/** One thing that is wrong with a file of tables. */
export interface LineageSchemaProblem {
  /** Where, as `tables[0].columns[2].type`; empty for the value as a whole. */
  readonly path: string;
  readonly message: string;
  readonly fix: string;
}

/** The tables that a query may read, or all that is wrong with what was given as them. */
export type ParsedLineageSchema =
  | { readonly ok: true; readonly tables: readonly TableShape[] }
  | { readonly ok: false; readonly problems: readonly LineageSchemaProblem[] };

const tablesMax = 10_000;
const columnsMax = 20_000;
const example =
  '{ "tables": [{ "name": "raw.orders", "columns": [{ "name": "id", "type": "BIGINT" }] }] }';

const fileSchema = z.strictObject({
  tables: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        columns: z
          .array(z.strictObject({ name: z.string().min(1), type: z.string().min(1) }))
          .max(columnsMax),
      }),
    )
    .max(tablesMax),
});

/**
 * Reads `{ tables: [{ name, columns: [{ name, type }] }] }`. A name is `schema.table` or a plain
 * table; types are those of the query's dialect.
 */
export function parseLineageSchemaFile(value: unknown): ParsedLineageSchema {
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => ({
      path: pathText(issue.path),
      message: `${issue.message}.`,
      fix: `Write ${example}.`,
    }));
    return { ok: false, problems };
  }
  const { tables } = parsed.data;
  const problems = [
    ...repeated(tables, "tables"),
    ...tables.flatMap(({ columns }, at) => repeated(columns, `tables[${at}].columns`)),
  ];
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    tables: tables.map(({ name, columns }) => ({
      table: tableName(name),
      columns: columns.map((column) => ({ ...column, nullable: true })),
    })),
  };
}

/** Names compare without case, so that two that differ by it alone are one. */
function repeated(
  named: readonly { readonly name: string }[],
  path: string,
): readonly LineageSchemaProblem[] {
  const seen = new Set<string>();
  return named.flatMap(({ name }, at) => {
    const key = name.toLowerCase();
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    const message = `\`${name}\` is there twice.`;
    return [{ path: `${path}[${at}].name`, message, fix: "Leave one of them out, or rename it." }];
  });
}

/** What is before the first dot is the schema; a plain name has none. */
function tableName(text: string): TableShape["table"] {
  const dot = text.indexOf(".");
  return dot < 0
    ? { schema: "", name: text }
    : { schema: text.slice(0, dot), name: text.slice(dot + 1) };
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`))
    .join("")
    .replace(/^\./, "");
}
