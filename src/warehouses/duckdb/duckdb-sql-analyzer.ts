import type { DuckDBConnection } from "@duckdb/node-api";
import type { SqlAnalysis, SqlAnalyzer } from "../../ports/sql-analyzer.ts";
import { parseSelectTree, readsOf } from "./select-tree.ts";
import { translateDuckdbError } from "./translate-duckdb-error.ts";

/**
 * Reads SQL by DuckDB's own parser, in an instance that holds nothing and may reach nothing.
 * The engine is loaded at the first analysis.
 */
export function duckdbSqlAnalyzer(): SqlAnalyzer {
  let connection: Promise<DuckDBConnection> | undefined;
  return {
    analyze: async (sql) => {
      connection ??= connect();
      return analyze(await connection, sql);
    },
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

async function analyze(connection: DuckDBConnection, sql: string): Promise<SqlAnalysis> {
  const nul = sql.indexOf("\0");
  if (nul >= 0) return { ok: false, message: "SQL cannot hold a NUL character", offset: nul };
  const parsed = parseSelectTree(sql, await serialize(connection, sql));
  if (!parsed.ok) return parsed;
  const { tables, refusals } = readsOf(parsed.node);
  const [refusal] = refusals;
  if (refusal !== undefined) return { ok: false, message: refusal, offset: null };
  return { ok: true, code: parsed.code, reads: tables };
}

async function serialize(connection: DuckDBConnection, sql: string): Promise<string> {
  try {
    const answer = await connection.runAndReadAll("SELECT json_serialize_sql($1::VARCHAR)", [sql]);
    return String(answer.getRows()[0]?.[0]);
  } catch (error) {
    throw translateDuckdbError(error, "Reading a model's SQL");
  }
}
