import { expect } from "vitest";
import { advance } from "../../src/core/run/advance.ts";
import { describeRun, type TaskDescription } from "../../src/core/run/describe-run.ts";
import { foldRun } from "../../src/core/run/fold-run.ts";
import type { Failure, RunCommand, RunEvent } from "../../src/core/run/run-event.ts";
import type { RunPlan } from "../../src/core/run/run-plan.ts";
import { type RunState, startRun } from "../../src/core/run/run-state.ts";
import type { Advance } from "../../src/core/run/run-step.ts";
import { lastingFailure, passingFailure, plainResult } from "../support/run-blueprint.ts";
import type { RunScene } from "./run-scene.ts";

interface Attempt {
  readonly tasks: readonly string[];
  readonly attempt: number;
  readonly cause: string | null;
}

/**
 * A host of the run machine in which everything that may go wrong does, by the numbers that it is
 * given. It watches the machine from outside: what must hold is computed from the scene and the
 * events alone.
 */
export class RunWorld {
  readonly log: RunEvent[] = [];
  readonly #scene: RunScene;
  readonly #plan: RunPlan;
  readonly #timers = new Map<string, number>();
  /** By first task. */
  readonly #attempts = new Map<string, Attempt>();
  readonly #started = new Set<string>();
  readonly #outcomes = new Map<string, string>();
  readonly #kept: { before: RunState; event: RunEvent; made: Advance }[] = [];
  #state: RunState;
  #at = 0;

  constructor(scene: RunScene, plan: RunPlan) {
    this.#scene = scene;
    this.#plan = plan;
    this.#state = frozen(startRun(plan));
    this.#turn({ type: "RunStarted", at: 0, blueprint: plan.blueprint, seed: 3 });
  }

  get isFinished(): boolean {
    return this.#state.phase === "finished";
  }

  get state(): RunState {
    return this.#state;
  }

  /** One thing happens, chosen by `dice`. */
  step(dice: number): void {
    this.#at += dice % 7;
    const choice = dice % 100;
    if (choice < 4) this.#repeatAnEvent(dice);
    else if (choice < 7) this.#crash(dice);
    else if (choice < 8) this.#turn({ type: "CancelRequested", at: this.#at, cause: "SIGINT" });
    else if (choice < 10) this.#loseAnAttempt(dice);
    else if (choice < 35) this.#fireATimer(dice);
    else this.#endAnAttempt(dice);
  }

  /** Everything under way ends, one after the other. */
  drain(): void {
    for (let round = 0; !this.isFinished; round += 1) {
      expect(round, "a run ends").toBeLessThan(10_000);
      expect(this.#attempts.size + this.#timers.size, "something is under way").toBeGreaterThan(0);
      if (this.#attempts.size > 0) this.#endAnAttempt(round * 37 + 50);
      else this.#fireATimer(round, "retry");
    }
  }

  /** What must hold when a run has ended. */
  checkTheEnd(): void {
    const { tasks, status } = describeRun(this.#state);
    const byId = new Map(tasks.map((task) => [task.id, task]));
    for (const task of tasks) this.#checkOutcome(task, byId);
    const wasCancelled = this.log.some(({ type }) => type === "CancelRequested");
    const isUnsuccessful = tasks.some((t) => t.status === "failed" || t.status === "skipped");
    if (tasks.some((task) => task.status === "cancelled")) expect(status).toBe("cancelled");
    if (!wasCancelled) expect(status).toBe(isUnsuccessful ? "failed" : "succeeded");
    for (const { before, event, made } of this.#kept) expect(advance(before, event)).toEqual(made);
    expect(foldRun(this.#plan, jsonOf(this.log))).toEqual(this.#state);
  }

  #checkOutcome(task: TaskDescription, byId: ReadonlyMap<string, TaskDescription>): void {
    const sketch = this.#scene.tasks.find(({ id }) => id === task.id);
    expect(["bypassed", "skipped", "succeeded", "failed", "cancelled"]).toContain(task.status);
    expect(task.status === "bypassed").toBe(sketch?.isBypassed === true);
    if (task.status === "bypassed") expect(task.attempts).toBe(0);
    if (task.status === "skipped") expect(task.attempts).toBe(0);
    const needs = (sketch?.after ?? []).flatMap(([id, policy]) => {
      const status = byId.get(id)?.status;
      return status === "bypassed" ? [] : [{ policy, isGood: status === "succeeded" }];
    });
    const isStopped = needs.some((n) => !n.isGood && (n.policy === "skip" || n.policy === "hold"));
    const isThere = needs.some((need) => need.isGood || need.policy === "last_good");
    const canRun = !isStopped && (isThere || needs.length <= 1);
    if (task.status === "skipped") expect(canRun).toBe(false);
    if (task.attempts > 0) expect(canRun).toBe(true);
  }

  /** One event with all that follows from it at once, written down and then done. */
  #turn(event: RunEvent, durable = Number.POSITIVE_INFINITY): void {
    const pending: RunEvent[] = [event];
    const effects: RunCommand[] = [];
    for (let count = 0; count < durable; count += 1) {
      const next = pending.shift();
      if (next === undefined) break;
      const before = this.#state;
      const made = advance(before, next);
      const { state, commands } = made;
      if (this.log.length % 5 === 0) this.#kept.push({ before, event: next, made });
      this.#state = frozen(state);
      this.log.push(next);
      if (next.type === "AttemptStarted") this.#checkStart(next);
      this.#checkPriority(commands);
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
    this.#checkState();
  }

  #do(effect: RunCommand): void {
    if (effect.type === "SetTimer") this.#timers.set(effect.timer, effect.firesAt);
    if (effect.type === "ClearTimer") this.#timers.delete(effect.timer);
    if (effect.type === "StartAttempt") {
      const { tasks, attempt } = effect;
      this.#attempts.set(tasks[0] ?? "", { tasks, attempt, cause: null });
      const slots = new Map<string, number>();
      for (const { tasks: running } of this.#attempts.values()) {
        const pool = this.#scene.poolOf(running);
        slots.set(pool, (slots.get(pool) ?? 0) + 1);
      }
      for (const [pool, count] of slots) {
        expect(count, `attempts of ${pool}`).toBeLessThanOrEqual(this.#scene.slotsOf(pool));
      }
    }
    if (effect.type === "CancelAttempt") {
      const running = this.#attempts.get(effect.tasks[0] ?? "");
      expect(running).toMatchObject({ tasks: effect.tasks, attempt: effect.attempt });
      if (running !== undefined) {
        this.#attempts.set(effect.tasks[0] ?? "", { ...running, cause: effect.cause });
      }
    }
  }

  #checkStart({ tasks, attempt }: { tasks: readonly string[]; attempt: number }): void {
    const described = new Map(describeRun(this.#state).tasks.map((task) => [task.id, task]));
    for (const id of tasks) {
      expect(this.#outcomes.has(id), `${id} had no outcome`).toBe(false);
      expect(this.#started.has(`${id}#${attempt}`), `${id}#${attempt} is new`).toBe(false);
      this.#started.add(`${id}#${attempt}`);
      const running = [...this.#attempts.values()].filter((other) => other.tasks.includes(id));
      expect(running, `${id} does not run already`).toEqual([]);
      for (const [need] of this.#scene.tasks.find((task) => task.id === id)?.after ?? []) {
        const status = described.get(need)?.status ?? "";
        expect(["succeeded", "failed", "skipped", "bypassed"]).toContain(status);
      }
    }
  }

  /** Of one pool, nothing that started now is less urgent than what still has to wait. */
  #checkPriority(commands: readonly RunCommand[]): void {
    const waiting = this.#readyTasks();
    for (const command of commands) {
      if (command.type !== "StartAttempt") continue;
      for (const other of waiting) {
        if (this.#scene.poolOf(command.tasks) !== this.#scene.poolOf(other)) continue;
        expect(this.#scene.priorityOf(command.tasks)).toBeGreaterThanOrEqual(
          this.#scene.priorityOf(other),
        );
      }
    }
  }

  /** The units that wait for a slot, as their tasks' ids. */
  #readyTasks(): readonly (readonly string[])[] {
    return this.#plan.units
      .filter(({ rank, pool }) => holds(this.#state.ready[pool] ?? null, rank))
      .map(({ members }) => members.map((member) => this.#plan.tasks[member]?.id ?? ""));
  }

  #checkState(): void {
    for (const { id, status } of describeRun(this.#state).tasks) {
      const before = this.#outcomes.get(id);
      if (before !== undefined) expect(status, `the outcome of ${id}`).toBe(before);
      const isOpen = ["waiting", "ready", "running", "retrying"].includes(status);
      if (!isOpen) this.#outcomes.set(id, status);
    }
    this.#plan.pools.forEach((pool, number) => {
      const free = this.#state.freeSlots[number] ?? 0;
      expect(free).toBeGreaterThanOrEqual(0);
      expect(free).toBeLessThanOrEqual(pool.slots);
      if (free > 0)
        expect(this.#state.ready[number], "no unit waits beside a free slot").toBe(null);
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

  #fireATimer(dice: number, kind = ""): void {
    const timers = [...this.#timers.keys()].filter((timer) => timer.startsWith(kind));
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
    const { commands, state } = advance(before, event);
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
    const folded = foldRun(this.#plan, jsonOf(this.log));
    expect(folded).toEqual(this.#state);
    this.#state = frozen(folded);
    this.#turn({ type: "RunResumed", at: this.#at });
  }
}

function holds(heap: RunState["ready"][number], rank: number): boolean {
  if (heap === null) return false;
  return heap.smallest === rank || holds(heap.left, rank) || holds(heap.right, rank);
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
