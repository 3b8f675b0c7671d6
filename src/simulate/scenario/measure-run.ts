import type { Decided } from "../../core/decide/decided.ts";
import { describeRun } from "../../core/run/describe-run.ts";
import type { RunEvent } from "../../core/run/run-event.ts";
import type { RunState } from "../../core/run/run-state.ts";
import { unreachable } from "../../core/std/unreachable.ts";

/** What the attempts of a run took together, in milliseconds. */
export function computeMsOf(events: readonly RunEvent[]): number {
  const startedAt = new Map<string, number>();
  let total = 0;
  for (const event of events) {
    if (!("tasks" in event)) continue;
    const key = `${event.tasks.join("+")}#${event.attempt}`;
    switch (event.type) {
      case "AttemptStarted":
        startedAt.set(key, event.at);
        break;
      case "AttemptSucceeded":
      case "AttemptFailed":
      case "AttemptLost":
        total += event.at - (startedAt.get(key) ?? event.at);
        startedAt.delete(key);
        break;
      default:
        unreachable(event);
    }
  }
  return total;
}

/** How a run failed, and whom that reached. */
export interface RunFailures {
  readonly failures: number;
  /** Those after which every reader ran all the same, or had nothing to do. */
  readonly contained: number;
}

/** Subjects that did not come, or failed; and which of them kept no reader from running. */
export function failuresOf(decided: Decided, state: RunState): RunFailures {
  const { segments } = decided.blueprint;
  const failed = new Set<string>();
  const stopped = new Set<string>();
  for (const { id, status } of describeRun(state).tasks) {
    const subject = id.slice(0, id.lastIndexOf("."));
    if (status === "failed") failed.add(subject);
    if (status === "skipped" || status === "failed") stopped.add(subject);
  }
  for (const { subject, tasks } of segments.values()) {
    for (const { bypass } of tasks) {
      if (bypass?.reason === "source_missing") failed.add(subject);
      if (bypass?.reason === "upstream" || bypass?.reason === "source_missing") {
        stopped.add(subject);
      }
    }
  }
  const { readers } = decided.workings.context;
  let contained = 0;
  for (const subject of failed) {
    const below = readersOf(readers, subject);
    if (![...below].some((reader) => stopped.has(reader))) contained += 1;
  }
  return { failures: failed.size, contained };
}

function readersOf(
  readers: ReadonlyMap<string, readonly string[]>,
  subject: string,
): ReadonlySet<string> {
  const below = new Set<string>();
  const open = [...(readers.get(subject) ?? [])];
  for (let reader = open.pop(); reader !== undefined; reader = open.pop()) {
    if (below.has(reader)) continue;
    below.add(reader);
    open.push(...(readers.get(reader) ?? []));
  }
  return below;
}
