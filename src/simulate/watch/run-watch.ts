import type { Blueprint } from "../../core/decide/blueprint.ts";
import { concernOf } from "../../core/decide/concern-of.ts";
import type { Decided } from "../../core/decide/decided.ts";
import type { BypassPolicy } from "../../core/project/project.ts";
import { entryAt, visitChanges } from "../../core/run/persistent-vector.ts";
import type { RunEvent } from "../../core/run/run-event.ts";
import type { RunState, TaskState, UnitState } from "../../core/run/run-state.ts";
import type { Advance } from "../../core/run/run-step.ts";
import type { Signal } from "../../core/signals/signal.ts";
import {
  decisionNow,
  decisionOf,
  type PlannedDecision,
  type StoredRun,
} from "../store/simulated-catalog.ts";
import { Violation } from "./violation.ts";

/** A task as the blueprint has it, whatever the plan made of it. */
interface WatchedTask {
  readonly number: number;
  readonly isBypassed: boolean;
  readonly pool: string;
  /** The smallest of its own and of all that waits for it: what tier 0 needs is as urgent as tier 0. */
  readonly tier: number;
  readonly after: readonly { readonly number: number; readonly onBypass: BypassPolicy }[];
}

type EventOf<T extends RunEvent["type"]> = Extract<RunEvent, { readonly type: T }>;

/**
 * Looks at a run from outside, after every event: what must hold is worked out from the blueprint and
 * the events, not from the plan. Only what an event changed is looked at.
 */
export class RunWatch {
  readonly #stored: StoredRun;
  readonly #slots: Readonly<Record<string, number>>;
  /** By task: the attempt under way. */
  readonly #running = new Map<string, number>();
  readonly #runningIn = new Map<string, number>();
  /** By first task of what runs: the memory that it is thought to need. */
  readonly #memory = new Map<string, number>();
  /** Subjects of which an attempt was started. */
  readonly #begun = new Set<string>();
  /** By id. */
  readonly #signals = new Map<string, Signal>();
  /** Subjects that are being decided again and have not begun. */
  readonly #held = new Set<string>();
  /** By pool: units of tier 0 that are ready. */
  readonly #readyTier0 = new Map<string, Set<number>>();
  #now: PlannedDecision;
  #tasks: ReadonlyMap<string, WatchedTask> = new Map();
  #tierOfUnit: readonly number[] = [];
  #poolOfUnit: readonly string[] = [];

  constructor(stored: StoredRun) {
    this.#stored = stored;
    this.#now = decisionNow(stored);
    this.#slots = this.#now.decided.input.template.pools;
  }

  /** The state in which the watch begins. */
  begin(state: RunState): void {
    for (const event of this.#stored.events) this.#note(event);
    this.#index(state);
  }

  /** One event, and what the machine made of it. */
  after(before: RunState, event: RunEvent, { state, commands }: Advance): void {
    this.#note(event);
    if (state.plan !== before.plan) {
      if (event.type !== "RevisionDecided") throw new Violation("revision", "nobody asked for it");
      this.#checkRevision(event, before, state);
    } else {
      visitChanges(before.tasks, state.tasks, (task, old, young) => {
        this.#checkTask(task, old, young);
      });
      visitChanges(before.units, state.units, (unit, _, young) => this.#countReady(unit, young));
    }
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
      if (command.type === "StartAttempt") this.#checkOrder(command.tasks, state);
      if (command.type === "AskRevision") this.#hold(command.signals);
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

  #note(event: RunEvent): void {
    if (event.type === "SignalReceived") this.#signals.set(event.signal.id, event.signal);
    if (event.type === "AttemptStarted") {
      for (const id of event.tasks) this.#begun.add(id.slice(0, id.lastIndexOf(".")));
    }
    if (event.type === "RevisionDecided" || event.type === "RevisionFailed") this.#held.clear();
  }

  /** What signals concern waits for the revision that they asked for. */
  #hold(ids: readonly string[]): void {
    const signals = ids.flatMap((id) => this.#signals.get(id) ?? []);
    for (const subject of concernOf(this.#now.decided.input.scope, signals)) {
      if (!this.#begun.has(subject)) this.#held.add(subject);
    }
  }

  #index(state: RunState): void {
    const { decided, plan } = this.#now;
    this.#tasks = watchedTasks(decided, plan);
    const byUnit = plan.units.map(({ members }) =>
      members.map((member) => this.#tasks.get(plan.tasks[member]?.id ?? "")),
    );
    this.#tierOfUnit = byUnit.map((tasks) => Math.min(...tasks.map((task) => task?.tier ?? 9)));
    this.#poolOfUnit = byUnit.map(([task]) => task?.pool ?? "");
    this.#readyTier0.clear();
    for (const unit of plan.units.keys()) this.#countReady(unit, entryAt(state.units, unit));
  }

  /** What has begun stays as it was, and so does what the signals do not concern. */
  #checkRevision(event: EventOf<"RevisionDecided">, before: RunState, state: RunState): void {
    const old = this.#now.decided;
    const revised = decisionOf(this.#stored, state.plan.blueprint);
    const { segments } = revised.decided.blueprint;
    const signals = event.cause.flatMap((id) => this.#signals.get(id) ?? []);
    const concerned = new Set([
      ...concernOf(old.input.scope, signals),
      ...concernOf(revised.decided.input.scope, signals),
    ]);
    const cancelled = new Set(event.cancel);
    for (const [subject, segment] of old.blueprint.segments) {
      if (segments.get(subject)?.id === segment.id) continue;
      if (!concerned.has(subject)) {
        throw new Violation("revision", `${subject} changes, which no signal concerns`);
      }
      if (this.#begun.has(subject) && !cancelled.has(subject)) {
        throw new Violation("revision", `${subject} has begun and changes`);
      }
    }
    for (const [number, { id }] of before.plan.tasks.entries()) {
      const { outcome } = entryAt(before.tasks, number);
      if (outcome === null || outcome.status === "bypassed" || outcome.status === "skipped")
        continue;
      const now = state.plan.numberOf.get(id);
      const after = now === undefined ? null : entryAt(state.tasks, now).outcome;
      if (after?.status !== outcome.status) {
        throw new Violation("final", `${id} was ${outcome.status} before a revision`);
      }
    }
    this.#now = revised;
    this.#index(state);
  }

  #checkTask(number: number, old: TaskState, young: TaskState): void {
    const id = this.#now.plan.tasks[number]?.id ?? "";
    if (old.outcome !== null && young.outcome !== old.outcome) {
      const [was, is] = [old.outcome.status, young.outcome?.status ?? "open"];
      throw new Violation("final", `${id} was ${was} and is ${is}`);
    }
    if (young.attempts < old.attempts) throw new Violation("final", `${id} forgets an attempt`);
  }

  #countReady(unit: number, { phase }: UnitState): void {
    if (this.#tierOfUnit[unit] !== 0) return;
    const pool = this.#poolOfUnit[unit] ?? "";
    const ready = this.#readyTier0.get(pool) ?? new Set<number>();
    this.#readyTier0.set(pool, ready);
    if (phase === "ready") ready.add(unit);
    else ready.delete(unit);
  }

  #checkStart(event: EventOf<"AttemptStarted">, state: RunState): void {
    const pool = this.#tasks.get(event.tasks[0] ?? "")?.pool ?? "";
    for (const id of event.tasks) {
      const task = this.#tasks.get(id);
      if (task === undefined) throw new Violation("bypass", `${id} is in no blueprint`);
      if (this.#held.has(id.slice(0, id.lastIndexOf(".")))) {
        throw new Violation("revision", `${id} starts while it is decided again`);
      }
      if (task.isBypassed) throw new Violation("bypass", `${id} is bypassed and runs`);
      if (this.#running.has(id)) throw new Violation("once-at-a-time", `${id} runs twice`);
      this.#running.set(id, event.attempt);
      this.#checkInputs(id, task, state);
    }
    const running = (this.#runningIn.get(pool) ?? 0) + 1;
    this.#runningIn.set(pool, running);
    this.#checkMemory(event.tasks);
    const slots = this.#slots[pool] ?? 1;
    if (running > slots) {
      throw new Violation("pools", `${running} attempts of ${pool}, which has ${slots} slots`);
    }
  }

  /** All that runs fits into the memory, save for one that needs more and runs alone. */
  #checkMemory(tasks: readonly string[]): void {
    const { demands, memoryBytes } = this.#stored.resources;
    const needed = tasks.map((id) => demands.get(id)?.memoryBytes ?? 0);
    this.#memory.set(tasks[0] ?? "", Math.max(...needed));
    if (memoryBytes === null || this.#memory.size === 1) return;
    const sum = [...this.#memory.values()].reduce((all, one) => all + one, 0);
    if (sum > memoryBytes) throw new Violation("pools", `${sum} of ${memoryBytes} bytes are taken`);
  }

  /** Each input is final, and there where it has to be. */
  #checkInputs(id: string, { after }: WatchedTask, state: RunState): void {
    for (const { number, onBypass } of after) {
      const { outcome } = entryAt(state.tasks, number);
      const upstream = this.#now.plan.tasks[number]?.id ?? "";
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
    const ended = tasks.filter((id) => this.#running.get(id) === attempt);
    if (ended.length === 0) return;
    for (const id of ended) this.#running.delete(id);
    this.#memory.delete(tasks[0] ?? "");
    const pool = this.#tasks.get(tasks[0] ?? "")?.pool ?? "";
    this.#runningIn.set(pool, (this.#runningIn.get(pool) ?? 0) - 1);
  }

  #forgetAttempts(): void {
    this.#running.clear();
    this.#memory.clear();
    this.#runningIn.clear();
  }

  /** While one of tier 0 waits for a slot, nothing below it gets one. A batch is of its highest tier. */
  #checkOrder(ids: readonly string[], state: RunState): void {
    const first = this.#tasks.get(ids[0] ?? "");
    const waiting = first === undefined ? undefined : this.#readyTier0.get(first.pool);
    if (first === undefined || waiting === undefined || waiting.size === 0) return;
    const unit = state.plan.tasks[first.number]?.unit ?? first.number;
    const tier = ids.length > 1 ? this.#tierOfUnit[unit] : first.tier;
    if (tier === 0 || [...waiting].every((other) => isKept(state, other))) return;
    throw new Violation("tier-0-first", `${ids[0]} (tier ${tier}) starts before tier 0`);
  }
}

/** Whether a unit waits for a revision or a circuit, which keep tier 0 too. */
function isKept({ parked }: RunState, unit: number): boolean {
  for (const [obstacle, units] of parked) {
    if (obstacle === "pressure") continue;
    for (let one = units; one !== null; one = one.next) if (one.unit === unit) return true;
  }
  return false;
}

function watchedTasks(
  { blueprint }: Decided,
  { numberOf }: PlannedDecision["plan"],
): ReadonlyMap<string, WatchedTask> {
  const urgent = urgentTiers(blueprint);
  const watched = new Map<string, WatchedTask>();
  for (const { tasks } of blueprint.segments.values()) {
    for (const { id, state, safeguards, after } of tasks) {
      watched.set(id, {
        number: numberOf.get(id) ?? -1,
        isBypassed: state === "bypassed",
        pool: safeguards.pool,
        tier: urgent.get(id) ?? 9,
        after: after.map(({ task, onBypass }) => ({ number: numberOf.get(task) ?? -1, onBypass })),
      });
    }
  }
  return watched;
}

/** By active task: the smallest tier of all that waits for it, itself and its batch included. */
function urgentTiers({ segments, batches }: Blueprint): ReadonlyMap<string, number> {
  const needs = new Map<string, readonly string[]>();
  const open: (readonly [id: string, tier: number])[] = [];
  for (const { tasks, tier } of segments.values()) {
    for (const task of tasks) {
      if (task.state === "bypassed") continue;
      needs.set(
        task.id,
        task.after.map((edge) => edge.task),
      );
      open.push([task.id, tier]);
    }
  }
  const mates = new Map(batches.flatMap(({ tasks }) => tasks.map((id) => [id, tasks] as const)));
  const urgent = new Map<string, number>();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [id, tier] = next;
    if (!needs.has(id) || tier >= (urgent.get(id) ?? 10)) continue;
    urgent.set(id, tier);
    for (const need of needs.get(id) ?? []) open.push([need, tier]);
    for (const mate of mates.get(id) ?? []) open.push([mate, tier]);
  }
  return urgent;
}
