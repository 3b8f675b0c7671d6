import type { Task } from "../core/decide/blueprint.ts";
import type { TaskContext } from "./task-context.ts";

/**
 * Whether an input holds other content than was decided about: its source changed after it was
 * probed, or it was itself made of such an input. What is made of it is right, and is not what
 * its task's fingerprint says.
 */
export function readsMovedInput(task: Task, context: TaskContext): boolean {
  return task.after.some(
    (dependency) => context.results.get(dependency.task)?.detail["isMoved"] === true,
  );
}
