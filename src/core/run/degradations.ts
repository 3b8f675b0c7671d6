import type { Blueprint, Segment, TaskId } from "../decide/blueprint.ts";
import { undoneText } from "../decide/degrade.ts";
import type { Degradation } from "../metadata/subject-record.ts";
import type { EpochMs } from "../std/time.ts";
import type { RunEvent, TaskResult } from "./run-event.ts";

/** How the tasks of a run ended, as far as that says whether results are as they should be. */
interface Endings {
  readonly results: ReadonlyMap<TaskId, { readonly result: TaskResult; readonly at: EpochMs }>;
  /** The code of each task's last failed attempt, and when that was. */
  readonly failures: ReadonlyMap<TaskId, { readonly code: string; readonly at: EpochMs }>;
  readonly startedAt: EpochMs;
}

/**
 * What makes each subject's table less than it should be, by what a run showed; `null` for one that
 * is as it should be. A mark stays, with the instant at which it began, until a good load or build
 * clears it.
 * @param before what was known when the run began
 */
export function degradationsOf(
  blueprint: Blueprint,
  events: Iterable<RunEvent>,
  before: (subject: string) => Degradation | null,
): ReadonlyMap<string, Degradation | null> {
  const endings = endingsOf(events);
  const found = new Map<string, Degradation | null>();
  for (const segment of blueprint.segments.values()) {
    const earlier = before(segment.subject);
    const now = degradationNow(segment, endings, earlier);
    found.set(
      segment.subject,
      now === null ? null : { since: earlier?.since ?? now.since, because: now.because },
    );
  }
  return found;
}

function endingsOf(events: Iterable<RunEvent>): Endings {
  const results = new Map<TaskId, { readonly result: TaskResult; readonly at: EpochMs }>();
  const failures = new Map<TaskId, { readonly code: string; readonly at: EpochMs }>();
  let startedAt = 0;
  for (const event of events) {
    if (event.type === "RunStarted") startedAt = event.at;
    if (event.type === "AttemptSucceeded") {
      for (const [task, result] of Object.entries(event.results)) {
        results.set(task, { result, at: event.at });
      }
    }
    if (event.type === "TaskReused") {
      results.set(event.task, { result: event.result, at: event.at });
    }
    if (event.type === "AttemptFailed") {
      for (const task of event.tasks) {
        failures.set(task, { code: event.failure.code, at: event.at });
      }
    }
  }
  return { results, failures, startedAt };
}

function degradationNow(
  { subject, kind, tasks, degraded }: Segment,
  { results, failures, startedAt }: Endings,
  earlier: Degradation | null,
): Degradation | null {
  const [extract, making, measuring] = kind === "source" ? tasks : [undefined, ...tasks];
  if (making === undefined) return earlier;
  const undone = measuring === undefined ? undefined : failures.get(measuring.id);
  if (undone?.code === "UNDONE") return { since: undone.at, because: undoneText(subject) };
  const made = results.get(making.id);
  if (made !== undefined) return degradationIn(made.result, made.at);
  if (making.bypass !== null) {
    if (degraded !== null) return { since: startedAt, because: degraded.because };
    return making.bypass.reason === "up_to_date" ? null : earlier;
  }
  const failed = failures.get(making.id) ?? (extract && failures.get(extract.id));
  const usesLastGood = making.safeguards.fallback?.use === "last_good";
  if (failed === undefined || !usesLastGood) return earlier;
  const because = `${subject} could not be loaded, and its last good data is read`;
  return { since: failed.at, because };
}

function degradationIn({ detail }: TaskResult, at: EpochMs): Degradation | null {
  if (detail["isDegraded"] !== true) return null;
  const because = detail["degradedBecause"];
  return { since: at, because: typeof because === "string" ? because : "it is made of old inputs" };
}
