import type { DuckDBConnection } from "@duckdb/node-api";
import { scanSql } from "../../core/project/sql-scanner.ts";
import { hashText } from "../../core/std/hash.ts";
import type { ConditionAnalysis, SqlAnalysis, SqlAnalyzer } from "../../ports/sql-analyzer.ts";
import { isOneExpression } from "./check-sql.ts";
import { foldIdentifiers } from "./fold-identifiers.ts";
import { type FunctionKinds, queryParts } from "./query-parts.ts";
import { isObject, type ParsedSelect, parseSelectTree, readsOf } from "./select-tree.ts";
import { translateDuckdbError } from "./translate-duckdb-error.ts";

/**
 * Reads SQL by DuckDB's own parser, in an instance that holds nothing and may reach nothing.
 * The engine is loaded at the first analysis.
 */
export function duckdbSqlAnalyzer(): SqlAnalyzer {
  let connection: Promise<DuckDBConnection> | undefined;
  const open = () => {
    connection ??= connect();
    return connection;
  };
  let kinds: Promise<FunctionKinds> | undefined;
  const functions = () => {
    kinds ??= open().then(readFunctionKinds);
    return kinds;
  };
  return {
    analyze: async (sql) => analyze(await open(), sql, functions),
    analyzeCondition: async (sql) => analyzeCondition(await open(), sql),
  };
}

async function connect(): Promise<DuckDBConnection> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", {
    enable_external_access: "false",
    lock_configuration: "true",
    threads: "1",
  });
  return instance.connect();
}

async function readFunctionKinds(connection: DuckDBConnection): Promise<FunctionKinds> {
  const names = async (condition: string) => {
    const answer = await connection.runAndReadAll(
      `SELECT DISTINCT lower(function_name) FROM duckdb_functions() WHERE ${condition}`,
    );
    return new Set(answer.getRows().map(([name]) => String(name)));
  };
  return {
    // A macro may stand for an aggregate.
    aggregates: await names("function_type IN ('aggregate', 'macro')"),
    volatile: await names("stability NOT IN ('CONSISTENT')"),
  };
}

async function analyze(
  connection: DuckDBConnection,
  sql: string,
  functions: () => Promise<FunctionKinds>,
): Promise<SqlAnalysis> {
  const parsed = await parse(connection, sql);
  if (!parsed.ok) return parsed;
  const { tables, refusals } = readsOf(parsed.node);
  const [refusal] = refusals;
  if (refusal !== undefined) return { ok: false, message: refusal, offset: null };
  const folded = foldIdentifiers(parsed.node);
  const code = hashText(JSON.stringify(folded));
  const parts = isObject(folded) ? queryParts(folded, await functions()) : null;
  return { ok: true, code, parts, reads: tables };
}

/** In the brackets that a condition is put into when it is measured: it must not end them. */
async function analyzeCondition(
  connection: DuckDBConnection,
  sql: string,
): Promise<ConditionAnalysis> {
  const before = "SELECT (";
  const text = `${before}${sql}\n)`;
  const parsed = await parse(connection, text);
  if (!parsed.ok) {
    const { message, offset } = parsed;
    if (offset === null) return { ok: false, message, offset };
    const own = Math.max(offset - before.length, 0);
    // Its bracket is ours, and to name it would puzzle people.
    if (own < sql.length) return { ok: false, message, offset: own };
    return { ok: false, message: "The condition ends before it is complete", offset: sql.length };
  }
  const [refusal] = readsOf(parsed.node).refusals;
  if (refusal !== undefined) return { ok: false, message: refusal, offset: null };
  if (isOneExpression(parsed.node) && isBalanced(sql)) return { ok: true };
  return { ok: false, message: "A condition is one expression over a row", offset: null };
}

/** Whether no bracket ends one that the text did not open. */
function isBalanced(sql: string): boolean {
  let depth = 0;
  for (const { kind, text } of scanSql(sql)) {
    if (kind !== "mark") continue;
    if (text === "(") depth += 1;
    if (text === ")") depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}

async function parse(connection: DuckDBConnection, sql: string): Promise<ParsedSelect> {
  const nul = sql.indexOf("\0");
  if (nul >= 0) return { ok: false, message: "SQL cannot hold a NUL character", offset: nul };
  return parseSelectTree(sql, await serialize(connection, sql));
}

async function serialize(connection: DuckDBConnection, sql: string): Promise<string> {
  try {
    const answer = await connection.runAndReadAll("SELECT json_serialize_sql($1::VARCHAR)", [sql]);
    return String(answer.getRows()[0]?.[0]);
  } catch (error) {
    throw translateDuckdbError(error, "Reading a model's SQL");
  }
}
