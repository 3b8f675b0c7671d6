import type { QueryParts } from "../../core/project/sql-analysis.ts";
import { compareText } from "../../core/std/compare.ts";
import { hashText } from "../../core/std/hash.ts";
import { isObject, type TreeObject } from "./select-tree.ts";

/** Names of functions by what a query's parts depend on, in lower case. */
export interface FunctionKinds {
  /** Those that may be aggregates. */
  readonly aggregates: ReadonlySet<string>;
  /** Those that may give another value the next time, for the same arguments. */
  readonly volatile: ReadonlySet<string>;
}

/** What SQL writes without brackets, as if it were a column. */
const instants: ReadonlySet<string> = new Set([
  "current_date",
  "current_time",
  "current_timestamp",
  "localtime",
  "localtimestamp",
]);

/** Functions whose value depends on the order in which the rows come, unless they say another. */
const orderedFunctions: ReadonlySet<string> = new Set([
  "any_value",
  "approx_top_k",
  "arbitrary",
  "arg_max",
  "arg_max_null",
  "arg_min",
  "arg_min_null",
  "argmax",
  "argmin",
  "array_agg",
  "first",
  "group_concat",
  "json_group_array",
  "json_group_object",
  "json_group_structure",
  "last",
  "list",
  "listagg",
  "max_by",
  "min_by",
  "mode",
  "reservoir_quantile",
  "string_agg",
]);

/**
 * Takes a folded tree of a query apart into its rows and its columns, or says `null` where a column
 * more could change the rows or other columns (DISTINCT, GROUP BY ALL, set operations, `*`, UNNEST),
 * and where building it again over the same rows could give others (LIMIT, samples, windows,
 * functions that are volatile or that depend on the order of rows).
 */
export function queryParts(node: TreeObject, functions: FunctionKinds): QueryParts | null {
  const items = selectItems(node);
  if (items === null || !isRepeatable(node, functions)) return null;
  const { select_list: _, modifiers, group_expressions: groups, ...rest } = node;
  const isGrouped = Array.isArray(groups) && groups.length > 0;
  const hasOwnRows =
    isGrouped || !items.some(({ node: item }) => calls(item, functions.aggregates));
  const frame = {
    ...rest,
    modifiers: withoutPlaces(modifiers, items),
    group_expressions: withoutPlaces(groups, items),
    hasOwnRows,
  };
  const rows = { frame, aliases: meant(frame, items) };
  return {
    rows: hashText(JSON.stringify(rows)),
    columns: items.map((item) => ({
      name: item.name,
      code: hashText(JSON.stringify({ item: item.code, aliases: meant(item.node, items) })),
    })),
  };
}

interface SelectItem {
  /** In lower case. */
  readonly name: string;
  readonly node: TreeObject;
  /** The expression without its name. */
  readonly code: string;
}

/** The columns of a plain SELECT that names all of them, each once. */
function selectItems(node: TreeObject): readonly SelectItem[] | null {
  const { select_list: list, modifiers } = node;
  if (node["type"] !== "SELECT_NODE" || node["aggregate_handling"] !== "STANDARD_HANDLING") {
    return null;
  }
  const isPlain =
    Array.isArray(modifiers) &&
    modifiers.every((one) => isObject(one) && one["type"] === "ORDER_MODIFIER");
  if (!(isPlain && Array.isArray(list))) return null;
  if (calls([list, modifiers], new Set(["unnest", "unlist"])) || hasStar([list, modifiers])) {
    return null;
  }
  const items: SelectItem[] = [];
  const names = new Set<string>();
  for (const item of list) {
    const name = isObject(item) ? nameOf(item) : "";
    if (!isObject(item) || name === "" || names.has(name)) return null;
    names.add(name);
    items.push({ name, node: item, code: JSON.stringify({ ...item, alias: "" }) });
  }
  return items;
}

/** The name that a column gets, or an empty text where it is made of its expression. */
function nameOf(item: TreeObject): string {
  const alias = String(item["alias"] ?? "");
  if (alias !== "" || item["class"] !== "COLUMN_REF") return alias.toLowerCase();
  const names = item["column_names"];
  return Array.isArray(names) ? String(names.at(-1)).toLowerCase() : "";
}

/** Replaces `GROUP BY 1` and `ORDER BY 1` by what they stand for. */
function withoutPlaces(value: unknown, items: readonly SelectItem[]): unknown {
  if (Array.isArray(value)) return value.map((one) => withoutPlaces(one, items));
  if (!isObject(value)) return value;
  if (value["class"] === "CONSTANT" && isObject(value["value"])) {
    const place = value["value"]["value"];
    return typeof place === "number" ? (items[place - 1]?.code ?? value) : value;
  }
  if (value["class"] !== undefined) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, child]) => [field, withoutPlaces(child, items)]),
  );
}

/** Items whose names appear in a part of the query, and those that these name in turn. */
function meant(part: unknown, items: readonly SelectItem[]): readonly string[] {
  const others = items.filter((item) => !isColumnItself(item));
  const byName = new Map(others.map((item) => [item.name, item]));
  const found = new Map<string, string>();
  const open: unknown[] = [part];
  for (const { node } of walk(open)) {
    const names = node["class"] === "COLUMN_REF" ? node["column_names"] : undefined;
    const name = Array.isArray(names) ? String(names[0]).toLowerCase() : "";
    const item = byName.get(name);
    if (item === undefined || found.has(name)) continue;
    found.set(name, item.code);
    open.push(item.node);
  }
  return [...found].map((one) => JSON.stringify(one)).sort(compareText);
}

/** Whether an item's name stands for the column of that name, so that it hides nothing. */
function isColumnItself({ name, node }: SelectItem): boolean {
  const names = node["class"] === "COLUMN_REF" ? node["column_names"] : undefined;
  return Array.isArray(names) && names.length === 1 && String(names[0]).toLowerCase() === name;
}

function isRepeatable(node: TreeObject, functions: FunctionKinds): boolean {
  for (const { node: one } of walk([node])) {
    const isUnsure =
      one["class"] === "WINDOW" ||
      one["type"] === "LIMIT_MODIFIER" ||
      one["type"] === "LIMIT_PERCENT_MODIFIER" ||
      isObject(one["sample"]) ||
      isObject(one["qualify"]) ||
      isVolatile(one, functions);
    if (isUnsure) return false;
  }
  return true;
}

function isVolatile(node: TreeObject, { volatile }: FunctionKinds): boolean {
  const name = functionName(node);
  if (name !== null) return volatile.has(name) || orderedFunctions.has(name);
  const names = node["class"] === "COLUMN_REF" ? node["column_names"] : undefined;
  return Array.isArray(names) && names.length === 1 && instants.has(String(names[0]).toLowerCase());
}

function calls(value: unknown, names: ReadonlySet<string>): boolean {
  for (const { node } of walk([value])) {
    const name = functionName(node);
    if (name !== null && names.has(name)) return true;
  }
  return false;
}

function functionName(node: TreeObject): string | null {
  return node["class"] === "FUNCTION" ? String(node["function_name"]).toLowerCase() : null;
}

function hasStar(value: unknown): boolean {
  for (const { node } of walk([value])) if (node["class"] === "STAR") return true;
  return false;
}

/** All objects of a tree; what is pushed to `open` meanwhile is walked too. */
function* walk(open: unknown[]): Generator<{ readonly node: TreeObject }> {
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (Array.isArray(value)) {
      for (const one of value) open.push(one);
    } else if (isObject(value)) {
      for (const child of Object.values(value)) {
        if (typeof child === "object" && child !== null) open.push(child);
      }
      yield { node: value };
    }
  }
}
