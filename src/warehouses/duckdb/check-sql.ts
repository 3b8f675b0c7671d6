import { OperatingError } from "../../errors/operating-error.ts";
import type { Session } from "./duckdb-session.ts";
import { literal } from "./quote-duckdb.ts";
import { isObject, parseSelectTree, readsOf, type TreeObject } from "./select-tree.ts";

/**
 * Makes sure that a text is one SELECT that reads tables only, before it becomes part of a statement.
 * @throws STATEMENT_INVALID naming `what`.
 */
export async function checkSelect(session: Session, sql: string, what: string): Promise<void> {
  const [refusal] = readsOf(await parse(session, sql, what)).refusals;
  if (refusal !== undefined) throw new OperatingError("STATEMENT_INVALID", `${what}: ${refusal}`);
}

/**
 * Makes sure that a text is one condition, so that it cannot end the statement it is put into.
 * @returns the condition in parentheses.
 */
export async function checkCondition(session: Session, sql: string, what: string): Promise<string> {
  const node = await parse(session, `SELECT (${sql}\n)`, what);
  const [refusal] = readsOf(node).refusals;
  const isOne = isOneExpression(node);
  if (refusal === undefined && isOne) return `(${sql}\n)`;
  const reason = refusal ?? "a condition is one expression over a row";
  throw new OperatingError("STATEMENT_INVALID", `${what}: ${reason}`);
}

/**
 * Types as the engine itself writes them, so that equal types have equal texts.
 * @throws STATEMENT_INVALID for a text that is no type.
 */
export async function canonicalTypes(
  session: Pick<Session, "rows">,
  types: Iterable<string>,
): Promise<ReadonlyMap<string, string>> {
  const texts = [...new Set(types)];
  for (const text of texts) {
    if (!/^[A-Za-z ]+(\(\d+(, ?\d+)?\))?$/.test(text)) await checkType(session, text);
  }
  if (texts.length === 0) return new Map();
  const [row = []] = await session.rows(
    `SELECT ${texts.map((text) => `typeof(NULL::${text})`).join(", ")}`,
  );
  return new Map(texts.map((text, index) => [text, String(row[index])]));
}

async function checkType(session: Pick<Session, "rows">, text: string): Promise<void> {
  const what = `Type ${text}`;
  const node = await parse(session, `SELECT NULL::${text}`, what);
  const [item] = Array.isArray(node["select_list"]) ? node["select_list"] : [];
  const isCast = isObject(item) && item["type"] === "OPERATOR_CAST" && item["alias"] === "";
  const child = isCast ? item["child"] : undefined;
  const isOfNull = isObject(child) && child["type"] === "VALUE_CONSTANT";
  if (isOneExpression(node) && isOfNull) return;
  throw new OperatingError("STATEMENT_INVALID", `${text} is not a type`);
}

/** Whether a parsed SELECT is of one expression and nothing else. */
export function isOneExpression(node: TreeObject): boolean {
  const { from_table: from, select_list: list } = node;
  const isBare =
    node["type"] === "SELECT_NODE" &&
    isObject(from) &&
    from["type"] === "EMPTY" &&
    node["where_clause"] === null &&
    node["having"] === null &&
    node["qualify"] === null;
  const hasNoTail = Array.isArray(node["modifiers"]) && node["modifiers"].length === 0;
  return isBare && hasNoTail && Array.isArray(list) && list.length === 1;
}

async function parse(
  session: Pick<Session, "rows">,
  sql: string,
  what: string,
): Promise<TreeObject> {
  const [row] = await session.rows(`SELECT json_serialize_sql(${literal(sql)}::VARCHAR)`);
  const parsed = parseSelectTree(sql, String(row?.[0]));
  if (!parsed.ok) throw new OperatingError("STATEMENT_INVALID", `${what}: ${parsed.message}`);
  return parsed.node;
}
