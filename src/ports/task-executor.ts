import type { TaskId } from "../core/decide/blueprint.ts";
import type { TaskResult } from "../core/run/run-event.ts";

/** Does what an attempt is for. The host calls it; it knows no policy: no retry, no timeout, no order. */
export interface TaskExecutor {
  /**
   * Runs one task, or all tasks of a batch as one effect, and returns each one's result.
   * Doing it twice has the effect of doing it once.
   * @param attempt its number, from 1: the last one may use what the safeguards fall back to
   * @throws OperatingError; after `signal` fires, CANCELLED, with nothing half done.
   */
  execute(
    tasks: readonly TaskId[],
    signal: AbortSignal,
    attempt: number,
  ): Promise<Readonly<Record<TaskId, TaskResult>>>;
}
