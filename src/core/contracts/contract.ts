import type { CompatibilityMode } from "../schema/compatibility-mode.ts";
import type { Column } from "../schema/table-schema.ts";

/** A column that a contract promises. */
export interface ContractColumn extends Column {
  /**
   * True when `type` is meant to the letter (a physical type). False when it stands for its family:
   * `BIGINT` for any whole number, `DOUBLE` for any number, `VARCHAR` for any text, `JSON` for
   * anything with fields; and `NULL` where no type is promised.
   */
  readonly isExact: boolean;
  readonly isKey: boolean;
  /** Closed list of values as text, or `null`. */
  readonly values: readonly string[] | null;
}

/** What an ODCS document promises about one source, as far as Sluice acts on it. */
export interface Contract {
  /** The document's `id`. */
  readonly id: string;
  readonly version: string;
  readonly status: string;
  /** The source that it is about. */
  readonly source: string;
  /** Project-relative path of the document. */
  readonly file: string;
  readonly mode: CompatibilityMode;
  /** In the document's order. Further columns are allowed; with none, nothing is promised of columns. */
  readonly columns: readonly ContractColumn[];
  /** Columns that identify a row, in the key's order; empty when none is promised. */
  readonly key: readonly string[];
  readonly owner: string | null;
  /** How often new data is promised, or `null`. */
  readonly cadenceMs: number | null;
  /** How old the newest data may become, or `null`. */
  readonly latencyMs: number | null;
}

/** One promise that is broken. */
export interface ContractViolation {
  readonly kind: "missing" | "type" | "nullability" | "key";
  /** The promised column; empty for the key. */
  readonly column: string;
  /** A sentence for people. */
  readonly detail: string;
}

/** How what is observed keeps to a contract. */
export interface ContractFindings {
  /** True when nothing that was promised is broken. */
  readonly holds: boolean;
  /** In the contract's order. */
  readonly violations: readonly ContractViolation[];
}
