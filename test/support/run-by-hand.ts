import { advance } from "../../src/core/run/advance.ts";
import { describeRun } from "../../src/core/run/describe-run.ts";
import type { Failure, RunCommand, RunEvent } from "../../src/core/run/run-event.ts";
import { planRun } from "../../src/core/run/run-plan.ts";
import { type RunState, startRun } from "../../src/core/run/run-state.ts";
import { plainResult, runBlueprintOf, type TaskSketch } from "./run-blueprint.ts";

const pools = { main: 2 };

/** A run by hand, with two slots: every attempt that is asked for is recorded as started at once. */
export class RunByHand {
  state: RunState;
  readonly commands: RunCommand[] = [];

  constructor(sketches: readonly TaskSketch[], batches: Record<string, readonly string[]> = {}) {
    const plan = planRun(runBlueprintOf(sketches, batches), { pools });
    this.state = startRun(plan);
    this.tell({ type: "RunStarted", at: 0, blueprint: plan.blueprint, seed: 1 });
  }

  tell(event: RunEvent): void {
    const { state, commands } = advance(this.state, event);
    this.state = state;
    for (const command of commands) {
      this.commands.push(command);
      if (command.type === "StartAttempt") {
        this.tell({ ...command, type: "AttemptStarted", at: event.at });
      }
      if (command.type === "FinishRun")
        this.tell({ ...command, type: "RunFinished", at: event.at });
    }
  }

  /** @param tasks an id, or several as `a+b`. */
  succeed(tasks: string, attempt = 1, at = 1): void {
    const ids = tasks.split("+");
    const results = Object.fromEntries(ids.map((id) => [id, plainResult]));
    this.tell({ type: "AttemptSucceeded", at, tasks: ids, attempt, results });
  }

  fail(tasks: string, failure: Failure, attempt = 1, at = 1): void {
    this.tell({ type: "AttemptFailed", at, tasks: tasks.split("+"), attempt, failure });
  }

  /** Fires the timer of this kind that was set last. */
  fireTimer(kind: "retry" | "timeout", at = 2): void {
    const last = this.commands.findLast(
      (command) => command.type === "SetTimer" && command.timer.startsWith(kind),
    );
    if (last?.type === "SetTimer") this.tell({ type: "TimerFired", at, timer: last.timer });
  }

  /** Attempts in the order of their starts, as `a+b#1`. */
  get started(): string[] {
    return this.commands.flatMap((command) =>
      command.type === "StartAttempt" ? [`${command.tasks.join("+")}#${command.attempt}`] : [],
    );
  }

  /** By task. */
  get statuses(): Record<string, string> {
    const { tasks } = describeRun(this.state);
    return Object.fromEntries(tasks.map(({ id, status }) => [id, status]));
  }
}
