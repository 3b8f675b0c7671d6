import { compareText } from "../../core/std/compare.ts";
import type { TableReference } from "../../ports/sql-analyzer.ts";
import { databaseName } from "./quote-duckdb.ts";

/** What DuckDB's parser made of a text, read off its own serialisation. */
export type ParsedSelect =
  | { readonly ok: true; readonly node: TreeObject }
  | { readonly ok: false; readonly message: string; readonly offset: number | null };

export type TreeObject = { readonly [field: string]: unknown };

/** Functions in FROM that make rows out of their arguments alone. */
const pureTableFunctions: ReadonlySet<string> = new Set([
  "range",
  "generate_series",
  "generate_subscripts",
  "unnest",
  "repeat",
  "repeat_row",
  "json_each",
  "json_tree",
  "icu_calendar_names",
  "pg_timezone_names",
]);

/** Whole numbers that JavaScript would round, and those that JSON does not have. */
const oddNumbers = /(?<!\\)":(-?(?:\d{16,}|Infinity|NaN|nan|inf))(?=[,}\]])/g;

/**
 * Reads the answer of `json_serialize_sql` for `sql`, which must be one SELECT. Its tree comes without
 * places in the text; numbers that JavaScript cannot hold are texts in it.
 */
export function parseSelectTree(sql: string, serialized: string): ParsedSelect {
  const text = serialized.replaceAll(oddNumbers, '":"#$1"');
  const answer: unknown = JSON.parse(text, (field, value: unknown) =>
    field === "query_location" ? undefined : value,
  );
  if (!isObject(answer)) return refuse("The parser gave no answer", null);
  if (answer["error"] === true) return syntaxError(sql, answer);
  const statements = answer["statements"];
  if (!Array.isArray(statements) || statements.length === 0) return refuse("There is no SQL", null);
  const [first, second]: readonly unknown[] = statements;
  if (second !== undefined) return refuse("There must be one SELECT, not several statements", null);
  const node = isObject(first) ? first["node"] : undefined;
  if (!isObject(node)) return refuse("Only a SELECT can stand here", null);
  return { ok: true, node };
}

function syntaxError(sql: string, answer: TreeObject): ParsedSelect {
  const message = String(answer["error_message"] ?? "The SQL does not parse");
  if (message.startsWith("Only SELECT")) {
    return refuse("Only a SELECT can stand here (and a PIVOT only with its IN list)", null);
  }
  const position = answer["position"];
  const characters = position === undefined ? null : Number(position);
  // The parser counts code points; editors and JavaScript count UTF-16 units.
  const offset = characters === null ? null : Array.from(sql).slice(0, characters).join("").length;
  return refuse(message, offset);
}

function refuse(message: string, offset: number | null): ParsedSelect {
  return { ok: false, message, offset };
}

/** What a SELECT takes from outside itself. */
export interface Reads {
  /** Each once, in name order. */
  readonly tables: readonly TableReference[];
  /** What it may not read, in words; empty when all is well. */
  readonly refusals: readonly string[];
}

/** Finds the tables that a SELECT reads: names in FROM that no WITH in scope defines. */
export function readsOf(node: TreeObject): Reads {
  const tables = new Map<string, TableReference>();
  const refusals: string[] = [];
  const note = (table: TreeObject, scope: ReadonlySet<string>) => {
    const reference = {
      schema: String(table["schema_name"] ?? ""),
      name: String(table["table_name"] ?? ""),
    };
    const catalog = String(table["catalog_name"] ?? "");
    if (reference.schema === "" && scope.has(reference.name.toLowerCase())) return;
    const refusal = tableRefusal(reference, catalog);
    if (refusal !== null) refusals.push(refusal);
    else tables.set(JSON.stringify([reference.schema, reference.name]), reference);
  };
  walk(node, new Set(), {
    table: note,
    refuse: (reason) => refusals.push(reason),
  });
  return {
    tables: [...tables.values()].sort(
      (a, b) => compareText(a.schema, b.schema) || compareText(a.name, b.name),
    ),
    refusals,
  };
}

interface Visitor {
  table(node: TreeObject, scope: ReadonlySet<string>): void;
  refuse(reason: string): void;
}

function walk(value: unknown, scope: ReadonlySet<string>, visitor: Visitor): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, scope, visitor);
    return;
  }
  if (!isObject(value)) return;
  visit(value, scope, visitor);
  const inner = value["type"] === "RECURSIVE_CTE_NODE" ? withName(scope, value["cte_name"]) : scope;
  const visible = walkWith(value["cte_map"], inner, visitor);
  for (const [field, child] of Object.entries(value)) {
    if (field !== "cte_map") walk(child, visible, visitor);
  }
}

/** Walks the queries of a WITH; each sees the names before it. Returns what the body sees. */
function walkWith(
  withMap: unknown,
  scope: ReadonlySet<string>,
  visitor: Visitor,
): ReadonlySet<string> {
  const entries = isObject(withMap) ? withMap["map"] : undefined;
  if (!Array.isArray(entries)) return scope;
  let visible = scope;
  for (const entry of entries) {
    if (!isObject(entry)) continue;
    walk(entry["value"], visible, visitor);
    visible = withName(visible, entry["key"]);
  }
  return visible;
}

function withName(scope: ReadonlySet<string>, name: unknown): ReadonlySet<string> {
  return new Set([...scope, String(name).toLowerCase()]);
}

function visit(node: TreeObject, scope: ReadonlySet<string>, visitor: Visitor): void {
  switch (node["type"]) {
    case "BASE_TABLE":
      visitor.table(node, scope);
      return;
    case "SHOW_REF":
      visitor.refuse("DESCRIBE, SHOW and SUMMARIZE are not a SELECT");
      return;
    case "TABLE_FUNCTION": {
      const call = node["function"];
      const name = isObject(call) ? String(call["function_name"]).toLowerCase() : "";
      if (!pureTableFunctions.has(name)) {
        visitor.refuse(`${name}() cannot be read from: SQL may read tables only`);
      }
      return;
    }
    default:
      return;
  }
}

function tableRefusal({ schema, name }: TableReference, catalog: string): string | null {
  if (catalog !== "" && catalog.toLowerCase() !== databaseName) {
    return `${catalog}.${schema}.${name} is in another database`;
  }
  const isFile =
    schema === "" && /[/\\*]|\.(csv|tsv|txt|json|jsonl|ndjson|parquet|db|gz|zst)$/i.test(name);
  return isFile ? `'${name}' is a file: declare it as a source and read its table` : null;
}

export function isObject(value: unknown): value is TreeObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
