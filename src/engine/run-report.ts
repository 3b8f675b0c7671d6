import type { TaskId } from "../core/decide/blueprint.ts";
import type { IdentifiedProfile } from "../core/metadata/snapshot.ts";
import { describeRun, type TaskDescription } from "../core/run/describe-run.ts";
import type { RunEvent, RunStatus } from "../core/run/run-event.ts";
import type { RunState } from "../core/run/run-state.ts";
import { sentence } from "../core/std/sentence.ts";
import type { RunSummary } from "../ports/catalog.ts";
import { revisionsOf } from "./run-revisions.ts";
import type { RunReport, TaskReport } from "./sluice-project.ts";

/**
 * One run as its events tell it.
 * @param known.profiles what the run's decision knew of the sources: why one was not there
 */
export function runReport(
  summary: RunSummary,
  state: RunState,
  known: {
    readonly profiles: ReadonlyMap<string, IdentifiedProfile>;
    readonly events: Iterable<RunEvent>;
    readonly degraded: RunReport["run"]["degraded"];
  },
): RunReport {
  const { status, tasks } = describeRun(state);
  return {
    run: {
      id: summary.id,
      status: finalStatus(status, summary),
      blueprint: summary.blueprint,
      decision: summary.decision,
      startedAt: summary.startedAt,
      finishedAt: summary.finishedAt,
      tasks: tasks.map((task) => taskReport(task, known.profiles)),
      ...revisionsOf(known.events),
      degraded: known.degraded,
    },
  };
}

/** A run that was given up after its process died has no last event; the catalog knows its end. */
function finalStatus(status: RunStatus, summary: RunSummary): RunStatus {
  return status === "running" ? summary.status : status;
}

function taskReport(
  task: TaskDescription,
  profiles: ReadonlyMap<string, IdentifiedProfile>,
): TaskReport {
  const rows = task.result?.rows ?? null;
  const reason = reasonOf(task, profiles);
  return {
    id: task.id,
    status: task.status,
    attempts: task.attempts,
    ...(task.startedAt === null ? {} : { startedAt: task.startedAt }),
    ...(task.finishedAt === null ? {} : { finishedAt: task.finishedAt }),
    ...(rows === null ? {} : { rows }),
    ...(reason === null ? {} : reason),
    ...(task.reusedFrom === null ? {} : { reusedFrom: task.reusedFrom }),
    ...(task.result === null ? {} : { detail: task.result.detail }),
  };
}

function reasonOf(
  task: TaskDescription,
  profiles: ReadonlyMap<string, IdentifiedProfile>,
): Pick<TaskReport, "reason" | "message"> | null {
  if (task.bypass !== null) {
    const { reason, by } = task.bypass;
    const absence = reason === "source_missing" ? absenceOf(task.id, profiles) : null;
    if (absence !== null) return { reason, message: absence };
    return by === null ? { reason } : { reason, message: `by ${by}` };
  }
  if (task.status === "skipped") {
    return {
      reason: "upstream",
      message: `${task.skippedBy ?? "a task before it"} did not succeed`,
    };
  }
  if (task.status === "failed" && task.failure !== null) {
    const { code, message, hint } = task.failure;
    return { reason: code, message: hint === null ? message : `${sentence(message)} ${hint}` };
  }
  return null;
}

/** Why a source could not be looked at, in the words of the probe. */
function absenceOf(task: TaskId, profiles: ReadonlyMap<string, IdentifiedProfile>): string | null {
  const presence = profiles.get(task.slice(0, task.lastIndexOf(".")))?.profile.presence;
  if (presence === undefined || presence.state === "present") return null;
  const { detail } = presence;
  return presence.state === "missing" ? detail : `${presence.code}: ${detail}`;
}
