import type { RunEvent } from "../../core/run/run-event.ts";
import { unreachable } from "../../core/std/unreachable.ts";
import type { Note } from "../simulation-context.ts";

/** One line for one thing that happened: when since the start, to whom, and what. */
export function traceLine(sinceMs: number, who: string, what: RunEvent | Note): string {
  return `${clock(sinceMs)} ${who.padEnd(5)} ${"note" in what ? what.note : eventText(what)}`;
}

/** `02:14:31.250`, in hours since the start. */
function clock(sinceMs: number): string {
  const digits = (value: number, count: number) => String(Math.floor(value)).padStart(count, "0");
  const [hours, minutes] = [sinceMs / 3_600_000, (sinceMs / 60_000) % 60];
  return `${digits(hours, 2)}:${digits(minutes, 2)}:${digits((sinceMs / 1_000) % 60, 2)}.${digits(sinceMs % 1_000, 3)}`;
}

function eventText(event: RunEvent): string {
  switch (event.type) {
    case "AttemptStarted":
      return `started   ${namesOf(event)}`;
    case "AttemptSucceeded": {
      const isRepeat = Object.values(event.results).every((result) => result.isRepeat);
      return `succeeded ${namesOf(event)}${isRepeat ? " (was there)" : ""}`;
    }
    case "AttemptFailed": {
      const { code, isRetryable } = event.failure;
      return `failed    ${namesOf(event)} ${code}${isRetryable ? "" : " for good"}`;
    }
    case "AttemptLost":
      return `lost      ${namesOf(event)}`;
    case "TimerFired":
      return `timer     ${event.timer}`;
    case "RunStarted":
      return `run starts, blueprint ${event.blueprint.slice(0, 12)}`;
    case "RunResumed":
      return "run goes on";
    case "RunFinished":
      return `run ends: ${event.status}`;
    case "CancelRequested":
      return "run is to end";
    case "TaskReused":
      return `reused    ${event.task} of ${event.from}`;
    case "SignalReceived":
      return `signal    ${event.signal.type} ${event.signal.subject}`;
    case "RevisionDecided": {
      const { added, removed, changed } = event.segments;
      return `revision  ${event.revision}: ${added.length} new, ${changed.length} other, ${removed.length} gone`;
    }
    case "RevisionFailed":
      return `revision fails: ${event.failure.code}`;
    default:
      return unreachable(event);
  }
}

function namesOf({
  tasks,
  attempt,
}: {
  readonly tasks: readonly string[];
  readonly attempt: number;
}): string {
  return `${tasks.join("+")} #${attempt}`;
}
