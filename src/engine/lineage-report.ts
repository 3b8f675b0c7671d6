import type { ColumnUse, OutputColumn, ValueOrigin } from "../core/lineage/query-lineage.ts";
import type { TraceRole, TraceStep } from "../core/lineage/trace-columns.ts";

/** Which way to look along lineage, and how far. */
export interface LineageOptions {
  readonly isUpstream?: boolean;
  readonly isDownstream?: boolean;
  /** At most so many models; `null` goes on to the end. */
  readonly depth?: number | null;
}

/** What is known of where a table's columns come from and go to. */
export interface LineageReport {
  /** As `schema.table`. */
  readonly table: string;
  /** As the table names it; `null` where all of the table was asked for. */
  readonly column: string | null;
  /** The model that makes the table; `null` for a source. */
  readonly model: string | null;
  /** What the asked columns are made from: of a source from nothing. */
  readonly columns: readonly OutputColumn[];
  readonly uses: readonly ColumnUse[];
  /** What could not be found out, in words. */
  readonly unresolved: readonly string[];
  /** The nearest first; `null` where it was not asked for. */
  readonly upstream: readonly TraceStep[] | null;
  readonly downstream: readonly TraceStep[] | null;
}

/** What a change of a column can reach. */
export interface ImpactReport {
  /** As `schema.table`. */
  readonly table: string;
  readonly column: string | null;
  /** The nearest first. */
  readonly models: readonly ImpactedModel[];
}

/** A model that a change of a column can reach. */
export interface ImpactedModel {
  readonly model: string;
  /** As `schema.table`. */
  readonly table: string;
  readonly owner: string | null;
  readonly tier: number;
  /** Models on the way to it, itself included. */
  readonly distance: number;
  /** Its columns whose values come from the column. */
  readonly columns: readonly { readonly name: string; readonly how: readonly ValueOrigin[] }[];
  /** What else it uses the column for, or what comes from it. */
  readonly uses: readonly TraceRole[];
  /** What could not be found out of its SQL, in words. */
  readonly unresolved: readonly string[];
}

/** Answers questions about lineage, from what the last run saw of the sources. */
export interface LineageReader {
  /**
   * Of a table or `table.column`, in any form in which SQL may write them.
   * @throws NOT_FOUND
   */
  lineage(subject: string, options?: LineageOptions): Promise<LineageReport>;
  /** Of a column, or of a table as a whole. @throws NOT_FOUND */
  impact(subject: string): Promise<ImpactReport>;
}
