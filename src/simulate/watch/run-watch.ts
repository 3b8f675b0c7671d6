import type { BypassPolicy } from "../../core/project/project.ts";
import { entryAt, visitChanges } from "../../core/run/persistent-vector.ts";
import type { RunEvent } from "../../core/run/run-event.ts";
import type { RunState, TaskState, UnitState } from "../../core/run/run-state.ts";
import type { Advance } from "../../core/run/run-step.ts";
import { canonicalJson } from "../../core/std/canonical-json.ts";
import type { StoredRun } from "../store/simulated-catalog.ts";
import { Violation } from "./violation.ts";

/** A task as the blueprint has it, whatever the plan made of it. */
interface WatchedTask {
  readonly number: number;
  readonly isBypassed: boolean;
  readonly pool: string;
  readonly tier: number;
  readonly after: readonly { readonly number: number; readonly onBypass: BypassPolicy }[];
}

/**
 * Looks at a run from outside, after every event: what must hold is worked out from the blueprint and
 * the events, not from the plan. Only what an event changed is looked at.
 */
export class RunWatch {
  readonly #stored: StoredRun;
  readonly #tasks = new Map<string, WatchedTask>();
  readonly #slots: Readonly<Record<string, number>>;
  /** By task: the attempt under way. */
  readonly #running = new Map<string, number>();
  readonly #runningIn = new Map<string, number>();
  /** By pool: units of tier 0 that are ready. */
  readonly #readyTier0 = new Map<string, number>();
  readonly #tierOfUnit: readonly number[];
  readonly #poolOfUnit: readonly string[];

  constructor(stored: StoredRun) {
    const { decided, plan } = stored;
    this.#stored = stored;
    this.#slots = decided.input.template.pools;
    for (const { tasks, tier } of decided.blueprint.segments.values()) {
      for (const task of tasks) {
        this.#tasks.set(task.id, {
          number: plan.numberOf.get(task.id) ?? -1,
          isBypassed: task.state === "bypassed",
          pool: task.safeguards.pool,
          tier,
          after: task.after.map(({ task: id, onBypass }) => ({
            number: plan.numberOf.get(id) ?? -1,
            onBypass,
          })),
        });
      }
    }
    const first = plan.units.map(({ members }) =>
      members.map((member) => this.#tasks.get(plan.tasks[member]?.id ?? "")),
    );
    this.#tierOfUnit = first.map((tasks) => Math.min(...tasks.map((task) => task?.tier ?? 9)));
    this.#poolOfUnit = first.map(([task]) => task?.pool ?? "");
  }

  /** The state in which the watch begins. */
  begin(state: RunState): void {
    for (const unit of this.#stored.plan.units.keys()) {
      this.#countReady(unit, entryAt(state.units, unit));
    }
  }

  /** One event, and what the machine made of it. */
  after(before: RunState, event: RunEvent, { state, commands }: Advance): void {
    visitChanges(before.tasks, state.tasks, (task, old, young) =>
      this.#checkTask(task, old, young),
    );
    visitChanges(before.units, state.units, (unit, old, young) => {
      if (old.phase === "ready") this.#addReady(unit, -1);
      this.#countReady(unit, young);
    });
    if (before.phase === "finished" && state.phase !== "finished") {
      throw new Violation("final", `run ${this.#stored.id} goes on after its end`);
    }
    if (event.type === "AttemptStarted") this.#checkStart(event, state);
    else if (event.type === "RunResumed" || event.type === "RunFinished") this.#forgetAttempts();
    else if (
      event.type === "AttemptSucceeded" ||
      event.type === "AttemptFailed" ||
      event.type === "AttemptLost"
    ) {
      this.#endAttempt(event);
    }
    for (const command of commands) {
      if (command.type === "StartAttempt") this.#checkOrder(command.tasks);
    }
  }

  /** The run has ended. */
  end(state: RunState): void {
    for (const [id, task] of this.#tasks) {
      if (entryAt(state.tasks, task.number).outcome === null) {
        throw new Violation("liveness", `${id} has no final state at the end of its run`);
      }
    }
    if (this.#running.size > 0 && state.status !== "cancelled") {
      throw new Violation("liveness", "the run ended with attempts under way");
    }
  }

  /** Two states that must be one. */
  static compare(live: RunState, replayed: RunState): void {
    const { plan: _live, tasks: _tasks, units: _units, ready: _ready, ...rest } = live;
    const { plan: _replayed, tasks, units, ready: _order, ...replayedRest } = replayed;
    const isSame =
      canonicalJson(rest) === canonicalJson(replayedRest) &&
      everyEntry(live.tasks.length, (index) =>
        isEqual(entryAt(live.tasks, index), entryAt(tasks, index)),
      ) &&
      everyEntry(live.units.length, (index) =>
        isEqual(entryAt(live.units, index), entryAt(units, index)),
      );
    if (!isSame) throw new Violation("replay", "the log does not give the state that was there");
  }

  #checkTask(number: number, old: TaskState, young: TaskState): void {
    const id = this.#stored.plan.tasks[number]?.id ?? "";
    if (old.outcome !== null && young.outcome !== old.outcome) {
      const [was, is] = [old.outcome.status, young.outcome?.status ?? "open"];
      throw new Violation("final", `${id} was ${was} and is ${is}`);
    }
    if (young.attempts < old.attempts) {
      throw new Violation("final", `${id} forgets an attempt`);
    }
  }

  #countReady(unit: number, { phase }: UnitState): void {
    if (phase === "ready") this.#addReady(unit, 1);
  }

  #addReady(unit: number, by: number): void {
    if (this.#tierOfUnit[unit] !== 0) return;
    const pool = this.#poolOfUnit[unit] ?? "";
    this.#readyTier0.set(pool, (this.#readyTier0.get(pool) ?? 0) + by);
  }

  #checkStart(
    event: Extract<RunEvent, { readonly type: "AttemptStarted" }>,
    state: RunState,
  ): void {
    const pool = this.#tasks.get(event.tasks[0] ?? "")?.pool ?? "";
    for (const id of event.tasks) {
      const task = this.#tasks.get(id);
      if (task === undefined) throw new Violation("bypass", `${id} is in no blueprint`);
      if (task.isBypassed) throw new Violation("bypass", `${id} is bypassed and runs`);
      if (this.#running.has(id)) throw new Violation("once-at-a-time", `${id} runs twice`);
      this.#running.set(id, event.attempt);
      this.#checkInputs(id, task, state);
    }
    const running = (this.#runningIn.get(pool) ?? 0) + 1;
    this.#runningIn.set(pool, running);
    const slots = this.#slots[pool] ?? 1;
    if (running > slots) {
      throw new Violation("pools", `${running} attempts of ${pool}, which has ${slots} slots`);
    }
  }

  /** Each input is final, and there where it has to be. */
  #checkInputs(id: string, { after }: WatchedTask, state: RunState): void {
    for (const { number, onBypass } of after) {
      const { outcome } = entryAt(state.tasks, number);
      const upstream = this.#stored.plan.tasks[number]?.id ?? "";
      if (outcome === null) throw new Violation("inputs-first", `${id} starts before ${upstream}`);
      const isThere = outcome.status === "succeeded" || outcome.status === "bypassed";
      if (!isThere && (onBypass === "skip" || onBypass === "hold")) {
        throw new Violation("inputs-first", `${id} starts although ${upstream} ${outcome.status}`);
      }
    }
  }

  #endAttempt({
    tasks,
    attempt,
  }: {
    readonly tasks: readonly string[];
    readonly attempt: number;
  }): void {
    let hasEnded = false;
    for (const id of tasks) {
      if (this.#running.get(id) !== attempt) continue;
      this.#running.delete(id);
      hasEnded = true;
    }
    if (!hasEnded) return;
    const pool = this.#tasks.get(tasks[0] ?? "")?.pool ?? "";
    this.#runningIn.set(pool, (this.#runningIn.get(pool) ?? 0) - 1);
  }

  #forgetAttempts(): void {
    this.#running.clear();
    this.#runningIn.clear();
  }

  /** While one of tier 0 waits for a slot, nothing below it gets one. A batch is of its highest tier. */
  #checkOrder(ids: readonly string[]): void {
    const first = this.#tasks.get(ids[0] ?? "");
    if (first === undefined || (this.#readyTier0.get(first.pool) ?? 0) === 0) return;
    const unit = this.#stored.plan.tasks[first.number]?.unit ?? first.number;
    const tier = ids.length > 1 ? this.#tierOfUnit[unit] : first.tier;
    if (tier === 0) return;
    throw new Violation("tier-0-first", `${ids[0]} (tier ${tier}) starts before tier 0`);
  }
}

function everyEntry(length: number, holds: (index: number) => boolean): boolean {
  for (let index = 0; index < length; index += 1) if (!holds(index)) return false;
  return true;
}

/** Whether two plain values are the same, without writing them out. */
function isEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object") return false;
  if (left === null || right === null) return false;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => isEqual(Reflect.get(left, key), Reflect.get(right, key)));
}
