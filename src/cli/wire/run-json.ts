import type { TaskId } from "../../core/decide/blueprint.ts";
import type { RunStatus, TaskStatus } from "../../core/run/run-event.ts";
import type { Hash } from "../../core/std/hash.ts";
import type { Json } from "../../core/std/json.ts";
import type { RunReport, TaskReport } from "../../engine/sluice-project.ts";
import type { RunSummary } from "../../ports/catalog.ts";
import { isoInstant } from "../text/quantity.ts";

/** What `sluice run --json` and `sluice show --json` print. */
export interface RunJson {
  readonly run: RunSummaryJson & { readonly tasks: readonly RunTaskJson[] };
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
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly detail?: { readonly [key: string]: Json | undefined };
}

/** The JSON form of a run with its tasks. */
export function runJson({ run }: RunReport): RunJson {
  return { run: { ...runSummaryJson(run), tasks: run.tasks.map(taskJson) } };
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

function taskJson(task: TaskReport): RunTaskJson {
  const { startedAt, finishedAt, ...rest } = task;
  return {
    ...rest,
    ...(startedAt === undefined ? {} : { startedAt: isoInstant(startedAt) }),
    ...(finishedAt === undefined ? {} : { finishedAt: isoInstant(finishedAt) }),
  };
}
