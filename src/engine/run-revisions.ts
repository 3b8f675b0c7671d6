import type { RunEvent } from "../core/run/run-event.ts";
import { describeSignal } from "../core/signals/describe-signal.ts";
import type { RunReport } from "./sluice-project.ts";

type Revisions = Pick<RunReport["run"], "revisions" | "failedRevisions">;

/** The revisions of a run, in the order of its log, each with what its signals said. */
export function revisionsOf(events: Iterable<RunEvent>): Revisions {
  const words = new Map<string, string>();
  const causeOf = (ids: readonly string[]) => ids.map((id) => words.get(id) ?? id).join("; ");
  const revisions: Revisions["revisions"][number][] = [];
  const failedRevisions: Revisions["failedRevisions"][number][] = [];
  for (const event of events) {
    if (event.type === "SignalReceived") {
      words.set(event.signal.id, describeSignal(event.signal));
    } else if (event.type === "RevisionDecided") {
      const { at, revision, blueprint, decision, segments, cancel } = event;
      const cause = causeOf(event.cause);
      revisions.push({ at, revision, blueprint, decision, cause, segments, cancel });
    } else if (event.type === "RevisionFailed") {
      const { code, message } = event.failure;
      failedRevisions.push({ at: event.at, cause: causeOf(event.cause), code, message });
    }
  }
  return { revisions, failedRevisions };
}
