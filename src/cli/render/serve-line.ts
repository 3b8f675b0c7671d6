import { formatDurationMs } from "../../core/std/time.ts";
import { unreachable } from "../../core/std/unreachable.ts";
import type { ServeEvent } from "../../engine/serve/serve-event.ts";
import { printable } from "../text/printable.ts";
import { formatCounted, formatInstant } from "../text/quantity.ts";
import type { StoppedEvent } from "../wire/serve-event-json.ts";

/** One line for one event: it is read in journals, where every line stands alone. */
export function serveLine(event: ServeEvent | StoppedEvent): string {
  return `${formatInstant(event.at)} ${printable(wordsOf(event))}`;
}

function wordsOf(event: ServeEvent | StoppedEvent): string {
  switch (event.type) {
    case "StandingBy":
      return `standing by: ${event.holder}`;
    case "Serving":
      return `serving, epoch ${event.epoch}${event.url === null ? "" : `, signals at ${event.url}`}`;
    case "TokenMade":
      return `the token for signals, told this once: ${event.token}`;
    case "RunResumed":
      return `run ${event.run} was interrupted, and has gone on to its end`;
    case "CycleStarted":
      return `${cycle(event)} started: ${about(event.subjects)}, ${event.toRun} to run`;
    case "CycleFinished":
      return `${cycle(event)} ${event.status} in ${formatDurationMs(event.durationMs)}: ${counts(event)}${retry(event.retryAt)}`;
    case "CycleFailed":
      return `cycle (${event.causes.join(", ")}) failed: ${event.code}: ${event.message}${retry(event.retryAt)}`;
    case "CycleShared":
      return `${cycle(event)} goes on with ${event.subjects.join(", ")} as well`;
    case "Stopping":
      return event.cycles === 0
        ? "stopping"
        : `stopping: ${formatCounted(event.cycles, "cycle")} may take ${formatDurationMs(event.graceMs)} to finish`;
    case "Stopped":
      return "stopped";
    default:
      return unreachable(event);
  }
}

function cycle({ run, causes }: { readonly run: string; readonly causes: readonly string[] }) {
  return `cycle ${run} (${causes.join(", ")})`;
}

function about(subjects: number | null): string {
  return subjects === null ? "all" : formatCounted(subjects, "subject");
}

function counts({
  succeeded,
  failed,
  bypassed,
}: {
  readonly succeeded: number;
  readonly failed: number;
  readonly bypassed: number;
}): string {
  return `${formatCounted(succeeded, "task")} done, ${failed} failed, ${bypassed} bypassed`;
}

function retry(at: number | null): string {
  return at === null ? "" : `; again at ${formatInstant(at)}`;
}
