import type { TaskId } from "../core/decide/blueprint.ts";
import { advance } from "../core/run/advance.ts";
import { foldRun } from "../core/run/fold-run.ts";
import type { CancelCause, RunCommand, RunEvent, TaskResult } from "../core/run/run-event.ts";
import type { RunPlan } from "../core/run/run-plan.ts";
import type { RunState } from "../core/run/run-state.ts";
import { present } from "../core/std/assert.ts";
import type { EpochMs } from "../core/std/time.ts";
import { unreachable } from "../core/std/unreachable.ts";
import type { Catalog, StoredEvent } from "../ports/catalog.ts";
import type { Clock } from "../ports/clock.ts";
import type { TaskExecutor } from "../ports/task-executor.ts";
import { type Journal, journalOf } from "./journal.ts";
import { endedFor, failureOf } from "./local-host-failure.ts";

/** A run to be done in this process. The catalog knows the run already, by `createRun`. */
export interface LocalRun {
  readonly run: string;
  readonly plan: RunPlan;
  readonly catalog: Pick<Catalog, "append" | "finishRun">;
  readonly executor: TaskExecutor;
  readonly clock: Clock;
  /** Seeds the jitter of retries; a resumed run keeps the seed it had. */
  readonly seed: number;
  /** The log of a run that was interrupted, whole; empty for a new run. */
  readonly resumedEvents?: readonly StoredEvent[] | undefined;
  /** What an earlier run has done of a new one, by task: it counts as done from the beginning. */
  readonly reused?:
    | ReadonlyMap<TaskId, { readonly result: TaskResult; readonly from: string }>
    | undefined;
  /** Cancels the run; its reason, if a text or an error, is recorded as the cause. */
  readonly signal?: AbortSignal | undefined;
  /** Called with each event after it is durable, in order. What it throws ends the run. */
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
  /** Takes secrets out of a text that will be recorded. */
  readonly redact: (text: string) => string;
}

/**
 * Runs a plan in this process, to its end. Adds no policy: the machine says what to do, this does
 * it. Every event is durable before its consequences begin.
 *
 * An executor's failure is recorded as the attempt's. If the journal fails, or the machine or
 * `onEvent` throws, nothing new starts, running attempts are asked to end, and when they have, the
 * failure is thrown; in the catalog the run stays interrupted, and it can be resumed.
 * @returns the state of the finished run.
 */
export async function runBlueprint(run: LocalRun): Promise<RunState> {
  return await new LocalHost(run).live();
}

/** An attempt whose effect has begun and not ended. */
interface Attempt {
  readonly controller: AbortController;
  cause: CancelCause | null;
}

class LocalHost {
  readonly #run: LocalRun;
  readonly #journal: Journal;
  /** What cancels each timer, by its name. */
  readonly #timers = new Map<string, () => void>();
  /** By first task. */
  readonly #attempts = new Map<TaskId, Attempt>();
  readonly #effects = new Set<Promise<void>>();
  readonly #ended: Promise<void>;
  #inbox: RunEvent[] = [];
  /** Fulfilled when all turns so far are durable and done. Never rejected. */
  #performed: Promise<void> = Promise.resolve();
  #state: RunState;
  #lastAt: EpochMs;
  #hasFailed = false;
  #end: () => void = () => {};
  #fail: (error: unknown) => void = () => {};

  constructor(run: LocalRun) {
    const log = run.resumedEvents ?? [];
    this.#run = run;
    this.#journal = journalOf(run.catalog, run.run, log.length);
    this.#state = foldRun(
      run.plan,
      log.map(({ event }) => event),
    );
    this.#lastAt = log.at(-1)?.event.at ?? 0;
    this.#ended = new Promise((resolve, reject) => {
      this.#end = resolve;
      this.#fail = (error) => {
        this.#hasFailed = true;
        reject(error);
      };
    });
  }

  async live(): Promise<RunState> {
    if (this.#state.phase === "finished") return this.#state;
    const { signal } = this.#run;
    const cancel = () => {
      this.#tell({ type: "CancelRequested", at: this.#now(), cause: reasonOf(signal) });
    };
    signal?.addEventListener("abort", cancel);
    try {
      if (this.#state.phase === "planned") this.#tellReused();
      this.#tell(this.#firstEvent());
      if (signal?.aborted === true) cancel();
      await this.#ended;
    } finally {
      signal?.removeEventListener("abort", cancel);
      for (const clear of this.#timers.values()) clear();
      for (const { controller } of this.#attempts.values()) controller.abort();
      await Promise.all(this.#effects);
    }
    return this.#state;
  }

  #tellReused(): void {
    for (const [task, { result, from }] of this.#run.reused ?? []) {
      this.#tell({ type: "TaskReused", at: this.#now(), task, result, from });
    }
  }

  #firstEvent(): RunEvent {
    const { plan, seed } = this.#run;
    if (this.#state.phase !== "planned") return { type: "RunResumed", at: this.#now() };
    return { type: "RunStarted", at: this.#now(), blueprint: plan.blueprint, seed };
  }

  /** Never goes back, also when the clock does: a log is read in order. */
  #now(): EpochMs {
    this.#lastAt = Math.max(this.#lastAt, this.#run.clock.now());
    return this.#lastAt;
  }

  /** Takes an event in. Those that come together are one turn. */
  #tell(event: RunEvent): void {
    this.#inbox.push(event);
    if (this.#inbox.length === 1) queueMicrotask(() => this.#turn());
  }

  /** Folds what has come and what follows at once, writes it down, then does what is asked. */
  #turn(): void {
    if (this.#hasFailed) return;
    const events: RunEvent[] = [];
    const effects: RunCommand[] = [];
    try {
      for (const event of this.#inbox.splice(0)) this.#record(event, events, effects);
    } catch (error) {
      this.#fail(error);
      return;
    }
    // Turns are written down without waiting for each other, so that the catalog may commit
    // several at once, and are done in their order.
    const isDurable = this.#journal.append(events);
    this.#performed = Promise.all([this.#performed, isDurable])
      .then(() => this.#perform(events, effects))
      .catch(this.#fail);
  }

  #record(event: RunEvent, events: RunEvent[], effects: RunCommand[]): void {
    const { state, commands } = advance(this.#state, event);
    this.#state = state;
    events.push(event);
    for (const command of commands) {
      effects.push(command);
      if (command.type === "StartAttempt") {
        const { tasks, attempt } = command;
        this.#record({ type: "AttemptStarted", at: event.at, tasks, attempt }, events, effects);
      } else if (command.type === "FinishRun") {
        const { status } = command;
        this.#record({ type: "RunFinished", at: event.at, status }, events, effects);
      }
    }
  }

  #perform(events: readonly RunEvent[], effects: readonly RunCommand[]): void {
    for (const event of events) if (!this.#hasFailed) this.#run.onEvent?.(event);
    for (const effect of effects) if (!this.#hasFailed) this.#do(effect);
  }

  #do(effect: RunCommand): void {
    switch (effect.type) {
      case "StartAttempt":
        this.#start(effect.tasks, effect.attempt);
        return;
      case "CancelAttempt":
        this.#cancel(effect.tasks, effect.cause);
        return;
      case "SetTimer":
        this.#setTimer(effect.timer, effect.firesAt);
        return;
      case "ClearTimer":
        this.#timers.get(effect.timer)?.();
        this.#timers.delete(effect.timer);
        return;
      case "AskRevision":
      case "EmitSignal":
        // Without a source of signals the machine asks for neither.
        return;
      case "FinishRun":
        this.#end();
        return;
      default:
        unreachable(effect);
    }
  }

  #setTimer(timer: string, firesAt: EpochMs): void {
    const clear = this.#run.clock.setTimer(Math.max(0, firesAt - this.#run.clock.now()), () => {
      this.#timers.delete(timer);
      this.#tell({ type: "TimerFired", at: this.#now(), timer });
    });
    this.#timers.set(timer, clear);
  }

  #start(tasks: readonly TaskId[], attempt: number): void {
    const first = present(tasks[0], "an attempt has a task");
    const running: Attempt = { controller: new AbortController(), cause: null };
    this.#attempts.set(first, running);
    const effect = this.#outcome(tasks, attempt, running).then((event) => {
      this.#attempts.delete(first);
      this.#effects.delete(effect);
      this.#tell(event);
    });
    this.#effects.add(effect);
  }

  /** Never rejects: what an executor throws is the attempt's outcome. */
  async #outcome(tasks: readonly TaskId[], attempt: number, running: Attempt): Promise<RunEvent> {
    const { executor, redact } = this.#run;
    try {
      const given = await executor.execute(tasks, running.controller.signal, attempt);
      const results: Record<TaskId, TaskResult> = {};
      for (const task of tasks) results[task] = present(given[task], `${task} has a result`);
      return { type: "AttemptSucceeded", at: this.#now(), tasks, attempt, results };
    } catch (error) {
      // The boundary of a task: one that fails, even by a bug, stops no other.
      const failure = failureOf(error, running.cause, redact);
      return { type: "AttemptFailed", at: this.#now(), tasks, attempt, failure };
    }
  }

  #cancel(tasks: readonly TaskId[], cause: CancelCause): void {
    const running = this.#attempts.get(present(tasks[0], "an attempt has a task"));
    // It may have ended meanwhile; then its outcome is on its way.
    if (running === undefined) return;
    running.cause ??= cause;
    running.controller.abort(endedFor(cause));
  }
}

function reasonOf(signal: AbortSignal | undefined): string {
  const reason: unknown = signal?.reason;
  if (typeof reason === "string") return reason;
  return reason instanceof Error ? reason.message : "cancelled";
}
