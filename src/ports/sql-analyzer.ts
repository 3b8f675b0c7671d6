import type { SqlAnalysis } from "../core/project/sql-analysis.ts";

export type { SqlAnalysis, TableReference } from "../core/project/sql-analysis.ts";

/** Reads SQL as the warehouse's own parser does. */
export interface SqlAnalyzer {
  /** Analyzes one text, which must be a single SELECT. */
  analyze(sql: string): Promise<SqlAnalysis>;
}
