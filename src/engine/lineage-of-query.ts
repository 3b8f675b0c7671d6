import type { LineageRequest, QueryLineage } from "../core/lineage/query-lineage.ts";
import { reconcileLineage } from "../core/lineage/reconcile-lineage.ts";
import type { LineageAnalyzer, SqlBinder } from "../ports/sql-analyzer.ts";

/** What lineage of a query is made with. */
export interface LineageAnalyzers {
  readonly lineage: LineageAnalyzer;
  readonly binder: SqlBinder;
}

/**
 * The lineage of a query outside any project. One in the warehouse's own dialect is checked
 * against what the engine reads; a query that the engine refuses says so in `unresolved`.
 */
export async function lineageOfQuery(
  request: LineageRequest,
  { lineage, binder }: LineageAnalyzers,
): Promise<QueryLineage> {
  const analysis = await lineage.lineage(request);
  if (request.dialect !== "duckdb") return analysis;
  const scanned = await binder.scans(request);
  if (scanned.ok) return reconcileLineage(analysis, scanned.scans);
  const unresolved = [...analysis.unresolved, `the engine refuses the query: ${scanned.message}`];
  return { ...analysis, unresolved };
}
