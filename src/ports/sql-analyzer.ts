import type { ConditionAnalysis, SqlAnalysis } from "../core/project/sql-analysis.ts";

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
