import type { UseContext, ValueOrigin } from "../lineage/query-lineage.ts";
import type { SchemaChange } from "../schema/schema-change.ts";
import type { EvidenceTier } from "./evidence.ts";

/** From the best to the worst. */
export const verdicts = ["safe", "absorbed", "drift", "rewritable", "breaks", "corrupts"] as const;

/** What one change does to one use of a column; the worst of them is the model's gate. */
export type Verdict = (typeof verdicts)[number];

/** What a column is to a model: how a value is handed on, or a use of it. */
export type Role = ValueOrigin | UseContext;

/** One change as it reaches a table that a model reads. */
export interface ReachingChange {
  /** As `schema.table`. */
  readonly table: string;
  /** The source whose drift it comes from. */
  readonly source: string;
  readonly change: SchemaChange;
  /** The column was patched by an adapter with NULL or a default: using it as key or filter corrupts. */
  readonly isTainted: boolean;
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
