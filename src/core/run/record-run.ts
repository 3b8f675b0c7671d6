import type { Blueprint, TaskId } from "../decide/blueprint.ts";
import {
  emptyRecord,
  type SubjectRecord,
  type TaskUse,
  withAttempt,
  withOutput,
  withUse,
} from "../metadata/subject-record.ts";
import type { EpochMs } from "../std/time.ts";
import { degradationsOf } from "./degradations.ts";
import type { RunEvent, TaskResult } from "./run-event.ts";

/**
 * Folds what a run's attempts showed into the records that the next snapshot starts from.
 * @param peaks by task: how much memory its last attempt took, where that was measured.
 * @returns the records that changed.
 */
export function recordRun(
  records: ReadonlyMap<string, SubjectRecord>,
  blueprint: Blueprint,
  events: Iterable<RunEvent>,
  peaks: ReadonlyMap<TaskId, number> = new Map(),
): ReadonlyMap<string, SubjectRecord> {
  const log = [...events];
  const changed = new Map<string, SubjectRecord>();
  const subjects = subjectsByTask(blueprint);
  const update = (task: TaskId, change: (record: SubjectRecord) => SubjectRecord) => {
    const subject = subjects.get(task);
    if (subject === undefined) return;
    const record = changed.get(subject) ?? records.get(subject) ?? emptyRecord(subject);
    changed.set(subject, change(record));
  };
  for (const event of log) {
    if (event.type === "AttemptFailed" && event.failure.code !== "CANCELLED") {
      for (const task of event.tasks) update(task, (record) => withAttempt(record, false));
    }
    if (event.type === "AttemptSucceeded") {
      for (const task of event.tasks) {
        const result = event.results[task];
        if (result !== undefined) {
          update(task, (record) => withSuccess(record, { task, result, at: event.at, blueprint }));
        }
      }
    }
  }
  const earlier = (subject: string) => records.get(subject)?.degraded ?? null;
  for (const [subject, degraded] of degradationsOf(blueprint, log, earlier)) {
    if (degraded === null && earlier(subject) === null) continue;
    const record = changed.get(subject) ?? records.get(subject) ?? emptyRecord(subject);
    changed.set(subject, { ...record, degraded });
  }
  for (const { task, ...use } of usesIn(log)) {
    const kind = task.slice(task.lastIndexOf(".") + 1);
    const memoryBytes = peaks.get(task) ?? null;
    update(task, (record) => withUse(record, kind, { ...use, memoryBytes }));
  }
  return changed;
}

/**
 * What attempts took that did something, by task. Tasks that ran as one share its time.
 */
function* usesIn(
  events: Iterable<RunEvent>,
): Generator<{ readonly task: TaskId } & Pick<TaskUse, "durationMs" | "rows">> {
  const starts = new Map<string, EpochMs>();
  for (const event of events) {
    if (event.type !== "AttemptStarted" && event.type !== "AttemptSucceeded") continue;
    const attempt = `${event.attempt} ${event.tasks[0] ?? ""}`;
    if (event.type === "AttemptStarted") {
      starts.set(attempt, event.at);
      continue;
    }
    const startedAt = starts.get(attempt);
    if (startedAt === undefined) continue;
    const durationMs = Math.round((event.at - startedAt) / event.tasks.length);
    for (const task of event.tasks) {
      const result = event.results[task];
      if (result !== undefined && !result.isRepeat) yield { task, durationMs, rows: result.rows };
    }
  }
}

interface Success {
  readonly task: TaskId;
  readonly result: TaskResult;
  readonly at: EpochMs;
  readonly blueprint: Blueprint;
}

function withSuccess(record: SubjectRecord, success: Success): SubjectRecord {
  const { task: id, result, at, blueprint } = success;
  const task = blueprint.segments.get(record.subject)?.tasks.find((one) => one.id === id);
  const attempted = withAttempt(record, true);
  if (task === undefined) return attempted;
  switch (task.kind) {
    case "extract":
      return attempted;
    case "load":
    case "transform":
      return result.isRepeat ? attempted : withCommitted(attempted, result, at);
    case "verify":
    case "check":
      return {
        ...attempted,
        verified: isAsPlanned(result) ? task.fingerprint : null,
        watchedFailures: failuresIn(result),
      };
  }
}

/** Whether what was measured is what the task's fingerprint says: a fallback may be part of the plan. */
function isAsPlanned({ detail }: TaskResult): boolean {
  if (detail["isMoved"] === true || detail["isUnplanned"] === true) return false;
  return detail["isDegraded"] !== true || detail["isUnplanned"] === false;
}

function withCommitted(record: SubjectRecord, result: TaskResult, at: EpochMs): SubjectRecord {
  const quarantined = result.detail["rowsQuarantined"];
  // Less than there should have been is no measure of what to expect.
  const isMeasure = result.detail["isDegraded"] !== true;
  return {
    ...(isMeasure ? withOutput(record, at, result.rows ?? 0) : record),
    enforced: {
      failed: failuresIn(result),
      quarantinedRows: typeof quarantined === "number" ? quarantined : 0,
    },
  };
}

function failuresIn(result: TaskResult): number {
  const { measurements } = result.detail;
  return Array.isArray(measurements) ? measurements.filter(hasFailures).length : 0;
}

function hasFailures(measurement: unknown): boolean {
  if (typeof measurement !== "object" || measurement === null) return false;
  return "failing" in measurement && Number(measurement.failing) > 0;
}

function subjectsByTask(blueprint: Blueprint): ReadonlyMap<TaskId, string> {
  const subjects = new Map<TaskId, string>();
  for (const segment of blueprint.segments.values()) {
    for (const task of segment.tasks) subjects.set(task.id, segment.subject);
  }
  return subjects;
}
