import { expect } from "vitest";
import { advance } from "../../src/core/run/advance.ts";
import { foldRun } from "../../src/core/run/fold-run.ts";
import type { Failure, RunCommand, RunEvent } from "../../src/core/run/run-event.ts";
import { planRun, type RunPlan } from "../../src/core/run/run-plan.ts";
import { type RunState, startRun } from "../../src/core/run/run-state.ts";
import type { Advance } from "../../src/core/run/run-step.ts";
import type { Signal } from "../../src/core/signals/signal.ts";
import {
  lastingFailure,
  passingFailure,
  plainResult,
  runBlueprintOf,
} from "../support/run-blueprint.ts";
import { reviseScene } from "./revise-scene.ts";
import { type RunScene, resourcesOf } from "./run-scene.ts";
import { RunWatch } from "./run-watch.ts";

interface Attempt {
  readonly tasks: readonly string[];
  readonly attempt: number;
  readonly cause: string | null;
}

type Ask = Extract<RunCommand, { readonly type: "AskRevision" }>;

/** Timers that tell of time that is up, rather than of something that waits for them. */
const limits = /^(timeout|deadline)\//;

/**
 * A host of the run machine in which everything that may go wrong does, by the numbers that it is
 * given.
 */
export class RunWorld {
  readonly log: RunEvent[] = [];
  readonly #plans = new Map<string, RunPlan>();
  readonly #plan: RunPlan;
  readonly #watch: RunWatch;
  readonly #timers = new Map<string, number>();
  /** By first task. */
  readonly #attempts = new Map<string, Attempt>();
  readonly #kept: { before: RunState; event: RunEvent; made: Advance }[] = [];
  #scene: RunScene;
  #state: RunState;
  #ask: Ask | null = null;
  #signals = 0;
  #at = 0;

  /** @param reused numbers that choose tasks which an earlier run has done. */
  constructor(scene: RunScene, reused: readonly number[] = []) {
    this.#scene = scene;
    this.#plan = this.#planOf(scene);
    this.#watch = new RunWatch(scene);
    this.#state = frozen(startRun(this.#plan));
    for (const pick of reused) {
      const { id: task = "" } = scene.tasks[pick % scene.tasks.length] ?? {};
      this.#turn({ type: "TaskReused", at: 0, task, result: plainResult, from: "earlier" });
    }
    this.#turn({ type: "RunStarted", at: 0, blueprint: this.#plan.blueprint, seed: 3 });
  }

  get #wasCancelled(): boolean {
    return this.log.some(({ type }) => type === "CancelRequested");
  }

  get isFinished(): boolean {
    return this.#state.phase === "finished";
  }

  /** One thing happens, chosen by `dice`. */
  step(dice: number): void {
    this.#at += dice % 7;
    const choice = dice % 100;
    if (choice < 4) this.#repeatAnEvent(dice);
    else if (choice < 7) this.#crash(dice);
    else if (choice < 8) this.#turn({ type: "CancelRequested", at: this.#at, cause: "SIGINT" });
    else if (choice < 10) this.#loseAnAttempt(dice);
    else if (choice < 16) this.#signal(dice);
    else if (choice < 22) this.#answer(dice);
    else if (choice < 40) this.#fireATimer(dice);
    else this.#endAnAttempt(dice);
  }

  /** Everything under way ends, one after the other. */
  drain(): void {
    for (let round = 0; !this.isFinished; round += 1) {
      expect(round, "a run ends").toBeLessThan(10_000);
      const underWay = this.#attempts.size + this.#timers.size + (this.#ask === null ? 0 : 1);
      expect(underWay, "something is under way").toBeGreaterThan(0);
      if (this.#ask !== null) this.#answer(round * 37 + 50);
      else if (this.#attempts.size > 0) this.#endAnAttempt(round * 37 + 50);
      else this.#fireATimer(round, (timer) => !limits.test(timer));
    }
  }

  /** What must hold when a run has ended. */
  checkTheEnd(): void {
    this.#watch.checkTheEnd(this.#state, this.#wasCancelled && this.#state.status === "cancelled");
    for (const { before, event, made } of this.#kept) {
      expect(advance(before, event, this.#planById)).toEqual(made);
    }
    expect(foldRun(this.#plan, jsonOf(this.log), this.#planById)).toEqual(this.#state);
  }

  readonly #planById = (id: string): RunPlan => {
    const plan = this.#plans.get(id);
    if (plan === undefined) throw new Error(`There is no plan ${id}`);
    return plan;
  };

  #planOf(scene: RunScene): RunPlan {
    const id = String(this.#plans.size).padStart(64, "0");
    const blueprint = { ...runBlueprintOf(scene.tasks, scene.batches), id };
    const plan = planRun(blueprint, resourcesOf(scene));
    this.#plans.set(id, plan);
    return plan;
  }

  /** One event with all that follows from it at once, written down and then done. */
  #turn(event: RunEvent, durable = Number.POSITIVE_INFINITY): void {
    const pending: RunEvent[] = [event];
    const effects: RunCommand[] = [];
    for (let count = 0; count < durable; count += 1) {
      const next = pending.shift();
      if (next === undefined) break;
      const before = this.#state;
      const made = advance(before, next, this.#planById);
      const { state, commands } = made;
      if (this.log.length % 5 === 0) this.#kept.push({ before, event: next, made });
      this.#state = frozen(state);
      this.log.push(next);
      this.#watch.see(next, before, state);
      this.#watch.checkCommands(commands, state, this.#at);
      for (const command of commands) {
        effects.push(command);
        if (command.type === "StartAttempt") {
          pending.push({ ...command, type: "AttemptStarted", at: this.#at });
        }
        if (command.type === "FinishRun") {
          pending.push({ ...command, type: "RunFinished", at: this.#at });
        }
      }
    }
    if (durable === Number.POSITIVE_INFINITY) for (const effect of effects) this.#do(effect);
    this.#watch.checkSlots(this.#state);
  }

  #do(effect: RunCommand): void {
    if (effect.type === "SetTimer") this.#timers.set(effect.timer, effect.firesAt);
    if (effect.type === "ClearTimer") this.#timers.delete(effect.timer);
    if (effect.type === "AskRevision") {
      expect(this.#ask, "one revision at a time").toBe(null);
      this.#ask = effect;
    }
    if (effect.type === "StartAttempt") {
      const { tasks, attempt } = effect;
      for (const id of tasks) {
        const running = [...this.#attempts.values()].filter((other) => other.tasks.includes(id));
        expect(running, `${id} does not run already`).toEqual([]);
      }
      this.#attempts.set(tasks[0] ?? "", { tasks, attempt, cause: null });
      this.#watch.checkUse([...this.#attempts.values()].map((running) => running.tasks));
    }
    if (effect.type === "CancelAttempt") {
      const running = this.#attempts.get(effect.tasks[0] ?? "");
      expect(running).toMatchObject({ tasks: effect.tasks, attempt: effect.attempt });
      if (running !== undefined) {
        this.#attempts.set(effect.tasks[0] ?? "", { ...running, cause: effect.cause });
      }
    }
    if (effect.type === "FinishRun" && !this.#wasCancelled) {
      expect(this.#ask, "nothing is being decided").toBe(null);
    }
  }

  /** Something is told of some subjects, or of what runs short. */
  #signal(dice: number): void {
    const { tasks } = this.#scene;
    const subjects = [...new Set(tasks.map(({ subject }) => subject))];
    const concerns = subjects.filter((_, index) => (dice >> (index % 12)) % 3 === 0).sort();
    const [subject = "s0"] = concerns;
    this.#signals += 1;
    const common = { id: `sig${this.#signals}`, source: "test", subject, at: this.#at };
    const override = { by: "me", why: "it must", until: null, cancel: dice % 2 === 0 };
    const kinds: readonly Signal[] = [
      { ...common, type: "source.changed", data: {} },
      { ...common, type: "override.bypass", data: override },
      { ...common, type: "pressure", subject: "memory", data: { level: level(dice >> 4) } },
      { ...common, type: "pressure", subject: "disk", data: { level: level(dice >> 6) } },
    ];
    const signal = kinds[dice % kinds.length];
    if (signal !== undefined) {
      this.#turn({ type: "SignalReceived", at: this.#at, signal, concerns });
    }
  }

  /** What was asked is decided, or it could not be; at times it is told twice. */
  #answer(dice: number): void {
    const ask = this.#ask;
    if (ask === null) return;
    this.#ask = null;
    const cause = ask.signals;
    // A run that is being cancelled does not wait for it.
    const isWaiting = this.#state.revisions.asked !== null;
    if (dice % 5 === 0) {
      if (isWaiting) this.#watch.answer(cause, [], this.#scene);
      this.#turn({ type: "RevisionFailed", at: this.#at, cause, failure: passingFailure });
      return;
    }
    const cancel = ask.begun.filter((_, index) => (dice + index) % 7 === 0);
    const revised = reviseScene(this.#scene, new Set(ask.held), dice);
    const scene = dice % 3 === 0 ? bypassing(revised, new Set(cancel)) : revised;
    const plan = this.#planOf(scene);
    if (isWaiting) {
      this.#scene = scene;
      this.#watch.answer(cause, cancel, scene);
    }
    this.#turn({
      type: "RevisionDecided",
      at: this.#at,
      revision: ask.revision,
      blueprint: plan.blueprint,
      decision: plan.blueprint,
      cause,
      segments: { added: [], removed: [], changed: ask.held },
      cancel,
    });
  }

  #endAnAttempt(dice: number): void {
    const running = [...this.#attempts.values()];
    const attempt = running[dice % Math.max(1, running.length)];
    if (attempt === undefined) return;
    this.#attempts.delete(attempt.tasks[0] ?? "");
    const { tasks, attempt: number, cause } = attempt;
    const fate = Math.floor(dice / 100) % 10;
    if (fate < 6) {
      const results = Object.fromEntries(tasks.map((task) => [task, plainResult]));
      this.#turn({ type: "AttemptSucceeded", at: this.#at, tasks, attempt: number, results });
      return;
    }
    const cancelled: Failure = { ...passingFailure, code: cause ?? "CANCELLED" };
    const failure = fate === 6 ? lastingFailure : cause === null ? passingFailure : cancelled;
    this.#turn({ type: "AttemptFailed", at: this.#at, tasks, attempt: number, failure });
  }

  #loseAnAttempt(dice: number): void {
    const running = [...this.#attempts.values()];
    const attempt = running[dice % Math.max(1, running.length)];
    if (attempt === undefined) return;
    this.#attempts.delete(attempt.tasks[0] ?? "");
    const { tasks, attempt: number } = attempt;
    this.#turn({ type: "AttemptLost", at: this.#at, tasks, attempt: number });
  }

  #fireATimer(dice: number, mayFire: (timer: string) => boolean = () => true): void {
    const timers = [...this.#timers.keys()].filter(mayFire);
    const timer = timers[dice % Math.max(1, timers.length)];
    if (timer === undefined) return;
    this.#at = Math.max(this.#at, this.#timers.get(timer) ?? 0);
    this.#timers.delete(timer);
    this.#turn({ type: "TimerFired", at: this.#at, timer });
  }

  /** An event that was told before is told again: it changes nothing, unless it asks anew. */
  #repeatAnEvent(dice: number): void {
    const event = this.log[dice % this.log.length];
    if (event === undefined || event.type === "CancelRequested") return;
    if (event.type === "RunResumed" || event.type === "RunFinished") return;
    const before = this.#state;
    const { commands, state } = advance(before, event, this.#planById);
    expect(commands).toEqual([]);
    expect(state).toEqual(before);
    this.log.push(event);
  }

  /** The process dies in the middle of a turn, and another takes the log up. */
  #crash(dice: number): void {
    const running = [...this.#attempts.values()][0];
    if (running !== undefined && dice % 2 === 0) {
      const { tasks, attempt } = running;
      const results = Object.fromEntries(tasks.map((task) => [task, plainResult]));
      const event: RunEvent = { type: "AttemptSucceeded", at: this.#at, tasks, attempt, results };
      this.#turn(event, 1 + (dice % 3));
    }
    this.#attempts.clear();
    this.#timers.clear();
    this.#ask = null;
    const folded = foldRun(this.#plan, jsonOf(this.log), this.#planById);
    expect(folded).toEqual(this.#state);
    this.#state = frozen(folded);
    this.#turn({ type: "RunResumed", at: this.#at });
  }
}

function level(dice: number): 0 | 1 | 2 | 3 {
  const levels = [0, 1, 2, 3] as const;
  return levels[dice % 4] ?? 0;
}

/** What is cancelled may be decided otherwise, too. */
function bypassing(scene: RunScene, subjects: ReadonlySet<string>): RunScene {
  const tasks = scene.tasks.map((task) =>
    subjects.has(task.subject) ? { ...task, isBypassed: true } : task,
  );
  return { ...scene, tasks };
}

function jsonOf(events: readonly RunEvent[]): readonly RunEvent[] {
  const copy: readonly RunEvent[] = JSON.parse(JSON.stringify(events));
  return copy;
}

const seen = new WeakSet<object>();

/** The value with everything in it frozen, so that a change to it throws. */
function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || seen.has(value)) return value;
  seen.add(value);
  Object.freeze(value);
  if (!(value instanceof Map)) for (const entry of Object.values(value)) frozen(entry);
  return value;
}
