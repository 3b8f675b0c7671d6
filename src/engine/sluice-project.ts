import type { Blueprint, Decision, DecisionRecord, TaskId } from "../core/decide/blueprint.ts";
import type { DiffEntry, DiffReport } from "../core/decide/diff-blueprints.ts";
import type { WhyLink, WhyReport } from "../core/decide/why-report.ts";
import type { Profile } from "../core/metadata/profile.ts";
import type { Snapshot } from "../core/metadata/snapshot.ts";
import type { Problem } from "../core/project/problem.ts";
import type { SourceSpec } from "../core/project/project.ts";
import type { Negotiation } from "../core/routes/negotiation.ts";
import type { RunEvent, RunStatus, SegmentChanges, TaskStatus } from "../core/run/run-event.ts";
import type { TableName } from "../core/schema/table-schema.ts";
import type { Hash } from "../core/std/hash.ts";
import type { Json } from "../core/std/json.ts";
import type { EpochMs } from "../core/std/time.ts";
import type { RunSummary } from "../ports/catalog.ts";
import type { Rows } from "../ports/warehouse.ts";
import type { DriftReader } from "./drift-report.ts";
import type { LineageReader } from "./lineage-report.ts";
import type { PruneOptions, PruneReport } from "./prune.ts";
import type { QuarantineDesk } from "./quarantine-report.ts";
import type { ServeDesk } from "./serve/serve-desk.ts";
import type { SignalDesk } from "./signal-desk.ts";
import type { SimulationDesk } from "./simulation-desk.ts";

export type { DiffEntry, DiffReport, WhyLink, WhyReport };

/**
 * An opened project: everything that the CLI does, for a program. Methods that need a valid
 * project throw PROJECT_INVALID with all problems in `problems` of the error's cause; `check`
 * returns them instead.
 */
export interface SluiceProject
  extends AsyncDisposable,
    DriftReader,
    QuarantineDesk,
    LineageReader,
    SignalDesk,
    ServeDesk,
    SimulationDesk {
  /** Absolute. */
  readonly folder: string;
  /** Reads and checks all project files, without any connection to a source. */
  check(): Promise<CheckReport>;
  /** Discovers and probes the sources; stores nothing. */
  snapshot(options?: CycleOptions): Promise<SnapshotReport>;
  /** Snapshots and decides; stores nothing. */
  plan(options?: CycleOptions): Promise<PlanReport>;
  /** Snapshots, decides, and runs what was decided. @throws CATALOG_LOCKED, WAREHOUSE_LOCKED */
  run(options?: RunOptions): Promise<RunReport>;
  /** The newest runs first. */
  runs(limit?: number): Promise<readonly RunSummary[]>;
  /** One run with its tasks; `run` is an id or a prefix of one, the last run by default. */
  show(run?: string): Promise<RunReport>;
  /** Why a task ran or did not: in a past run, or in the plan as it stands when `run` is absent. */
  why(task: TaskId, options?: { readonly run?: string } & CycleOptions): Promise<WhyReport>;
  /** What differs between two runs or blueprints, with the cause of each difference. */
  diff(from: string, to: string): Promise<DiffReport>;
  /** Decides again from what the catalog holds of a run's inputs, and compares byte for byte. */
  replay(run?: string): Promise<ReplayReport>;
  /** Removes what is past its time, as `retention` says. @throws CATALOG_LOCKED, WAREHOUSE_LOCKED */
  prune(options?: PruneOptions): Promise<PruneReport>;
  /** Looks at everything that a run needs, and says what is not as it should be. */
  doctor(): Promise<DoctorReport>;
  /** The first rows of a table or view of the warehouse. */
  sample(table: TableName, limit: number): Promise<Rows>;
}

export interface CycleOptions {
  /** The cycle's instant, instead of the clock's. */
  readonly now?: EpochMs;
  /** Called for each source as soon as it is probed. */
  readonly onProbe?: (progress: ProbeProgress) => void;
  readonly signal?: AbortSignal;
}

export interface RunOptions extends CycleOptions {
  /** Goes on with the last run if it was interrupted; otherwise starts a new one. */
  readonly resume?: boolean;
  /**
   * Starts a new run of the decision of a run that failed or was cancelled: its id, or `latest`. What
   * is proved done is not done again.
   */
  readonly fromFailed?: string;
  /** Called once, before the first task starts. */
  readonly onPlan?: (plan: PlanReport, run: string) => void;
  /** Called with each event after it is durable. */
  readonly onEvent?: (event: RunEvent) => void;
}

export interface ProbeProgress {
  readonly source: string;
  readonly presence: Profile["presence"]["state"];
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly done: number;
  readonly total: number;
}

export interface CheckReport {
  readonly problems: readonly Problem[];
  readonly counts: {
    readonly connections: number;
    readonly sources: number;
    readonly models: number;
    readonly rules: number;
  };
  /** Text of the files that problems point into, by path: for code frames. */
  readonly texts: ReadonlyMap<string, string>;
}

export interface SnapshotReport {
  readonly snapshot: Snapshot;
  readonly sources: readonly SourceSpec[];
}

export interface PlanReport {
  readonly record: DecisionRecord;
  readonly blueprint: Blueprint;
  readonly decisions: readonly Decision[];
  readonly snapshot: Snapshot;
  readonly summary: { readonly active: number; readonly bypassed: number };
  /** Names and human versions behind `record.ruleSets`, and the template's name. */
  readonly ruleSets: readonly { readonly id: Hash; readonly name: string }[];
  readonly template: string;
  /** What its routes wait for, or were agreed in, and what it proposes. In the order of their ids. */
  readonly negotiations: readonly Negotiation[];
  /** Warnings of the project's checks, such as sources that no rule covers. */
  readonly warnings: readonly Problem[];
}

export interface RunReport {
  readonly run: {
    readonly id: string;
    readonly status: RunStatus;
    readonly blueprint: Hash;
    readonly decision: Hash;
    readonly startedAt: EpochMs;
    readonly finishedAt: EpochMs | null;
    /** Whose tables it left as less than they should be, in name order. */
    readonly degraded: readonly DegradedReport[];
    /** In the blueprint's order; a bypassed task is here with its reason. */
    readonly tasks: readonly TaskReport[];
    /** What was decided again while it ran, in that order. */
    readonly revisions: readonly RunRevision[];
    /** What could not be decided again: the run went on as it was. */
    readonly failedRevisions: readonly FailedRevision[];
  };
}

/** A part of a run that was decided again while it ran. */
export interface RunRevision {
  readonly at: EpochMs;
  /** 1 for the first of the run. */
  readonly revision: number;
  /** What the run went on with. */
  readonly blueprint: Hash;
  readonly decision: Hash;
  /** What its signals said. */
  readonly cause: string;
  /** Subjects whose segments came out otherwise, in name order. */
  readonly segments: SegmentChanges;
  /** Subjects that had begun and were cancelled, in name order. */
  readonly cancel: readonly string[];
}

/** Why a part of a run could not be decided again. */
export interface FailedRevision {
  readonly at: EpochMs;
  readonly cause: string;
  readonly code: string;
  readonly message: string;
}

/** A subject whose table is less than it should be. */
export interface DegradedReport {
  readonly subject: string;
  /** When that began. */
  readonly since: EpochMs;
  /** The fallback that was used, here or above, in words. */
  readonly because: string;
}

export interface TaskReport {
  readonly id: TaskId;
  readonly status: TaskStatus;
  readonly attempts: number;
  readonly startedAt?: EpochMs;
  readonly finishedAt?: EpochMs;
  readonly rows?: number;
  /** A bypass reason, `upstream` for a skipped task, or a failure's code. */
  readonly reason?: string;
  /** The earlier run that did it, of a task that was not done again. */
  readonly reusedFrom?: string;
  /** The failure's or bypass's words. */
  readonly message?: string;
  readonly detail?: { readonly [key: string]: Json | undefined };
}

export interface ReplayReport {
  readonly run: string;
  readonly blueprint: Hash;
  readonly recomputed: Hash;
  /** Whether the run's decision and all of its revisions came out as they did then. */
  readonly identical: boolean;
  /** In the order of the run. */
  readonly revisions: readonly ReplayedRevision[];
}

/** A revision that was decided once more. */
export interface ReplayedRevision {
  readonly revision: number;
  readonly blueprint: Hash;
  readonly recomputed: Hash;
  readonly identical: boolean;
}

export interface DoctorReport {
  readonly findings: readonly {
    readonly subject: string;
    readonly state: "ok" | "warning" | "failed";
    readonly detail: string;
    /** What to do about it. */
    readonly fix?: string;
  }[];
}
