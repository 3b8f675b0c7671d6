import type { DuckDBConnection } from "@duckdb/node-api";
import type { TableShape } from "../../core/lineage/query-lineage.ts";
import type { Column, TableName } from "../../core/schema/table-schema.ts";
import { canonicalTypes } from "./check-sql.ts";
import { toJson } from "./duckdb-value.ts";
import { databaseName, literal, quoteName, quoteTable } from "./quote-duckdb.ts";
import { parseSelectTree, readsOf } from "./select-tree.ts";

/** How long one statement may take to bind. */
const timeoutMs = 20_000;

/** A view that holds the query that is being bound, in a schema that no project can name. */
const probe: TableName = { schema: "_sluice_bind", name: "query" };

/**
 * Empty tables for the time of one call, in a database of their own with the warehouse's name.
 * Errors are the driver's: what it says about a query is the answer.
 */
export class BindDatabase {
  readonly #connection: DuckDBConnection;
  readonly #schemas = new Set<string>();

  private constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  /** Gives `work` an empty database, and leaves none behind. */
  static async within<T>(
    connection: DuckDBConnection,
    work: (database: BindDatabase) => Promise<T>,
  ): Promise<T> {
    const database = new BindDatabase(connection);
    await database.#run(`ATTACH ':memory:' AS ${databaseName}`);
    try {
      await database.#run(`USE ${databaseName}`);
      return await work(database);
    } finally {
      await database.#run("USE memory");
      await database.#run(`DETACH ${databaseName}`);
    }
  }

  /** Makes an empty table. A second one of the name replaces the first. */
  async createTable({ table, columns }: TableShape): Promise<void> {
    if (columns.length === 0) return;
    await this.#createSchema(table.schema);
    const types = await canonicalTypes(
      { rows: (sql) => this.#rows(sql) },
      columns.map(({ type }) => typeText(type)),
    );
    const definitions = columns.map(({ name, type }) => {
      const text = typeText(type);
      return `${quoteName(name)} ${types.get(text) ?? text}`;
    });
    await this.#run(`CREATE OR REPLACE TABLE ${quoteTable(table)} (${definitions.join(", ")})`);
  }

  async dropTable(table: TableName): Promise<void> {
    if (!this.#schemas.has(table.schema.toLowerCase())) return;
    await this.#run(`DROP TABLE IF EXISTS ${quoteTable(table)}`);
  }

  /** Binds a query without running any of it; its columns are as a view of it would have them. */
  async bind(sql: string): Promise<readonly Column[]> {
    await this.#check(sql);
    await this.#createSchema(probe.schema);
    const view = quoteTable(probe);
    await this.#run(`CREATE OR REPLACE VIEW ${view} AS\n${sql}`);
    const rows = await this.#rows(`DESCRIBE ${view}`);
    return rows.map(([name, type]) => ({
      name: String(name),
      type: String(type),
      nullable: true,
    }));
  }

  /** The plan of a query as JSON, with its tables' unused columns left out. */
  async explain(sql: string): Promise<string> {
    await this.#check(sql);
    const [row] = await this.#rows(`EXPLAIN (FORMAT json)\n${sql}`);
    return String(row?.[1]);
  }

  async #createSchema(schema: string): Promise<void> {
    const key = schema.toLowerCase();
    if (this.#schemas.has(key)) return;
    await this.#run(`CREATE SCHEMA IF NOT EXISTS ${databaseName}.${quoteName(schema)}`);
    this.#schemas.add(key);
  }

  /** A text that becomes part of a statement must be one SELECT. */
  async #check(sql: string): Promise<void> {
    const [row] = await this.#rows(`SELECT json_serialize_sql(${literal(sql)}::VARCHAR)`);
    const parsed = parseSelectTree(sql, String(row?.[0]));
    if (!parsed.ok) throw new Error(parsed.message);
    const [refusal] = readsOf(parsed.node).refusals;
    if (refusal !== undefined) throw new Error(refusal);
  }

  async #run(sql: string): Promise<void> {
    await this.#within(this.#connection.run(sql));
  }

  async #rows(sql: string) {
    const answer = await this.#within(this.#connection.runAndReadAll(sql));
    return answer.getRows().map((row) => row.map(toJson));
  }

  /** An interrupted statement fails with the driver's own error. */
  async #within<T>(statement: Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.#connection.interrupt(), timeoutMs);
    try {
      return await statement;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Without quotes, `NULL` is no name of a type to the parser. */
function typeText(type: string): string {
  return type === "NULL" ? '"NULL"' : type.replace(/^NULL\b/, '"NULL"');
}
