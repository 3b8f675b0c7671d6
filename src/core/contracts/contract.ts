import type { Column } from "../schema/table-schema.ts";

/** Which changes a contract allows: see `sluice schema diff`. */
export const compatibilityModes = [
  "backward",
  "backward_transitive",
  "forward",
  "forward_transitive",
  "full",
  "full_transitive",
  "none",
] as const;

export type CompatibilityMode = (typeof compatibilityModes)[number];

/** A column that a contract promises. */
export interface ContractColumn extends Column {
  readonly isKey: boolean;
  /** Closed list of values, or `null`. */
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
  readonly columns: readonly ContractColumn[];
  readonly owner: string | null;
}

/** How what is observed keeps to a contract. */
export interface ContractFindings {
  /** True when nothing that was promised is broken. */
  readonly holds: boolean;
  /** One sentence for each promise that is broken. */
  readonly violations: readonly string[];
}
