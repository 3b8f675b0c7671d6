import type { Hash } from "../std/hash.ts";

/**
 * How the values of a column are written, where that is known and can matter to who reads them.
 * `null` means not known, or not of that kind.
 */
export interface ColumnFormat {
  /** True when some value has leading zeros (`01001`), false when digits never have. */
  readonly isZeroPadded: boolean | null;
  /** The patterns that its points in time have, in name order, such as `M/D/YYYY H:mm`. */
  readonly timestamps: readonly string[] | null;
  readonly decimalMark: "." | "," | null;
}

/** What a look at a column's values gives beyond its type: for telling a rename from a stranger. */
export interface ColumnSketch {
  /** Share of values that are NULL, 0 to 1. */
  readonly nullShare: number;
  /** Distinct values over all values that are not NULL, 0 to 1; approximate. */
  readonly distinctShare: number;
  readonly minLength: number | null;
  readonly maxLength: number | null;
  /** The smallest hashes of its distinct values as text (bottom-k, k = 32), rising. */
  readonly bottomHashes: readonly string[];
}

/** One column as it was seen. */
export interface ObservedColumn {
  readonly name: string;
  /**
   * As DuckDB writes it. Where nothing but NULL or empty lists was seen, it is or holds the type
   * `NULL` ("no evidence"), which any other type refines without being a change.
   */
  readonly type: string;
  readonly nullable: boolean;
  readonly format: ColumnFormat | null;
  readonly sketch: ColumnSketch | null;
}

/**
 * Where a schema comes from:
 *
 * - declared: a database says so;
 * - read: a file that carries its schema says so (Parquet);
 * - inferred: from the text of so many rows (CSV: columns have an order; JSON: they have none).
 */
export type SchemaEvidence =
  | { readonly kind: "declared" }
  | { readonly kind: "read" }
  | { readonly kind: "inferred"; readonly from: "csv" | "json"; readonly rows: number };

/** One shape as it was seen, before it is compared with the past. */
export interface ObservedSchema {
  readonly columns: readonly ObservedColumn[];
  readonly key: readonly string[];
  readonly evidence: SchemaEvidence;
  /** What had this shape, for people: a file's path, or empty for the source as a whole. */
  readonly origin: string;
}

/** One version of a source's schema, content-addressed. Observations that fit it widen it silently. */
export interface SchemaVersion extends ObservedSchema {
  /**
   * Hash of names, types, nullability where declared, formats, and key, as it was first seen: it
   * stays when the version widens, so that who remembers it needs not look again.
   */
  readonly id: Hash;
}
