import type { Task } from "../core/decide/blueprint.ts";
import type { TaskContext } from "./task-context.ts";

/**
 * Whether an input did not become what the blueprint says it would be: its task failed and the
 * edge lets this one run on what is there, or it was itself made of such an input.
 */
export function readsOldInput(task: Task, context: TaskContext): boolean {
  return task.after.some((dependency) => {
    const result = context.results.get(dependency.task);
    return result === undefined || result.detail["isDegraded"] === true;
  });
}
