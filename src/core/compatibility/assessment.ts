import type { UseContext, ValueOrigin } from "../lineage/query-lineage.ts";
import type { SchemaChange } from "../schema/schema-change.ts";
import type { EvidenceTier } from "./evidence.ts";

/** From the best to the worst. */
export const verdicts = ["safe", "absorbed", "drift", "rewritable", "breaks", "corrupts"] as const;

/** What one change does to one use of a column; the worst of them is the model's gate. */
export type Verdict = (typeof verdicts)[number];

/** What a column is to a model: how a value is handed on, or a use of it. */
export type Role = ValueOrigin | UseContext;

/**
 * What of a table a change reaches: the column itself, as the change says; only the values of the
 * column, whose name and type hold; or only which rows there are. The last two come from models in
 * between, whose expressions and conditions the change went into.
 */
export type Affected = "column" | "values" | "rows";

/** Columns of a staged batch, by the names that they have there. */
export interface StagedColumns {
  /** The table that the batch is loaded into, as `schema.table`. */
  readonly table: string;
  /** The column that changed, or those of the old key. */
  readonly columns: readonly string[];
}

/** One change as it reaches a table that a model reads. */
export interface ReachingChange {
  /** As `schema.table`. */
  readonly table: string;
  /** The source whose drift it comes from. */
  readonly source: string;
  /**
   * With the column's name in this table. Where only rows are affected the name is `*`, as in the
   * uses of a whole table; kind and details are those of the change that it began with.
   */
  readonly change: SchemaChange;
  readonly affects: Affected;
  /**
   * Values of the column are not what they were, without the schema saying so: an adapter patched
   * them with NULL, or a model made them from what corrupts. Using it as key or filter corrupts.
   */
  readonly isTainted: boolean;
  /** What of the source it began with, so that probes of it count here too; `null` if a batch has it not. */
  readonly origin: StagedColumns | null;
}

/** One term of a score: what one change does to one use. */
export interface Term {
  readonly table: string;
  readonly column: string;
  readonly source: string;
  readonly change: SchemaChange;
  readonly role: Role;
  readonly verdict: Verdict;
  /** Probability of harm, 0 to 1, after confidence and reach. */
  readonly risk: number;
  /** Share of the model's output columns that it influences, 0 to 1. */
  readonly reach: number;
  /** How sure the analysis is, 0 to 1. */
  readonly confidence: number;
  /** Why this verdict, in words. */
  readonly because: string;
}

/** Where a change ends, and by what proof. */
export interface Stop {
  readonly table: string;
  readonly column: string;
  readonly source: string;
  readonly change: SchemaChange;
  readonly because: string;
}

/** What the drift of its inputs means for one model. */
export interface Assessment {
  readonly model: string;
  /** The worst verdict; `safe` without terms. */
  readonly gate: Verdict;
  /** 0 to 1; 1 without terms. The product of (1 - risk) over all terms. */
  readonly score: number;
  readonly evidence: EvidenceTier;
  /** The worst first. */
  readonly terms: readonly Term[];
  readonly stops: readonly Stop[];
  /** What the model's own readers see of it, should it run on the new shape. */
  readonly derived: readonly ReachingChange[];
}
