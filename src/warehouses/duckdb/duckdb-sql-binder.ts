import type { DuckDBConnection } from "@duckdb/node-api";
import type { BindResult } from "../../core/compatibility/evidence.ts";
import type { LineageRequest, TableShape } from "../../core/lineage/query-lineage.ts";
import type { NamedQuery, ScanResult, SqlBinder } from "../../ports/sql-analyzer.ts";
import { BindDatabase } from "./bind-database.ts";
import { literal } from "./quote-duckdb.ts";
import { scanColumns } from "./scan-columns.ts";

/**
 * Binds SQL by DuckDB's own binder, in an instance that holds nothing but empty tables and may reach
 * nothing. The engine is loaded at the first call; calls at the same time take turns.
 */
export function duckdbSqlBinder(): SqlBinder {
  let last: Promise<unknown> = Promise.resolve();
  let connection: Promise<DuckDBConnection> | undefined;
  const inTurn = <T>(work: (database: BindDatabase) => Promise<T>): Promise<T> => {
    const turn = async () => {
      connection ??= connect();
      return await BindDatabase.within(await connection, work);
    };
    const mine = last.then(turn, turn);
    last = mine;
    return mine;
  };
  return {
    scans: (request) => inTurn((database) => scans(database, request)),
    scansOfAll: (tables, queries) => inTurn((database) => scansOfAll(database, tables, queries)),
    bind: (tables, queries) => inTurn((database) => bindAll(database, tables, queries)),
  };
}

/**
 * Of the optimizer only the pass that leaves out unused columns is on: the others move, fold and prune
 * with what they know of today's (empty) tables, and columns would vanish from the plan with it.
 */
async function connect(): Promise<DuckDBConnection> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", {
    enable_external_access: "false",
    memory_limit: "1GB",
    threads: "1",
  });
  const connection = await instance.connect();
  const passes = await connection.runAndReadAll("SELECT name FROM duckdb_optimizers()");
  const others = passes
    .getRows()
    .map(([name]) => String(name))
    .filter((name) => name !== "unused_columns");
  await connection.run(`SET disabled_optimizers = ${literal(others.join(","))}`);
  await connection.run("SET lock_configuration = true");
  return connection;
}

async function scans(database: BindDatabase, request: LineageRequest): Promise<ScanResult> {
  if (request.dialect.toLowerCase() !== "duckdb") {
    return { ok: false, message: `DuckDB cannot read SQL of the dialect ${request.dialect}` };
  }
  const [result] = await scansOfAll(database, request.tables, [request.sql]);
  return result ?? { ok: false, message: "The engine gave no answer" };
}

async function scansOfAll(
  database: BindDatabase,
  tables: readonly TableShape[],
  queries: readonly string[],
): Promise<readonly ScanResult[]> {
  try {
    for (const shape of tables) await database.createTable(shape);
  } catch (error) {
    const message = messageOf(error);
    return queries.map(() => ({ ok: false, message }));
  }
  const results: ScanResult[] = [];
  for (const sql of queries) {
    try {
      results.push({ ok: true, scans: scanColumns(await database.explain(sql), tables) });
    } catch (error) {
      results.push({ ok: false, message: messageOf(error) });
    }
  }
  return results;
}

async function bindAll(
  database: BindDatabase,
  tables: readonly TableShape[],
  queries: readonly NamedQuery[],
): Promise<readonly BindResult[]> {
  // A table that cannot be made fails the queries that read it, and the reason is more than its absence.
  const faults: string[] = [];
  for (const shape of tables) {
    try {
      await database.createTable(shape);
    } catch (error) {
      faults.push(`${shape.table.schema}.${shape.table.name}: ${messageOf(error)}`);
    }
  }
  const results: BindResult[] = [];
  for (const query of queries) results.push(await bindOne(database, query, faults));
  return results;
}

async function bindOne(
  database: BindDatabase,
  { table, sql }: NamedQuery,
  faults: readonly string[],
): Promise<BindResult> {
  try {
    const columns = await database.bind(sql);
    await database.createTable({ table, columns });
    return { ok: true, columns };
  } catch (error) {
    await database.dropTable(table);
    const message = messageOf(error);
    const fault = /Table with name/.test(message) ? faults[0] : undefined;
    return { ok: false, message: fault === undefined ? message : `${message} (${fault})` };
  }
}

/** What the binder said, without the excerpt of the query that follows it. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split(/\n+LINE \d+:/)[0] ?? message).replaceAll(/\s*\n\s*/g, " ").trim();
}
