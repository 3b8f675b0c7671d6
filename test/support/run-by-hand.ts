import { advance } from "../../src/core/run/advance.ts";
import { describeRun } from "../../src/core/run/describe-run.ts";
import type { Failure, RunCommand, RunEvent } from "../../src/core/run/run-event.ts";
import { planRun, type Resources, type RunPlan } from "../../src/core/run/run-plan.ts";
import { type RunState, startRun } from "../../src/core/run/run-state.ts";
import type { SignalOf, SignalType } from "../../src/core/signals/signal.ts";
import { plainResult, runBlueprintOf, type TaskSketch } from "./run-blueprint.ts";

const pools = { main: 2 };

type Told = {
  readonly [T in SignalType]: Pick<SignalOf<T>, "type" | "subject" | "data">;
}[SignalType];

type Batches = Readonly<Record<string, readonly string[]>>;

/** A run by hand, with two slots: every attempt that is asked for is recorded as started at once. */
export class RunByHand {
  state: RunState;
  readonly commands: RunCommand[] = [];
  readonly log: RunEvent[] = [];
  readonly #resources: Resources;
  readonly #plans = new Map<string, RunPlan>();
  #signals = 0;

  /** @param reused tasks that an earlier run has done */
  constructor(
    sketches: readonly TaskSketch[],
    batches: Batches = {},
    {
      reused = [],
      ...resources
    }: Partial<Resources> & { readonly reused?: readonly string[] } = {},
  ) {
    this.#resources = { pools, ...resources };
    const plan = planRun(runBlueprintOf(sketches, batches), this.#resources);
    this.state = startRun(plan);
    for (const task of reused) {
      this.tell({ type: "TaskReused", at: 0, task, result: plainResult, from: "earlier" });
    }
    this.tell({ type: "RunStarted", at: 0, blueprint: plan.blueprint, seed: 1 });
  }

  readonly planOf = (blueprint: string): RunPlan => {
    const plan = this.#plans.get(blueprint);
    if (plan === undefined) throw new Error(`No revision gave ${blueprint}`);
    return plan;
  };

  tell(event: RunEvent): void {
    const { state, commands } = advance(this.state, event, this.planOf);
    this.state = state;
    this.log.push(event);
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

  /** Tells of something that may change these subjects. */
  signal(
    concerns: readonly string[],
    what: Told = { type: "source.changed", data: {}, subject: concerns[0] ?? "none" },
    at = 1,
  ): void {
    this.#signals += 1;
    const common = { id: `s${this.#signals}`, source: "test", at };
    this.tell({ type: "SignalReceived", at, signal: { ...common, ...what }, concerns });
  }

  /** What was asked last, with its answer: the run goes on with these tasks. */
  revise(
    sketches: readonly TaskSketch[],
    { batches = {}, cancel = [] }: { batches?: Batches; cancel?: readonly string[] } = {},
    at = 2,
  ): RunEvent {
    const ask = this.asked.at(-1);
    const id = String(this.#plans.size + 1).padStart(64, "0");
    const plan = planRun({ ...runBlueprintOf(sketches, batches), id }, this.#resources);
    this.#plans.set(id, plan);
    const event: RunEvent = {
      type: "RevisionDecided",
      at,
      revision: ask?.revision ?? 1,
      blueprint: id,
      decision: id,
      cause: ask?.signals ?? [],
      segments: { added: [], removed: [], changed: ask?.held ?? [] },
      cancel,
    };
    this.tell(event);
    return event;
  }

  /** The revisions that were asked for. */
  get asked(): Extract<RunCommand, { type: "AskRevision" }>[] {
    return this.commands.flatMap((command) => (command.type === "AskRevision" ? [command] : []));
  }

  /** Fires the timer of this kind that was set last. */
  fireTimer(kind: "retry" | "timeout" | "circuit" | "deadline", at = 2): void {
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
