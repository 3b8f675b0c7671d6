import type { TaskId } from "../core/decide/blueprint.ts";
import type { RunEvent, TaskResult } from "../core/run/run-event.ts";

/** What the tasks of a run reported, by itself or by the run that it took them from. */
export function resultsOf(events: Iterable<RunEvent>): ReadonlyMap<TaskId, TaskResult> {
  const results = new Map<TaskId, TaskResult>();
  for (const event of events) {
    if (event.type === "TaskReused") results.set(event.task, event.result);
    if (event.type !== "AttemptSucceeded") continue;
    for (const [task, result] of Object.entries(event.results)) results.set(task, result);
  }
  return results;
}
