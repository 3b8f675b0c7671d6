import { openPolyglotAnalyzer } from "../analyzers/polyglot/open-polyglot-analyzer.ts";
import type { LineageRequest, QueryLineage } from "../core/lineage/query-lineage.ts";
import { tableText } from "../core/schema/table-schema.ts";
import { lineageOf } from "../engine/project-lineage.ts";
import { duckdbSqlBinder } from "../warehouses/duckdb/duckdb-sql-binder.ts";

/**
 * What a query outside of any project does with columns. DuckDB's own dialect is checked against what
 * the engine reads; for others there is no engine, and their text alone says it. A table that was
 * given without a schema keeps its plain name.
 */
export async function lineageOfQuery(request: LineageRequest): Promise<QueryLineage> {
  await using analyzer = openPolyglotAnalyzer();
  const isDuckdb = request.dialect === "duckdb";
  const plainNames = new Map<string, string>();
  const tables = request.tables.map((shape) => {
    if (shape.table.schema !== "") return shape;
    // A plain name is a table of the engine's default schema.
    const table = { ...shape.table, schema: isDuckdb ? "main" : "" };
    plainNames.set(tableText(table), shape.table.name);
    return { ...shape, table };
  });
  const named = { ...request, tables };
  const lineage = isDuckdb
    ? await lineageOf(named, { binder: duckdbSqlBinder(), analyzer })
    : await analyzer.lineage(named);
  const written = <T extends { readonly table: string }>(one: T): T => ({
    ...one,
    table: plainNames.get(one.table) ?? one.table,
  });
  return {
    ...lineage,
    columns: lineage.columns.map((column) => ({ ...column, from: column.from.map(written) })),
    uses: lineage.uses.map(written),
  };
}
