import type { Blueprint, TaskId } from "../core/decide/blueprint.ts";
import type { TaskKind } from "../core/project/project.ts";
import type { TaskResult } from "../core/run/run-event.ts";
import { assert, present } from "../core/std/assert.ts";
import type { TaskExecutor } from "../ports/task-executor.ts";
import { extractTask } from "./extract-task.ts";
import { loadTask } from "./load-task.ts";
import { checkTask, verifyTask } from "./measure-task.ts";
import type { PlannedTask, TaskContext, TaskHandler } from "./task-context.ts";
import { transformTask } from "./transform-task.ts";

/** One handler for each task kind; leaving one out does not compile. */
const handlers: { readonly [K in TaskKind]: TaskHandler } = {
  extract: extractTask,
  load: loadTask,
  verify: verifyTask,
  transform: transformTask,
  check: checkTask,
};

/**
 * Does the work of a blueprint's tasks.
 * @param results what tasks of this run have reported before; what they report is added
 */
export function taskExecutor(
  blueprint: Blueprint,
  context: Omit<TaskContext, "results" | "attempt">,
  results: Map<TaskId, TaskResult>,
): TaskExecutor {
  const tasks = indexTasks(blueprint);
  return {
    async execute(ids, signal, attempt) {
      const planned = ids.map((id) => present(tasks.get(id), `${id} is in the blueprint`));
      const kind = present(planned[0], "an attempt has a task").task.kind;
      assert(
        planned.every(({ task }) => task.kind === kind),
        "an attempt's tasks are of one kind",
      );
      const outcomes = await handlers[kind](planned, { ...context, results, attempt }, signal);
      for (const [index, id] of ids.entries()) {
        results.set(id, present(outcomes[index], `${id} has a result`));
      }
      return Object.fromEntries(ids.map((id) => [id, present(results.get(id), id)]));
    },
  };
}

function indexTasks(blueprint: Blueprint): ReadonlyMap<TaskId, PlannedTask> {
  const tasks = new Map<TaskId, PlannedTask>();
  for (const segment of blueprint.segments.values()) {
    for (const task of segment.tasks) tasks.set(task.id, { task, segment });
  }
  return tasks;
}
