import { isDeepStrictEqual } from "node:util";
import type { TableName } from "../../core/schema/table-schema.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { Session } from "./duckdb-session.ts";
import { databaseName, literal, quoteName } from "./quote-duckdb.ts";
import { isObject, type TreeObject } from "./select-tree.ts";

/** A table that a query is to read through a view. */
export interface Redirection {
  readonly table: TableName;
  readonly view: TableName;
}

/** A piece of the text to be written otherwise: some parts of a dotted name. */
interface Patch {
  /** Where the name begins, in characters. */
  readonly at: number;
  readonly parts: number;
  readonly text: string;
}

interface Rewriting {
  readonly redirections: readonly Redirection[];
  readonly patches: Patch[];
}

/**
 * The query with each reference to a table turned to its view, and every other character as it
 * was. The engine's parser says where the references are, and then judges the result: it must be
 * the query that was asked for, with nothing changed but those names.
 * @throws WAREHOUSE_REFUSED when the references cannot be told in the text
 */
export async function adaptQuery(
  session: Session,
  sql: string,
  redirections: readonly Redirection[],
  what: string,
): Promise<string> {
  if (redirections.length === 0) return sql;
  const node = await parse(session, sql, what);
  const patches: Patch[] = [];
  const wanted = rewrite(node, new Set(), { redirections, patches });
  const text = applyPatches(sql, patches);
  if (text !== null && isDeepStrictEqual(bare(await parse(session, text, what)), bare(wanted))) {
    return text;
  }
  const names = redirections.map(({ table }) => `${table.schema}.${table.name}`).join(", ");
  throw new OperatingError(
    "WAREHOUSE_REFUSED",
    `${what} reads ${names} in a way that cannot be turned to another shape of it`,
    {
      hint: "Read the table by its plain name in FROM, or change the model to read the new shape.",
    },
  );
}

async function parse(session: Session, sql: string, what: string): Promise<TreeObject> {
  const [row] = await session.rows(`SELECT json_serialize_sql(${literal(sql)}::VARCHAR)`);
  const answer: unknown = JSON.parse(String(row?.[0]));
  const statements = isObject(answer) ? answer["statements"] : undefined;
  const [first]: readonly unknown[] = Array.isArray(statements) ? statements : [];
  const node = isObject(first) ? first["node"] : undefined;
  if (isObject(node)) return node;
  throw new OperatingError("STATEMENT_INVALID", `${what}: the SQL does not parse as one SELECT`);
}

function rewrite(value: unknown, scope: ReadonlySet<string>, on: Rewriting): unknown {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, scope, on));
  if (!isObject(value)) return value;
  const node = redirect(value, scope, on);
  const inner = node["type"] === "RECURSIVE_CTE_NODE" ? withName(scope, node["cte_name"]) : scope;
  const { visible, withMap } = rewriteWith(node["cte_map"], inner, on);
  return Object.fromEntries(
    Object.entries(node).map(([field, child]) => [
      field,
      field === "cte_map" ? withMap : rewrite(child, visible, on),
    ]),
  );
}

/** The queries of a WITH; each sees the names before it, and the body sees all. */
function rewriteWith(
  value: unknown,
  scope: ReadonlySet<string>,
  on: Rewriting,
): { readonly visible: ReadonlySet<string>; readonly withMap: unknown } {
  const entries = isObject(value) ? value["map"] : undefined;
  if (!Array.isArray(entries)) return { visible: scope, withMap: value };
  let visible = scope;
  const map = entries.map((entry: unknown) => {
    if (!isObject(entry)) return entry;
    const rewritten = { ...entry, value: rewrite(entry["value"], visible, on) };
    visible = withName(visible, entry["key"]);
    return rewritten;
  });
  return { visible, withMap: { ...(isObject(value) ? value : {}), map } };
}

function withName(scope: ReadonlySet<string>, name: unknown): ReadonlySet<string> {
  return new Set([...scope, String(name).toLowerCase()]);
}

function redirect(node: TreeObject, scope: ReadonlySet<string>, on: Rewriting): TreeObject {
  if (node["type"] === "BASE_TABLE") return redirectTable(node, scope, on);
  if (node["type"] === "COLUMN_REF") return redirectColumn(node, on);
  return node;
}

function redirectTable(node: TreeObject, scope: ReadonlySet<string>, on: Rewriting): TreeObject {
  const [catalog, schema, name] = ["catalog_name", "schema_name", "table_name"].map((field) =>
    String(node[field] ?? ""),
  );
  if (schema === undefined || name === undefined) return node;
  if (catalog !== "" && !isSame(catalog ?? "", databaseName)) return node;
  if (schema === "" && scope.has(name.toLowerCase())) return node;
  const found = on.redirections.find(
    ({ table }) =>
      isSame(table.schema, schema === "" ? "main" : schema) && isSame(table.name, name),
  );
  if (found === undefined) return node;
  const alias = String(node["alias"] ?? "");
  const { view } = found;
  // Without an alias the query calls the table by its own name.
  const named = alias === "" ? ` AS ${quoteName(name)}` : "";
  on.patches.push({
    at: Number(node["query_location"]),
    parts: [catalog, schema, name].filter((part) => part !== "").length,
    text: `${quoteName(view.schema)}.${quoteName(view.name)}${named}`,
  });
  return {
    ...node,
    catalog_name: "",
    schema_name: view.schema,
    table_name: view.name,
    alias: alias === "" ? name : alias,
  };
}

/** `raw.orders.id` names a column by a table that is there no more: then it is `orders.id`. */
function redirectColumn(node: TreeObject, on: Rewriting): TreeObject {
  const names = node["column_names"];
  if (!Array.isArray(names)) return node;
  const path = names.map(String);
  const first = path.length > 3 && isSame(path[0] ?? "", databaseName) ? 1 : 0;
  const [schema = "", name = ""] = path.slice(first);
  const isTable = on.redirections.some(
    ({ table }) => isSame(table.schema, schema) && isSame(table.name, name),
  );
  if (!isTable || path.length - first < 3) return node;
  const at = Number(node["query_location"]);
  on.patches.push({ at, parts: first + 2, text: quoteName(name) });
  return { ...node, column_names: path.slice(first + 1) };
}

function isSame(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

/** A name, plain or quoted. */
const namePart = /(?:"(?:[^"]|"")*"|[\p{L}_\u0080-\uffff][\p{L}\p{N}_$\u0080-\uffff]*)/uy;
const gap = /(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/uy;

function applyPatches(sql: string, patches: readonly Patch[]): string | null {
  // The parser counts bytes.
  const bytes = Buffer.from(sql, "utf8");
  let text = sql;
  for (const { at, parts, text: replacement } of [...patches].sort((a, b) => b.at - a.at)) {
    if (!Number.isInteger(at) || at > bytes.length) return null;
    const start = bytes.subarray(0, at).toString("utf8").length;
    const end = nameEnd(text, start, parts);
    if (end === null) return null;
    text = `${text.slice(0, start)}${replacement}${text.slice(end)}`;
  }
  return text;
}

/** Where the first parts of a dotted name end. */
function nameEnd(text: string, start: number, parts: number): number | null {
  let end = start;
  for (let part = 0; part < parts; part += 1) {
    if (part > 0) {
      const dot = skip(gap, text, end);
      if (text.charAt(dot) !== ".") return null;
      end = skip(gap, text, dot + 1);
    }
    const after = skip(namePart, text, end);
    if (after === end) return null;
    end = after;
  }
  return end;
}

function skip(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return from + (pattern.exec(text)?.[0].length ?? 0);
}

/** A tree without places in the text. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([field, child]) =>
      field === "query_location" ? [] : [[field, bare(child)]],
    ),
  );
}
