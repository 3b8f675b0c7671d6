import type { Task } from "../core/decide/blueprint.ts";
import type { TaskResult } from "../core/run/run-event.ts";
import type { PlannedTask, TaskContext } from "./task-context.ts";

/** What became of a task's inputs in this run. */
export interface InputState {
  /**
   * An input is not what the blueprint says it would be: its task failed and the edge lets this one
   * run on what is there, its source changed after it was probed, or it was itself made of such an
   * input. What is made of it then is not what the task's fingerprint says.
   */
  readonly isUnplanned: boolean;
  /** What makes the result less than it should be, in words; `null` when nothing does. */
  readonly degraded: string | null;
}

/** Looks at the inputs of a task as they turned out. */
export function inputState({ task, segment }: PlannedTask, context: TaskContext): InputState {
  const inputs = task.after.map((dependency) => ({
    subject: subjectOf(dependency.task),
    result: context.results.get(dependency.task),
  }));
  const found = inputs.map(({ subject, result }) =>
    result === undefined
      ? `${subject} could not be had, and is read as it was`
      : degradedIn(result),
  );
  return {
    isUnplanned: inputs.some(({ result }) => result === undefined || isUnplanned(result)),
    degraded: found.find((because) => because !== null) ?? segment.degraded?.because ?? null,
  };
}

/** A result that does not say so is as planned unless it is degraded. */
function isUnplanned({ detail }: TaskResult): boolean {
  if (detail["isMoved"] === true) return true;
  return detail["isUnplanned"] === undefined
    ? detail["isDegraded"] === true
    : detail["isUnplanned"] === true;
}

/** What makes a result less than it should be. */
function degradedIn({ detail }: TaskResult): string | null {
  if (detail["isDegraded"] !== true) return null;
  const because = detail["degradedBecause"];
  return typeof because === "string" ? because : "it is made of old inputs";
}

/** How a result says what its inputs made of it. */
export function stateDetail({ isUnplanned: isOther, degraded }: InputState): TaskResult["detail"] {
  return {
    isDegraded: degraded !== null,
    ...(degraded === null ? {} : { degradedBecause: degraded, isUnplanned: isOther }),
  };
}

function subjectOf(task: Task["id"]): string {
  return task.slice(0, task.lastIndexOf("."));
}
