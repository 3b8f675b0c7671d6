import type { TaskId } from "../../core/decide/blueprint.ts";
import type { EpochMs } from "../../core/std/time.ts";
import type { Output } from "../output.ts";
import { eventLines, planLine, probeLine } from "./plain-lines.ts";
import type { ProgressView } from "./progress-view.ts";

/** One line for each change of state, without cursor codes: for logs and pipes. */
export function plainProgress(output: Output): ProgressView {
  const startedAt = new Map<TaskId, EpochMs>();
  const print = (line: string) => output.write(`${line}\n`);
  return {
    probe: (progress) => print(probeLine(progress)),
    plan: (plan, run) => print(planLine(plan, run)),
    event: (event) => {
      const task = "tasks" in event ? (event.tasks[0] ?? "") : "";
      for (const line of eventLines(event, startedAt.get(task) ?? null)) print(line);
      if (event.type === "AttemptStarted") startedAt.set(task, event.at);
      else startedAt.delete(task);
    },
    note: (text) => output.write(text),
    close: () => undefined,
  };
}
