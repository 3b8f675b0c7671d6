import type { Json } from "../std/json.ts";

/**
 * A condition on a table's rows, measured by SQL in the warehouse.
 *
 * - not_null, unique, accepted_values, relationships, expression name failing rows;
 * - row_count is about the table as a whole and names none.
 */
export type Check =
  | { readonly kind: "not_null"; readonly column: string }
  | { readonly kind: "unique"; readonly columns: readonly string[] }
  | {
      readonly kind: "accepted_values";
      readonly column: string;
      readonly values: readonly Json[];
    }
  | {
      readonly kind: "relationships";
      readonly column: string;
      /** The table that must hold the value, as `schema.table`. */
      readonly to: string;
      readonly field: string;
    }
  | { readonly kind: "row_count"; readonly min: number | null; readonly max: number | null }
  /** A SQL condition over one row, in the warehouse's dialect; a row passes only when it is true. */
  | { readonly kind: "expression"; readonly sql: string };

/**
 * What a failing check does.
 *
 * - fail: nothing is committed, and the task fails;
 * - undo: it is measured after the commit, and the table goes back to the version before; who reads
 *   it waits for that;
 * - quarantine: the failing rows go to `quarantine.<source>`, the others are loaded (sources only);
 * - warn: it is measured and shown, nothing more.
 */
export type OnFail = "fail" | "undo" | "quarantine" | "warn";

/** A check with its name and its consequence. Declared on a source or model, or added by a rule's gate. */
export interface Gate {
  /** Unique within its subject; shown in plans, measurements and quarantine reasons. */
  readonly name: string;
  readonly check: Check;
  readonly onFail: OnFail;
  /** The rule that asked for it (`ruleset/rule`), or `null` when declared in the project. */
  readonly by: string | null;
}

/** What a check found: kept as the next snapshot's quality facts. */
export interface Measurement {
  readonly gate: string;
  /** Rows looked at. */
  readonly rows: number;
  /** Rows that fail; for row_count 0 or 1. */
  readonly failing: number;
  readonly onFail: OnFail;
}
