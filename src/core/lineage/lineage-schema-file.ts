import { z } from "zod";
import type { Column, TableName } from "../schema/table-schema.ts";
import type { TableShape } from "./query-lineage.ts";

/** Something wrong in a schema file: where, as a path like `tables[0].name`, what, and what to do. */
export interface LineageSchemaProblem {
  readonly path: string;
  readonly message: string;
  readonly fix: string;
}

/** The tables of a schema file, or all that is wrong with it. */
export type LineageSchemaFile =
  | { readonly ok: true; readonly tables: readonly TableShape[] }
  | { readonly ok: false; readonly problems: readonly LineageSchemaProblem[] };

const name = z.string().min(1).max(1_000);

const fileSchema = z.strictObject({
  tables: z
    .array(
      z.strictObject({
        name,
        columns: z
          .array(
            z.strictObject({
              name,
              type: z.string().max(100_000),
              nullable: z.boolean().optional(),
            }),
          )
          .max(100_000),
      }),
    )
    .max(100_000),
});

const form =
  '{ "tables": [{ "name": "raw.orders", "columns": [{ "name": "id", "type": "BIGINT" }] }] }';

/**
 * Reads the tables that a query outside any project may read, from the JSON
 * `{ tables: [{ name: "raw.orders", columns: [{ name, type }] }] }`. A name up to its last dot is
 * the schema; parts in double quotes may hold dots. A table without a dot has no schema.
 */
export function parseLineageSchemaFile(value: unknown): LineageSchemaFile {
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => ({
      path: pathText(issue.path),
      message: issue.message,
      fix: `Write the file as ${form}.`,
    }));
    return { ok: false, problems };
  }
  const { tables } = parsed.data;
  const problems = [
    ...repeated(tables.map((table) => table.name)).map((at) =>
      twice(`tables[${at}].name`, "table"),
    ),
    ...tables.flatMap(({ columns }, table) =>
      repeated(columns.map((column) => column.name)).map((at) =>
        twice(`tables[${table}].columns[${at}].name`, "column"),
      ),
    ),
  ];
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    tables: tables.map((table) => ({
      table: parseTableName(table.name),
      columns: table.columns.map(columnOf),
    })),
  };
}

const columnOf = (column: {
  name: string;
  type: string;
  nullable?: boolean | undefined;
}): Column => ({
  name: column.name,
  type: column.type,
  nullable: column.nullable ?? true,
});

/** `schema.name`, either part in double quotes if it has dots; without a dot the schema is empty. */
function parseTableName(text: string): TableName {
  const quoted = /^(?:(.*)\.)?"((?:[^"]|"")+)"$/.exec(text);
  if (quoted !== null) {
    return { schema: unquoted(quoted[1] ?? ""), name: (quoted[2] ?? "").replaceAll('""', '"') };
  }
  const dot = text.lastIndexOf(".");
  return { schema: dot < 0 ? "" : unquoted(text.slice(0, dot)), name: text.slice(dot + 1) };
}

function unquoted(text: string): string {
  const inner = /^"((?:[^"]|"")+)"$/.exec(text)?.[1];
  return inner === undefined ? text : inner.replaceAll('""', '"');
}

/** Positions of names that stood before, compared without case. */
function repeated(names: readonly string[]): readonly number[] {
  const seen = new Set<string>();
  return names.flatMap((text, at) => {
    const folded = text.toLowerCase();
    if (seen.has(folded)) return [at];
    seen.add(folded);
    return [];
  });
}

const twice = (path: string, what: string): LineageSchemaProblem => ({
  path,
  message: `this ${what} is named twice; names compare without case`,
  fix: `Leave one of the two out, or rename it.`,
});

function pathText(path: readonly PropertyKey[]): string {
  const text = path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("");
  return text === "" ? "the file" : text.replace(/^\./, "");
}
