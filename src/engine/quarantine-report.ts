import type { QuarantinedRow, QuarantineSummary, ReleaseOutcome } from "../ports/quarantine.ts";

/** The newest rows of one source that were set aside. */
export interface QuarantineRowsReport {
  readonly source: string;
  /** All that are there; at least as many as are shown. */
  readonly rowsTotal: number;
  /** The newest first. */
  readonly rows: readonly QuarantinedRow[];
}

/** What a release let back in, and why the rest stays. */
export interface ReleaseReport extends ReleaseOutcome {
  /** Of what stays: how many rows for which reason. */
  readonly kept: QuarantineSummary["reasons"];
}

/** The part of a project that knows of rows that were set aside. */
export interface QuarantineDesk {
  /** Sources that have quarantined rows, in name order. @throws WAREHOUSE_LOCKED */
  quarantined(): Promise<readonly QuarantineSummary[]>;
  /**
   * The newest rows of one source that were set aside.
   * @throws NOT_FOUND for a source that is not known and has none, WAREHOUSE_LOCKED
   */
  quarantinedRows(source: string, limit?: number): Promise<QuarantineRowsReport>;
  /**
   * Loads the rows that fit now, judged by the source's columns and by its gates: those declared and
   * those that the last decision added. The next run builds what reads them.
   * @param options - `by`: who asks, for the ledger
   * @throws NOT_FOUND, CATALOG_LOCKED, WAREHOUSE_LOCKED
   */
  releaseQuarantined(
    source: string,
    options: { readonly by: string; readonly signal?: AbortSignal },
  ): Promise<ReleaseReport>;
}
