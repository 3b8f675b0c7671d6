import type { TaskId } from "../../core/decide/blueprint.ts";
import type { RunStatus, SegmentChanges, TaskStatus } from "../../core/run/run-event.ts";
import type { Hash } from "../../core/std/hash.ts";
import type { Json } from "../../core/std/json.ts";
import type { EpochMs } from "../../core/std/time.ts";
import type { RunReport, TaskReport } from "../../engine/sluice-project.ts";
import type { RunSummary } from "../../ports/catalog.ts";
import { isoInstant } from "../text/quantity.ts";

/** What `sluice run --json` prints. */
export interface RunJson {
  readonly run: RunSummaryJson & {
    readonly tasks: readonly RunTaskJson[];
    readonly revisions: readonly RunRevisionJson[];
    readonly failedRevisions: readonly FailedRevisionJson[];
    readonly degraded: readonly DegradedJson[];
  };
}

/** What `sluice show --json` prints. */
export interface ShowJson extends RunJson {
  /** The revisions of the run once more, for readers that look for nothing else. */
  readonly revisions: readonly RunRevisionJson[];
  /** The same for what it left as less than it should be. */
  readonly degraded: readonly DegradedJson[];
}

/** A subject whose table is less than it should be. */
export interface DegradedJson {
  readonly subject: string;
  readonly since: string;
  readonly because: string;
}

/** A part of a run that was decided again while it ran. */
export interface RunRevisionJson {
  readonly at: string;
  readonly revision: number;
  readonly blueprint: Hash;
  readonly decision: Hash;
  /** What its signals said, in words. */
  readonly cause: string;
  /** Subjects, each list in name order. */
  readonly segments: SegmentChanges;
  /** Subjects that had begun and were cancelled. */
  readonly cancel: readonly string[];
}

/** Why a part of a run could not be decided again. */
export interface FailedRevisionJson {
  readonly at: string;
  readonly cause: string;
  readonly code: string;
  readonly message: string;
}

/** A run as lists carry it. Instants are ISO 8601 in UTC. */
export interface RunSummaryJson {
  readonly id: string;
  readonly status: RunStatus;
  readonly blueprint: Hash;
  readonly decision: Hash;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly durationMs: number | null;
}

export interface RunTaskJson {
  readonly id: TaskId;
  readonly status: TaskStatus;
  readonly attempts: number;
  readonly rows?: number;
  /** A bypass reason, `upstream` for a skipped task, or a failure's code. */
  readonly reason?: string;
  readonly message?: string;
  /** The earlier run that did it, of a task that was not done again. */
  readonly reusedFrom?: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly detail?: { readonly [key: string]: Json | undefined };
}

/** The JSON form of a run with its tasks. */
export function runJson({ run }: RunReport): RunJson {
  const revisions = run.revisions.map(atInstant);
  const failedRevisions = run.failedRevisions.map(atInstant);
  const tasks = run.tasks.map(taskJson);
  const degraded = run.degraded.map(({ since, ...one }) => ({ ...one, since: isoInstant(since) }));
  return { run: { ...runSummaryJson(run), tasks, revisions, failedRevisions, degraded } };
}

/** The JSON form of a past run. */
export function showJson(report: RunReport): ShowJson {
  const shown = runJson(report);
  return { ...shown, revisions: shown.run.revisions, degraded: shown.run.degraded };
}

/** The JSON form of a run without its tasks. */
export function runSummaryJson(run: RunSummary): RunSummaryJson {
  const { id, status, blueprint, decision, startedAt, finishedAt } = run;
  return {
    id,
    status,
    blueprint,
    decision,
    startedAt: isoInstant(startedAt),
    finishedAt: finishedAt === null ? null : isoInstant(finishedAt),
    durationMs: finishedAt === null ? null : finishedAt - startedAt,
  };
}

function atInstant<T extends { readonly at: EpochMs }>(
  value: T,
): Omit<T, "at"> & { readonly at: string } {
  return { ...value, at: isoInstant(value.at) };
}

function taskJson(task: TaskReport): RunTaskJson {
  const { startedAt, finishedAt, ...rest } = task;
  return {
    ...rest,
    ...(startedAt === undefined ? {} : { startedAt: isoInstant(startedAt) }),
    ...(finishedAt === undefined ? {} : { finishedAt: isoInstant(finishedAt) }),
  };
}
