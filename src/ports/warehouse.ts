import type { Gate, Measurement } from "../core/project/check.ts";
import type { LoadOptions, LoadStrategy } from "../core/project/project.ts";
import type { Adapter } from "../core/routes/route.ts";
import type { Column, TableName } from "../core/schema/table-schema.ts";
import type { Hash } from "../core/std/hash.ts";
import type { Json } from "../core/std/json.ts";
import type { EpochMs } from "../core/std/time.ts";
import type { BatchProber } from "./batch-prober.ts";
import type { QuarantineStore } from "./quarantine.ts";
import type { Manifest } from "./staging.ts";

/** Where an effect comes from: committed with the data, in the same transaction. */
export interface Provenance {
  readonly run: string;
  readonly task: string;
  readonly blueprint: Hash;
  /** The decision record. */
  readonly decision: Hash;
  /** The cycle's instant: what data and ledger call "now". */
  readonly at: EpochMs;
  /** The runner's: where a newer one has committed anything, this one commits nothing more. */
  readonly epoch: number;
}

/** One source's load. Its identity is the hash of task, target and slice: never of clock or attempt. */
export interface LoadRequest {
  readonly source: string;
  readonly target: TableName;
  readonly strategy: LoadStrategy;
  readonly key: readonly string[];
  readonly loading: LoadOptions;
  readonly manifest: Manifest;
  /** The cursor that the target must have reached before; see `Warehouse.cursor`. */
  readonly cursorBefore: Json;
  /** `Task.fingerprint`, written to the ledger. */
  readonly fingerprint: Hash;
  readonly gates: readonly Gate[];
  /** Rows per part when the load is split; `null` loads it in one. */
  readonly partRows: number | null;
  /** Earlier versions of the table that are kept beside the one that is read. */
  readonly keepVersions: number;
  readonly provenance: Provenance;
}

export interface LoadOutcome {
  readonly source: string;
  /** True when the ledger already held this load: nothing was done. */
  readonly isRepeat: boolean;
  readonly rowsStaged: number;
  readonly rowsInserted: number;
  readonly rowsUpdated: number;
  readonly rowsQuarantined: number;
  /** Rows of a `merge` that a later row of the same load and key took the place of. */
  readonly rowsSuperseded: number;
  /**
   * Rows of earlier loads that were removed because `Manifest.replaces` names their file, or
   * because they are of a partition that was loaded anew.
   */
  readonly rowsReplaced: number;
  /** Keys that were removed, or whose version was ended, because the source has them no more. */
  readonly rowsDeleted: number;
  /** Parts that were committed on the way; 1 when it was not split. */
  readonly parts: number;
  readonly measurements: readonly Measurement[];
}

/** One model's build: made and swapped in one transaction. */
export interface TransformRequest {
  readonly model: string;
  readonly target: TableName;
  readonly materialize: "view" | "table";
  readonly sql: string;
  readonly fingerprint: Hash;
  readonly gates: readonly Gate[];
  /** Inputs that never arrived and are read as empty (`without`), with the columns they would have. */
  readonly emptyInputs: readonly {
    readonly table: TableName;
    readonly columns: readonly Column[];
  }[];
  /**
   * Tables that the SQL reads through a view which gives them the shape of an earlier version. A
   * view's name stands for its adapter: one that is there already is kept as it is.
   */
  readonly adapters: readonly {
    readonly adapter: Adapter;
    readonly table: TableName;
    readonly view: TableName;
  }[];
  /** As for loads. */
  readonly keepVersions: number;
  readonly provenance: Provenance;
}

export interface TransformOutcome {
  readonly isRepeat: boolean;
  /** Rows of the table or view. */
  readonly rows: number;
  readonly measurements: readonly Measurement[];
}

/** A committed load or build that a gate condemned afterwards. */
export interface UndoRequest {
  readonly target: TableName;
  /** What the ledger says of the load or build that is to be undone. */
  readonly fingerprint: Hash;
  /** Identity of the verdict: of the fingerprint and the gates. Kept as `CommittedOutput.condemned`. */
  readonly verdict: Hash;
  /** What was found, for people. */
  readonly reason: string;
  readonly provenance: Provenance;
}

export interface UndoOutcome {
  /** True when the ledger already held this verdict: nothing was done. */
  readonly isRepeat: boolean;
  /** The fingerprint of what the table holds now; `null` when there was nothing before, and it is gone. */
  readonly to: Hash | null;
}

/** Which kept versions may go. */
export interface PrunePolicy {
  /** How many of each target stay at most, the newest first. */
  readonly versions: number;
  /** Versions that were kept before this instant go; `null` goes by number alone. */
  readonly before: EpochMs | null;
  /** Targets (`schema.name`) whose newest version an open run may still need: it stays. */
  readonly spare: ReadonlySet<string>;
}

/** The ledger's last word on one target. */
export interface CommittedOutput {
  readonly target: TableName;
  readonly fingerprint: Hash;
  readonly committedAt: EpochMs;
  readonly rows: number;
  readonly run: string;
  /** False when the table or view is gone, also when the other kind has taken its name. */
  readonly exists: boolean;
  readonly quarantinedRows: number;
  /** Columns that were loaded, for sources; empty for models. */
  readonly columns: readonly Column[];
  /**
   * Identity of what was released from quarantine since the last load: with it the content is
   * another than `fingerprint` says. `null` when nothing was.
   */
  readonly released: Hash | null;
  /** The verdict of the last load or build that was undone; `null` when none ever was. */
  readonly condemned: Hash | null;
  /** The cursor that the target has reached; see `Warehouse.cursor`. `null` for models. */
  readonly cursor: Json;
}

/** A bounded answer of a query, for people. */
export interface Rows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Json[])[];
  /** True when there were more. */
  readonly isTruncated: boolean;
}

/**
 * Where data lives. Data, ledger row, cursor and decision id commit in one transaction; where it
 * and the catalog disagree, its ledger is right. Every error is an OperatingError; FENCED_OUT when
 * a runner with a newer epoch has committed something before.
 */
export interface Warehouse extends AsyncDisposable, BatchProber, QuarantineStore {
  /** The last committed load or transform of every target, by `schema.name`. */
  outputs(): Promise<ReadonlyMap<string, CommittedOutput>>;
  /** The cursor that a load has committed for a source, or `null`. */
  cursor(source: string): Promise<Json>;
  /** Loads all requests in one transaction: all commit, or none. Outcomes come in their order. */
  load(requests: readonly LoadRequest[], signal: AbortSignal): Promise<readonly LoadOutcome[]>;
  transform(request: TransformRequest, signal: AbortSignal): Promise<TransformOutcome>;
  /**
   * Puts the version before back in the place of a condemned one: table or view, quarantine, cursor
   * and ledger in one transaction. Asked for again with the same verdict, it does nothing.
   * @throws VERSION_GONE when the version before was not kept; FENCED_OUT when the load or build is
   *   not the last of its target
   */
  undo(request: UndoRequest, signal: AbortSignal): Promise<UndoOutcome>;
  /** Removes kept versions. @returns how many */
  prune(policy: PrunePolicy, signal: AbortSignal): Promise<number>;
  /** Measures conditions on a table as it stands. */
  measure(
    table: TableName,
    gates: readonly Gate[],
    signal: AbortSignal,
  ): Promise<{ readonly rows: number; readonly measurements: readonly Measurement[] }>;
  /** Reads at most `limit` rows, read-only. */
  query(sql: string, limit: number): Promise<Rows>;
  /** The first rows of a table or view. */
  sample(table: TableName, limit: number): Promise<Rows>;
  /** Makes the file compact and cheap to open; called when nothing runs. */
  checkpoint(): Promise<void>;
}
