import type { Gate } from "../core/project/check.ts";
import type { LoadOptions, LoadStrategy } from "../core/project/project.ts";
import type { TableName } from "../core/schema/table-schema.ts";
import type { EpochMs } from "../core/std/time.ts";

/** Rows of one source that were set aside, by why. */
export interface QuarantineSummary {
  readonly source: string;
  readonly rows: number;
  readonly reasons: readonly {
    /** The column that does not fit; `null` when it is the row as a whole, or a gate over many. */
    readonly column: string | null;
    readonly reason: string;
    readonly rows: number;
  }[];
  readonly firstAt: EpochMs;
  readonly lastAt: EpochMs;
}

/** One row that was set aside. */
export interface QuarantinedRow {
  readonly column: string | null;
  /** The value that does not fit, as text; `null` when it is not about one value. */
  readonly value: string | null;
  readonly reason: string;
  readonly run: string;
  readonly at: EpochMs;
  /** The row as it was read, as text. */
  readonly raw: string;
}

/** What is to be let back in: rows are judged as today's load would judge them. */
export interface ReleaseRequest {
  readonly source: string;
  readonly target: TableName;
  readonly strategy: LoadStrategy;
  readonly key: readonly string[];
  readonly loading: LoadOptions;
  readonly gates: readonly Gate[];
  readonly by: string;
  readonly at: EpochMs;
  /** As `Provenance.epoch`. */
  readonly epoch: number;
}

/** What a release did. */
export interface ReleaseOutcome {
  readonly source: string;
  /**
   * Rows that left quarantine: into the table, or, of a `merge`, nowhere, because a newer row of
   * the same key has made them obsolete.
   */
  readonly rowsReleased: number;
  /** Rows that still do not fit. */
  readonly rowsKept: number;
}

/** The part of a warehouse that knows of rows that were set aside. */
export interface QuarantineStore {
  /** Sources that have quarantined rows, in name order. */
  quarantined(): Promise<readonly QuarantineSummary[]>;
  /** The newest first. */
  quarantinedRows(source: string, limit: number): Promise<readonly QuarantinedRow[]>;
  /**
   * Loads the rows that fit now, in one transaction that removes them from quarantine: doing it
   * again finds nothing more. Readers of the table then see other content.
   * @throws WAREHOUSE_REFUSED when the table is not there; GATE_FAILED when too many rows would fit
   */
  release(request: ReleaseRequest, signal: AbortSignal): Promise<ReleaseOutcome>;
}
