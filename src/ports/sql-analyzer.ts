import type { BindResult } from "../core/compatibility/evidence.ts";
import type { LineageRequest, QueryLineage, TableShape } from "../core/lineage/query-lineage.ts";
import type { ConditionAnalysis, SqlAnalysis } from "../core/project/sql-analysis.ts";
import type { TableName } from "../core/schema/table-schema.ts";

export type {
  ConditionAnalysis,
  SqlAnalysis,
  TableReference,
} from "../core/project/sql-analysis.ts";

/** Reads SQL as the warehouse's own parser does. */
export interface SqlAnalyzer {
  /** Analyzes one text, which must be a single SELECT. */
  analyze(sql: string): Promise<SqlAnalysis>;
  /** Analyzes one condition over a row, as the `expression` of a check has it. */
  analyzeCondition(sql: string): Promise<ConditionAnalysis>;
}

/** Reads off a query's text what it does with columns. It may miss uses; `SqlBinder.scans` tells which. */
export interface LineageAnalyzer extends AsyncDisposable {
  /**
   * Queries that cannot be analyzed have no columns and say why in `unresolved`: they are an
   * answer, not an error.
   */
  lineage(request: LineageRequest): Promise<QueryLineage>;
}

/** A column that the engine reads of a table. */
export interface ScannedColumn {
  /** As `schema.table`. */
  readonly table: string;
  readonly column: string;
}

/** What the engine reads for a query, or why it cannot. */
export type ScanResult =
  | { readonly ok: true; readonly scans: readonly ScannedColumn[] }
  | { readonly ok: false; readonly message: string };

/** A query whose result later ones may read under a name. */
export interface NamedQuery {
  readonly table: TableName;
  readonly sql: string;
}

/** Binds queries by the warehouse's own binder to empty tables. Nothing of the warehouse is touched. */
export interface SqlBinder {
  /** The columns that the engine reads of empty tables of these shapes, its optimizer included. */
  scans(request: LineageRequest): Promise<ScanResult>;
  /** The same for several queries over the same tables, in their order. */
  scansOfAll(
    tables: readonly TableShape[],
    queries: readonly string[],
  ): Promise<readonly ScanResult[]>;
  /**
   * Binds queries one after the other. Each that binds is there for those after it; where one does
   * not, those that read it fail too.
   */
  bind(
    tables: readonly TableShape[],
    queries: readonly NamedQuery[],
  ): Promise<readonly BindResult[]>;
}
