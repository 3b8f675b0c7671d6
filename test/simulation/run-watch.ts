import { expect } from "vitest";
import { describeRun, type TaskDescription } from "../../src/core/run/describe-run.ts";
import { entryAt } from "../../src/core/run/persistent-vector.ts";
import type { RunCommand, RunEvent } from "../../src/core/run/run-event.ts";
import type { RunState } from "../../src/core/run/run-state.ts";
import { type RunScene, type SceneTask, worthsOf } from "./run-scene.ts";

type EventOf<T extends RunEvent["type"]> = Extract<RunEvent, { readonly type: T }>;

/** After so long in the queue a unit counts as more urgent. */
const agingMs = 600_000;

const finalStatuses = ["succeeded", "failed", "skipped", "bypassed", "cancelled"];

/** Watches a run from outside: what must hold is computed from the scene and the events alone. */
export class RunWatch {
  #scene: RunScene;
  readonly #started = new Set<string>();
  /** Tasks that were started, or that an earlier run had done. */
  readonly #begun = new Set<string>();
  readonly #outcomes = new Map<string, string>();
  /** By signal: subjects that must not begin until it is answered. */
  readonly #held = new Map<string, readonly string[]>();
  /** Resources under the heaviest pressure, at which optional subjects are decided again. */
  readonly #heaviest = new Set<string>();
  readonly #cancelled = new Set<string>();
  /** Circuits that have opened and not cooled down. */
  readonly #open = new Set<string>();

  constructor(scene: RunScene) {
    this.#scene = scene;
  }

  /** Subjects of which something was done. */
  get begunSubjects(): ReadonlySet<string> {
    const done = this.#scene.tasks.filter(({ id }) => {
      const outcome = this.#outcomes.get(id) ?? "";
      return this.#begun.has(id) || ["succeeded", "failed", "cancelled"].includes(outcome);
    });
    return new Set(done.map(({ subject }) => subject));
  }

  /** To be told of each event after it was folded. */
  see(event: RunEvent, before: RunState, state: RunState): void {
    if (event.type === "AttemptStarted") this.#checkStart(event, state);
    if (event.type === "TaskReused") this.#begun.add(event.task);
    if (event.type === "SignalReceived") this.#hold(event, before);
    if (event.type === "TimerFired")
      this.#open.delete(/^circuit\/\d+\/(.*)$/.exec(event.timer)?.[1] ?? "");
    this.#checkOutcomes(state, state.revisions.applied > before.revisions.applied);
  }

  /** To be told of the answer to what was asked. */
  answer(cause: readonly string[], cancel: readonly string[], scene: RunScene): void {
    for (const signal of cause) this.#held.delete(signal);
    for (const subject of cancel) this.#cancelled.add(subject);
    this.#scene = scene;
  }

  #hold({ signal, concerns }: EventOf<"SignalReceived">, before: RunState): void {
    if (signal.type === "pressure") {
      const wasHeaviest = this.#heaviest.has(signal.subject);
      if (signal.data.level === 3) this.#heaviest.add(signal.subject);
      else this.#heaviest.delete(signal.subject);
      if (wasHeaviest === (signal.data.level === 3)) return;
    }
    if (before.phase !== "running") return;
    const begun = this.begunSubjects;
    this.#held.set(
      signal.id,
      concerns.filter((subject) => !begun.has(subject)),
    );
  }

  #task(id: string): SceneTask | undefined {
    return this.#scene.tasks.find((task) => task.id === id);
  }

  #checkStart({ tasks, attempt }: EventOf<"AttemptStarted">, state: RunState): void {
    const described = new Map(describeRun(state).tasks.map((task) => [task.id, task]));
    const held = new Set([...this.#held.values()].flat());
    for (const id of tasks) {
      const task = this.#task(id);
      expect(this.#outcomes.has(id), `${id} had no outcome`).toBe(false);
      expect(this.#started.has(`${id}#${attempt}`), `${id}#${attempt} is new`).toBe(false);
      expect(task?.isBypassed, `${id} is to run`).toBe(false);
      expect(held.has(task?.subject ?? ""), `${task?.subject} is held`).toBe(false);
      expect(this.#cancelled.has(task?.subject ?? ""), "a cancelled subject is over").toBe(false);
      this.#started.add(`${id}#${attempt}`);
      if (this.#begun.has(id)) continue;
      this.#begun.add(id);
      for (const [need] of task?.after ?? []) {
        // What was decided not to run is judged, also while what it was doing ends.
        if (this.#task(need)?.isBypassed === true) continue;
        expect(finalStatuses, need).toContain(described.get(need)?.status ?? "");
      }
      expect(this.#canRun(task, described), `${id} can run`).toBe(true);
    }
  }

  /** Whether a task runs, by what came of all before it. */
  #canRun(task: SceneTask | undefined, byId: ReadonlyMap<string, TaskDescription>): boolean {
    const needs = (task?.after ?? []).flatMap(([id, policy]) => {
      if (this.#task(id)?.isBypassed === true) return [];
      return [{ policy, isGood: byId.get(id)?.status === "succeeded" }];
    });
    const isStopped = needs.some((n) => !n.isGood && (n.policy === "skip" || n.policy === "hold"));
    const isThere = needs.some((need) => need.isGood || need.policy === "last_good");
    return !isStopped && (isThere || needs.length <= 1);
  }

  #checkOutcomes(state: RunState, isRevised: boolean): void {
    for (const { id, status } of describeRun(state).tasks) {
      const before = this.#outcomes.get(id);
      const mayReopen = isRevised && (before === "bypassed" || before === "skipped");
      if (before !== undefined && !mayReopen) expect(status, `the outcome of ${id}`).toBe(before);
      if (finalStatuses.includes(status)) this.#outcomes.set(id, status);
      else this.#outcomes.delete(id);
    }
  }

  /** Of one pool, nothing that starts now is less urgent than what still has to wait. */
  checkCommands(commands: readonly RunCommand[], state: RunState, at: number): void {
    const worths = worthsOf(this.#scene);
    const waiting = readyUnits(state);
    for (const command of commands) {
      if (command.type === "SetTimer" && command.timer.startsWith("circuit/")) {
        this.#open.add(/^circuit\/\d+\/(.*)$/.exec(command.timer)?.[1] ?? "");
      }
      if (command.type !== "StartAttempt") continue;
      const first = this.#task(command.tasks[0] ?? "");
      const circuits = new Set(command.tasks.map((id) => this.#task(id)?.circuit?.name ?? ""));
      if (circuits.size === 1) {
        for (const circuit of circuits) expect(this.#open.has(circuit), circuit).toBe(false);
      }
      const worth = worths.get(first?.id ?? "");
      for (const { ids, readyAt } of waiting) {
        const other = worths.get(ids[0] ?? "");
        // Smaller ones may go while one waits for memory, and waiting makes up for priority.
        if (this.#task(ids[0] ?? "")?.pool !== first?.pool) continue;
        if (this.#scene.memory !== null || at - readyAt >= agingMs) continue;
        expect(Number(worth?.isTierZero)).toBeGreaterThanOrEqual(Number(other?.isTierZero));
        if (worth?.isTierZero !== other?.isTierZero || at >= agingMs) continue;
        expect(worth?.priority).toBeGreaterThanOrEqual(other?.priority ?? 0);
      }
    }
  }

  /** What runs at once needs no more than there is. */
  checkUse(attempts: Iterable<readonly string[]>): void {
    const used = new Map<string, number>();
    let memory = 0;
    for (const ids of attempts) {
      const pool = this.#task(ids[0] ?? "")?.pool ?? "";
      used.set(pool, (used.get(pool) ?? 0) + 1);
      memory += Math.min(
        this.#scene.memory ?? 0,
        Math.max(...ids.map((id) => this.#task(id)?.memory ?? 0)),
      );
    }
    for (const [pool, count] of used) {
      expect(count, `attempts of ${pool}`).toBeLessThanOrEqual(this.#scene.pools[pool] ?? 1);
    }
    expect(memory, "memory in use").toBeLessThanOrEqual(this.#scene.memory ?? 0);
  }

  /** Slots are counted right, and none is free beside a unit that may have it. */
  checkSlots(state: RunState): void {
    state.plan.pools.forEach((pool, number) => {
      const free = pool.slots - (state.busy[number] ?? 0);
      expect(free).toBeGreaterThanOrEqual(0);
      expect(free).toBeLessThanOrEqual(pool.slots);
      const isLimited = this.#scene.memory !== null || state.pressure.size > 0;
      if (state.phase !== "running") return;
      if (free > 0 && !isLimited) expect(state.ready[number], "nothing waits").toBe(null);
    });
  }

  /** What must hold when a run has ended. */
  checkTheEnd(state: RunState, wasCancelled: boolean): void {
    const { tasks, status } = describeRun(state);
    const byId = new Map(tasks.map((task) => [task.id, task]));
    for (const task of tasks) this.#checkEnded(task, byId);
    const isUnsuccessful = tasks.some((t) => t.status === "failed" || t.status === "skipped");
    if (!wasCancelled) expect(status).toBe(isUnsuccessful ? "failed" : "succeeded");
    for (const task of tasks) {
      if (task.status !== "cancelled" || wasCancelled) continue;
      expect([...this.#cancelled]).toContain(this.#task(task.id)?.subject);
    }
  }

  #checkEnded(task: TaskDescription, byId: ReadonlyMap<string, TaskDescription>): void {
    const sketch = this.#task(task.id);
    expect(finalStatuses).toContain(task.status);
    if (!this.#cancelled.has(sketch?.subject ?? "")) {
      expect(task.status === "bypassed", task.id).toBe(sketch?.isBypassed === true);
    }
    if (task.status === "bypassed" || task.status === "skipped") expect(task.attempts).toBe(0);
    if (task.status === "skipped") expect(this.#canRun(sketch, byId), task.id).toBe(false);
  }
}

/** The units that wait for a slot, as their tasks' ids. */
function readyUnits(state: RunState): readonly { ids: readonly string[]; readyAt: number }[] {
  return state.plan.units.flatMap(({ rank, pool }, unit) => {
    const { phase, members, readyAt } = entryAt(state.units, unit);
    if (phase !== "ready" || !holds(state.ready[pool] ?? null, rank)) return [];
    return [{ ids: members.map((member) => state.plan.tasks[member]?.id ?? ""), readyAt }];
  });
}

function holds(heap: RunState["ready"][number], rank: number): boolean {
  if (heap === null) return false;
  return heap.smallest === rank || holds(heap.left, rank) || holds(heap.right, rank);
}
