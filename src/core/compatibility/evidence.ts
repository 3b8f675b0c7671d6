import type { Column } from "../schema/table-schema.ts";

/**
 * What an assessment rests on, from the weakest: 0 lineage alone; 1 the query was bound to empty
 * tables of the new shape; 2 the staged rows were probed; 3 results before and after were compared.
 */
export type EvidenceTier = 0 | 1 | 2 | 3;

/** Whether a model's SQL still binds to tables of the new shape. */
export type BindResult =
  | { readonly ok: true /** What it gives now. */; readonly columns: readonly Column[] }
  | { readonly ok: false; readonly message: string };

/** One question to the rows of a staged batch. Each is about one column, by its name in the batch. */
export type Probe =
  /** Values that a cast to this type would change, or that do not fit it. */
  | { readonly kind: "lossy_cast"; readonly column: string; readonly to: string }
  | { readonly kind: "nulls"; readonly column: string }
  /** Values that are none of these. */
  | { readonly kind: "new_members"; readonly column: string; readonly known: readonly string[] }
  /** Rows whose key another row of the batch has too. */
  | { readonly kind: "duplicates"; readonly columns: readonly string[] }
  /** Values that the other table's column does not have. */
  | {
      readonly kind: "unmatched";
      readonly column: string;
      readonly table: string;
      readonly otherColumn: string;
    };

/** What a probe found. */
export interface ProbeResult {
  readonly probe: Probe;
  /** Rows looked at. */
  readonly rows: number;
  /** Rows that the probe is about: lossy, NULL, new, doubled or unmatched. */
  readonly hits: number;
  /** A few such values as text, for people. */
  readonly examples: readonly string[];
}

/** How a model's result over a sample differs between the old shape and the new. */
export interface SampleDifference {
  readonly rowsBefore: number;
  readonly rowsAfter: number;
  /** Rows that only one side has. */
  readonly rowsDiffering: number;
}
