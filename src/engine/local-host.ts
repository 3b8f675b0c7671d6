import type { TaskId } from "../core/decide/blueprint.ts";
import { advance } from "../core/run/advance.ts";
import { foldRun } from "../core/run/fold-run.ts";
import type {
  CancelCause,
  EmittedSignal,
  RunCommand,
  RunEvent,
  TaskResult,
} from "../core/run/run-event.ts";
import type { PlanOf, RunPlan } from "../core/run/run-plan.ts";
import type { RunState } from "../core/run/run-state.ts";
import type { Signal } from "../core/signals/signal.ts";
import { present } from "../core/std/assert.ts";
import type { Hash } from "../core/std/hash.ts";
import type { EpochMs } from "../core/std/time.ts";
import { unreachable } from "../core/std/unreachable.ts";
import type { Catalog, StoredEvent } from "../ports/catalog.ts";
import type { Clock } from "../ports/clock.ts";
import type { TaskExecutor } from "../ports/task-executor.ts";
import { type Journal, journalOf } from "./journal.ts";
import { endedFor, failureOf } from "./local-host-failure.ts";
import type { Reviser, Revision } from "./reviser.ts";
import type { SignalFeed } from "./signal-feed.ts";

/** A run to be done in this process. The catalog knows the run already, by `createRun`. */
export interface LocalRun {
  readonly run: string;
  readonly plan: RunPlan;
  /** The plans of the revisions in the log of a run that was interrupted. */
  readonly planOf?: PlanOf | undefined;
  /** The stored resources that the plan was made with. */
  readonly schedule?: Hash | undefined;
  /** The catalog's, of the writer whose run it is. */
  readonly epoch?: number | undefined;
  /** Where it hears of what may change it, and who then decides it again; without, it stays as it is. */
  readonly live?: { readonly signals: SignalFeed; readonly reviser: Reviser } | undefined;
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
  /** Those that the run was told of, by id. */
  readonly #signals = new Map<string, Signal>();
  readonly #plans = new Map<Hash, RunPlan>();
  /** By number, until the run goes on with it. */
  readonly #revisions = new Map<number, Revision>();
  readonly #revising = new AbortController();
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
      run.planOf,
    );
    for (const { event } of log) {
      if (event.type === "SignalReceived") this.#signals.set(event.signal.id, event.signal);
    }
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
    let stopListening: () => Promise<void> = () => Promise.resolve();
    try {
      if (this.#state.phase === "planned") this.#tellReused();
      this.#tell(this.#firstEvent());
      if (signal?.aborted === true) cancel();
      stopListening = this.#listen();
      await this.#ended;
    } finally {
      signal?.removeEventListener("abort", cancel);
      for (const clear of this.#timers.values()) clear();
      for (const { controller } of this.#attempts.values()) controller.abort();
      this.#revising.abort(endedFor("CANCELLED"));
      await stopListening();
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
    const { plan, seed, schedule, epoch } = this.#run;
    const by = epoch === undefined ? {} : { epoch };
    if (this.#state.phase !== "planned") return { type: "RunResumed", at: this.#now(), ...by };
    const { blueprint } = plan;
    const planned = schedule === undefined ? {} : { schedule };
    return { type: "RunStarted", at: this.#now(), blueprint, seed, ...planned, ...by };
  }

  /** Takes in what is told of while the run goes on. */
  #listen(): () => Promise<void> {
    const { live } = this.#run;
    if (live === undefined) return () => Promise.resolve();
    return live.signals.listen((signal) => {
      const concerns = live.reviser.concernOf(signal);
      this.#tell({ type: "SignalReceived", at: this.#now(), signal, concerns });
    }, this.#fail);
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
    // What comes after the end is for the next run.
    if (this.#state.phase === "finished") return;
    const { state, commands } = advance(this.#state, event, this.#planOf);
    const isRevised = state.revisions.applied > this.#state.revisions.applied;
    this.#state = state;
    events.push(event);
    if (event.type === "SignalReceived") this.#signals.set(event.signal.id, event.signal);
    // Attempts are not started before all of this turn is durable, so the tasks may be exchanged now.
    if (isRevised) this.#revisions.get(state.revisions.applied)?.adopt();
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

  readonly #planOf = (blueprint: Hash): RunPlan => {
    const plan = this.#plans.get(blueprint) ?? this.#run.planOf?.(blueprint);
    return present(plan, "a revision comes with its plan");
  };

  #perform(events: readonly RunEvent[], effects: readonly RunCommand[]): void {
    for (const event of events) {
      if (this.#hasFailed) break;
      if (event.type === "SignalReceived") this.#took(event.signal);
      this.#run.onEvent?.(event);
    }
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
        this.#also(this.#revise(effect));
        return;
      case "EmitSignal":
        this.#also(this.#emit(effect.signal));
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

  /** Something that goes on beside the run, and whose failure ends it. */
  #also(work: Promise<void>): void {
    const effect = work.catch(this.#fail).then(() => {
      this.#effects.delete(effect);
    });
    this.#effects.add(effect);
  }

  async #revise(ask: Extract<RunCommand, { readonly type: "AskRevision" }>): Promise<void> {
    const { revision, signals: cause } = ask;
    try {
      const reviser = present(this.#run.live?.reviser, "who hears of signals can decide again");
      const signals = cause.map((id) => present(this.#signals.get(id), `${id} was received`));
      const decided = await reviser.revise({ ...ask, signals }, this.#revising.signal);
      this.#plans.set(decided.blueprint, decided.plan);
      this.#revisions.set(revision, decided);
      const { blueprint, decision, segments, cancel } = decided;
      const made = { revision, blueprint, decision, cause, segments, cancel };
      this.#tell({ type: "RevisionDecided", at: this.#now(), ...made });
    } catch (error) {
      // A run that cannot be decided again goes on as it was decided.
      const failure = failureOf(error, null, this.#run.redact);
      this.#tell({ type: "RevisionFailed", at: this.#now(), cause, failure });
    }
  }

  async #emit({ at, ...said }: EmittedSignal): Promise<void> {
    const { run, live } = this.#run;
    const id = `${run}/${said.type}/${said.subject}/${at}`;
    await live?.signals.send({ ...said, at, id, source: "/sluice/run" });
  }

  #took(signal: Signal): void {
    const taken = this.#run.live?.signals.taken(signal);
    if (taken !== undefined) this.#also(taken);
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
