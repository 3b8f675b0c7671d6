import type { TaskId } from "../../core/decide/blueprint.ts";
import { printable } from "../text/printable.ts";

/** One task by its name; a batch by its first task and how many travel with it. */
export function tasksText(tasks: readonly TaskId[]): string {
  const [first = ""] = tasks;
  const rest = tasks.length - 1;
  return rest > 0 ? `${printable(first)} and ${rest} more` : printable(first);
}
