import type { TaskId } from "../../core/decide/blueprint.ts";
import { concernOf } from "../../core/decide/concern-of.ts";
import type { Decided } from "../../core/decide/decided.ts";
import type { EmittedSignal, RunCommand, RunEvent, TaskResult } from "../../core/run/run-event.ts";
import type { RunPlan } from "../../core/run/run-plan.ts";
import { type RunState, startRun } from "../../core/run/run-state.ts";
import type { Signal } from "../../core/signals/signal.ts";
import { present } from "../../core/std/assert.ts";
import type { Hash } from "../../core/std/hash.ts";
import type { EpochMs } from "../../core/std/time.ts";
import { unreachable } from "../../core/std/unreachable.ts";
import { SimulatedFailure } from "../simulated-failure.ts";
import type { SimulationContext } from "../simulation-context.ts";
import { decisionNow, decisionOf, type StoredRun } from "../store/simulated-catalog.ts";
import { Dice } from "../time/dice.ts";
import { checkReplayed } from "../watch/compare-states.ts";
import { RunWatch } from "../watch/run-watch.ts";
import type { Onlooker } from "./onlooker.ts";
import { type AskRevision, revise } from "./revise.ts";
import { type Ending, SimulatedAttempt } from "./simulated-attempt.ts";
import type { SimulatedProcess } from "./simulated-process.ts";
import type { RunScope } from "./task-work.ts";

/** One event with what follows from it at once: written down together, then done. */
interface Turn {
  readonly events: RunEvent[];
  readonly effects: RunCommand[];
}

/** What a host is given. */
export interface HostedRun {
  readonly context: SimulationContext;
  readonly process: SimulatedProcess;
  readonly epoch: number;
  readonly stored: StoredRun;
  readonly onlooker: Onlooker;
  /** The run has ended, or cannot go on in this process. */
  readonly onEnd: (how: "finished" | "failed") => void;
  readonly die: (why: string) => void;
}

/**
 * The third host of the run machine, after the one in the engine: the same turns, the same order of
 * writing down and doing, in virtual time and with faults. It adds no policy either.
 */
export class SimulatedHost {
  readonly #run: HostedRun;
  readonly #watch: RunWatch;
  readonly #scope: RunScope;
  readonly #results = new Map<TaskId, TaskResult>();
  readonly #timers = new Map<string, () => void>();
  /** By first task: what this process believes to be under way. */
  readonly #attempts = new Map<TaskId, SimulatedAttempt>();
  #decided: Decided;
  #state: RunState;
  #lastAt: EpochMs;
  #writtenAt = 0;
  #said = 0;
  #hasFailed = false;
  #hasEnded = false;

  constructor(run: HostedRun) {
    const { context, stored, epoch } = run;
    this.#run = run;
    this.#decided = decisionNow(stored).decided;
    this.#state = this.#replay();
    this.#lastAt = stored.events.at(-1)?.at ?? 0;
    this.#watch = new RunWatch(stored);
    this.#watch.begin(this.#state);
    this.#scope = {
      context,
      run: stored.id,
      decided: () => this.#decided,
      epoch,
      results: this.#results,
    };
    for (const event of stored.events) this.#keepResults(event);
  }

  /** Takes up the run where its log ends. */
  begin(): void {
    const { stored } = this.#run;
    const at = this.#now();
    if (this.#state.phase === "finished") this.#finish("finished");
    else if (this.#state.phase !== "planned") this.tell({ type: "RunResumed", at });
    else {
      const { blueprint } = stored.first.plan;
      this.tell({ type: "RunStarted", at, blueprint, seed: stored.seed });
    }
  }

  /** True when it has work and would have to do something about it. */
  get isUnfinished(): boolean {
    return !this.#hasEnded;
  }

  /** Somebody asks for the end of the run. */
  cancel(): void {
    this.tell({ type: "CancelRequested", at: this.#now(), cause: "somebody said so" });
  }

  /** A signal has arrived that may change what was decided. */
  receive(signal: Signal): void {
    const concerns = concernOf(this.#decided.input.scope, [signal]);
    this.tell({ type: "SignalReceived", at: this.#now(), signal, concerns });
  }

  tell(event: RunEvent): void {
    const { process, context } = this.#run;
    if (this.#hasFailed || this.#hasEnded || process.isDead) return;
    const turn: Turn = { events: [], effects: [] };
    this.#record(event, turn);
    let latencyMs = 2;
    for (const fault of context.faults.due("turn")) {
      context.faults.count(fault.kind);
      if (fault.kind === "crash-before-durable") {
        this.#run.die("it was killed before its events were written down");
        return;
      }
      if (fault.kind === "journal-full") {
        this.#fail("CATALOG_FULL");
        return;
      }
      latencyMs += 1_000 + fault.size * 30_000;
    }
    const { now } = context.queue;
    this.#writtenAt = Math.max(this.#writtenAt, now + latencyMs);
    const state = this.#state;
    process.later(this.#writtenAt - now, () => this.#afterWriting(turn, state));
  }

  #afterWriting(turn: Turn, state: RunState): void {
    const { context, stored, epoch } = this.#run;
    if (this.#hasFailed) return;
    try {
      context.catalog.append(stored, turn.events, epoch);
    } catch (error) {
      if (!(error instanceof SimulatedFailure)) throw error;
      this.#fail(error.code);
      return;
    }
    stored.stateThen = state;
    for (const fault of context.faults.due("durable")) {
      context.faults.count(fault.kind);
      this.#run.die("it was killed after its events were written down");
      return;
    }
    for (const effect of turn.effects) if (!this.#hasFailed) this.#do(effect);
  }

  #record(event: RunEvent, turn: Turn): void {
    const { context, process } = this.#run;
    const before = this.#state;
    const { state, commands } = context.parts.advance(before, event, this.#planOf);
    this.#state = state;
    if (state.plan !== before.plan) {
      this.#decided = decisionOf(this.#run.stored, state.plan.blueprint).decided;
    }
    this.#keepResults(event);
    turn.events.push(event);
    context.tally.events += 1;
    context.trace?.(`p${process.number}`, event);
    this.#watch.after(before, event, { state, commands });
    for (const command of commands) {
      turn.effects.push(command);
      if (command.type === "StartAttempt") {
        const { tasks, attempt } = command;
        this.#record({ type: "AttemptStarted", at: event.at, tasks, attempt }, turn);
      } else if (command.type === "FinishRun") {
        this.#record({ type: "RunFinished", at: event.at, status: command.status }, turn);
      }
    }
  }

  #keepResults(event: RunEvent): void {
    if (event.type !== "AttemptSucceeded") return;
    for (const task of event.tasks) {
      const result = event.results[task];
      if (result !== undefined) this.#results.set(task, result);
    }
  }

  #do(effect: RunCommand): void {
    switch (effect.type) {
      case "StartAttempt":
        this.#start(effect.tasks, effect.attempt);
        return;
      case "CancelAttempt":
        this.#cancel(effect);
        return;
      case "SetTimer":
        this.#setTimer(effect.timer, effect.firesAt);
        return;
      case "ClearTimer":
        this.#timers.get(effect.timer)?.();
        this.#timers.delete(effect.timer);
        return;
      case "AskRevision":
        this.#run.process.later(this.#revisingMs(effect), () => this.#revise(effect));
        return;
      case "EmitSignal":
        this.#emit(effect.signal);
        return;
      case "FinishRun":
        this.#finish("finished");
        return;
      default:
        unreachable(effect);
    }
  }

  #start(tasks: readonly TaskId[], number: number): void {
    const { context, process, die } = this.#run;
    context.tally.tasks += tasks.length;
    const first = present(tasks[0], "an attempt has a task");
    const host = {
      scope: this.#scope,
      process,
      die,
      becomeZombie: (forMs: number) => {
        process.pause(forMs);
        context.takeOver(process.number);
      },
    };
    const attempt = new SimulatedAttempt(tasks, number, host, (ending) =>
      this.#report(attempt, ending),
    );
    this.#attempts.set(first, attempt);
    attempt.begin();
  }

  /** The end of an attempt is on its way to the machine. */
  #report(attempt: SimulatedAttempt, ending: Ending): void {
    const { context, process } = this.#run;
    const first = present(attempt.tasks[0], "an attempt has a task");
    let delayMs = 0;
    if (this.#hasFailed) {
      this.#endIfStill();
      return;
    }
    for (const fault of context.faults.due("report")) {
      context.faults.count(fault.kind);
      const again = () => this.tell(this.#eventOf(attempt, ending));
      if (fault.kind === "lost-report") {
        // One that was asked to end, and of which nothing is heard, is looked after.
        if (attempt.wasAsked) process.later(30_000, () => this.tell(this.#lost(attempt)));
        return;
      }
      if (fault.kind === "doubled-report") process.later(fault.size * 5_000, again);
      if (fault.kind === "late-report") delayMs = fault.size * 600_000;
      if (fault.kind === "stray-report") {
        process.later(fault.size * 60_000, () => this.tell(this.#strayOf(attempt, ending)));
      }
    }
    const report = () => {
      if (this.#attempts.get(first) === attempt) this.#attempts.delete(first);
      if (this.#hasFailed) this.#endIfStill();
      else this.tell(this.#eventOf(attempt, ending));
    };
    if (delayMs > 0) process.later(delayMs, report);
    else report();
  }

  #eventOf({ tasks, number }: SimulatedAttempt, ending: Ending): RunEvent {
    const at = this.#now();
    return ending.isSuccess
      ? { type: "AttemptSucceeded", at, tasks, attempt: number, results: ending.results }
      : { type: "AttemptFailed", at, tasks, attempt: number, failure: ending.failure };
  }

  /** The opposite of what was true, said too late to count. */
  #strayOf({ tasks, number }: SimulatedAttempt, ending: Ending): RunEvent {
    const at = this.#now();
    return ending.isSuccess
      ? {
          type: "AttemptFailed",
          at,
          tasks,
          attempt: number,
          failure: { code: "TIMED_OUT", message: "stray", hint: null, isRetryable: true },
        }
      : this.#lost({ tasks, number });
  }

  #cancel(effect: Extract<RunCommand, { type: "CancelAttempt" }>): void {
    const { process } = this.#run;
    const { tasks, attempt: number } = effect;
    const attempt = this.#attempts.get(present(tasks[0], "an attempt has a task"));
    if (attempt === undefined || attempt.number !== number) return;
    if (!attempt.isOver) {
      attempt.cancel(effect.cause);
      return;
    }
    // It ended, and that was not heard of: nobody knows how.
    process.later(200, () => this.tell(this.#lost(attempt)));
  }

  #lost({ tasks, number }: Pick<SimulatedAttempt, "tasks" | "number">): RunEvent {
    return { type: "AttemptLost", at: this.#now(), tasks, attempt: number };
  }

  /** What a run says gets a name, is durable, and comes back like any other signal. */
  #emit(emitted: EmittedSignal): void {
    const { context, stored, process } = this.#run;
    this.#said += 1;
    const id = `${stored.id}/${process.number}/${this.#said}`;
    const signal = { ...emitted, id, source: "sluice" };
    context.catalog.signals.push(signal);
    process.later(5, () => this.receive(signal));
  }

  /** To look again at what is concerned takes a while, now and then a long one. */
  #revisingMs({ revision }: AskRevision): number {
    const { context, stored } = this.#run;
    return new Dice(context.seed, "revise", stored.id, revision).around(2_000, 1.2);
  }

  /** Decides again what has not begun and is concerned; what comes of it is stored before it is told. */
  #revise(effect: AskRevision): void {
    if (this.#hasFailed || this.#hasEnded) return;
    const { context, stored, onlooker, process } = this.#run;
    const { revised, told } = revise(
      { context, onlooker, now: process.now, stored },
      this.#decided,
      effect,
    );
    stored.decisions.set(told.blueprint, revised);
    context.lastDecided = revised.decided;
    context.tally.revisions += 1;
    this.tell({ ...told, at: this.#now() });
  }

  readonly #planOf = (blueprint: Hash): RunPlan => decisionOf(this.#run.stored, blueprint).plan;

  #setTimer(timer: string, firesAt: EpochMs): void {
    const { process, context } = this.#run;
    const fire = () => this.tell({ type: "TimerFired", at: this.#now(), timer });
    const goOff = () => {
      this.#timers.delete(timer);
      for (const fault of context.faults.due("timer")) {
        context.faults.count(fault.kind);
        process.later(fault.size * 60_000, fire);
        if (fault.kind === "late-timer") return;
      }
      fire();
    };
    this.#timers.set(timer, process.later(firesAt - process.now, goOff));
  }

  /** Nothing new starts; when what is under way has ended, this process is done. */
  #fail(_code: string): void {
    this.#hasFailed = true;
    for (const clear of this.#timers.values()) clear();
    for (const attempt of this.#attempts.values()) attempt.cancel("CANCELLED");
    this.#endIfStill();
  }

  #endIfStill(): void {
    for (const [first, attempt] of this.#attempts) {
      if (attempt.isOver) this.#attempts.delete(first);
    }
    if (this.#attempts.size === 0) this.#finish("failed");
  }

  #finish(how: "finished" | "failed"): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (const clear of this.#timers.values()) clear();
    if (how === "finished") this.#watch.end(this.#state);
    this.#run.onEnd(how);
  }

  /** Never goes back, also when the clock does. */
  #now(): EpochMs {
    this.#lastAt = Math.max(this.#lastAt, this.#run.process.now);
    return this.#lastAt;
  }

  #replay(): RunState {
    const { context, stored } = this.#run;
    let state = startRun(stored.first.plan);
    for (const event of stored.events) {
      state = context.parts.advance(state, event, this.#planOf).state;
    }
    if (stored.stateThen !== null) checkReplayed(stored.stateThen, state);
    return state;
  }
}
