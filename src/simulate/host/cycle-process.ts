import type { Decided } from "../../core/decide/decided.ts";
import { recordRun } from "../../core/run/record-run.ts";
import { budgetOf, type Schedule, scheduleOf } from "../../core/run/schedule.ts";
import type { Signal } from "../../core/signals/signal.ts";
import type { Hash } from "../../core/std/hash.ts";
import { SimulatedFailure } from "../simulated-failure.ts";
import type { SimulationContext } from "../simulation-context.ts";
import { decisionNow, type StoredRun } from "../store/simulated-catalog.ts";
import { Dice } from "../time/dice.ts";
import { checkDecision } from "../watch/data-watch.ts";
import { checkDecidedAgain } from "../watch/replay-watch.ts";
import type { Look, Onlooker, Records } from "./onlooker.ts";
import { SimulatedHost } from "./simulated-host.ts";
import { SimulatedProcess } from "./simulated-process.ts";

/** How a process ended. */
export type ProcessEnd = "done" | "refused" | "failed" | "died";

/** What a process is started with. */
export interface CycleOrder {
  readonly context: SimulationContext;
  readonly onlooker: Onlooker;
  readonly number: number;
  /** Whether an interrupted run goes on, rather than being given up. */
  readonly isResuming: boolean;
  /** Whether who holds the lock is taken for dead. */
  readonly isTakeover: boolean;
  readonly onEnd: (how: ProcessEnd) => void;
}

/**
 * A process that does one cycle: takes the lock, looks, decides, writes down, runs, and notes what
 * the run showed. Each part makes something durable before the next begins.
 */
export class CycleProcess {
  readonly process: SimulatedProcess;
  readonly #order: CycleOrder;
  #epoch = 0;
  #host: SimulatedHost | null = null;
  #hasEnded = false;

  constructor(order: CycleOrder) {
    this.#order = order;
    this.process = new SimulatedProcess(order.context, order.number);
    this.process.expectProgress(() => this.#host?.isUnfinished === true);
  }

  start(): void {
    this.#phase(50, () => this.#open());
  }

  /** Asks the run to end, where one is under way. */
  cancel(): void {
    this.#host?.cancel();
  }

  /** A signal has arrived. */
  receive(signal: Signal): void {
    this.#host?.receive(signal);
  }

  die(why: string): void {
    if (this.process.isDead) return;
    const { context } = this.#order;
    this.#say(`it dies: ${why}`);
    this.process.die();
    context.catalog.close(this.#epoch);
    this.#end("died");
  }

  /** Goes on to the next part of its work, unless it dies on the way or is no longer wanted. */
  #phase(delayMs: number, work: () => void): void {
    this.process.later(delayMs, () => {
      const { faults } = this.#order.context;
      for (const fault of faults.due("phase")) {
        faults.count(fault.kind);
        this.die("it was killed outside of its run");
        return;
      }
      try {
        work();
      } catch (error) {
        if (!(error instanceof SimulatedFailure)) throw error;
        this.#end(error.code === "CATALOG_LOCKED" ? "refused" : "failed");
      }
    });
  }

  #end(how: ProcessEnd): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#say(`it ends: ${how}`);
    if (how !== "refused") this.#order.context.catalog.close(this.#epoch);
    this.#order.onEnd(how);
  }

  #say(note: string): void {
    this.#order.context.trace?.(`p${this.process.number}`, { note });
  }

  #open(): void {
    const { context, isTakeover, isResuming } = this.#order;
    this.#epoch = context.catalog.open(isTakeover);
    this.#say(`it has epoch ${this.#epoch}`);
    context.warehouse.open(this.#epoch);
    const last = context.catalog.runs.at(-1);
    if (last?.status !== "running") {
      this.#phase(100, () => this.#lookAtSome());
      return;
    }
    const wasCancelled = last.events.some(({ type }) => type === "CancelRequested");
    if (isResuming && !wasCancelled) {
      this.#phase(100, () => this.#run(last));
      return;
    }
    const at = Math.max(this.process.now, last.events.at(-1)?.at ?? 0);
    const cause = "Its process ended, and a new run was started instead of resuming it";
    context.catalog.append(
      last,
      [
        { type: "CancelRequested", at, cause },
        { type: "RunFinished", at, status: "cancelled" },
      ],
      this.#epoch,
    );
    this.#phase(100, () => this.#lookAtSome());
  }

  /** Looks at half of the sources first: they are not all seen at one instant. */
  #lookAtSome(): void {
    const { context, onlooker } = this.#order;
    const { records } = context.catalog;
    const sources = onlooker.declared();
    const half = Math.floor(sources.length / 2);
    const at = this.process.now;
    const first = onlooker.look(sources.slice(0, half), records, at);
    this.#phase(4_000, () => {
      const second = onlooker.look(sources.slice(half), records, at);
      this.#decide(at, {
        profiles: new Map([...first.profiles, ...second.profiles]),
        changed: new Map([...first.changed, ...second.changed]),
      });
    });
  }

  #decide(at: number, look: Look): void {
    const { context, onlooker } = this.#order;
    const { catalog } = context;
    const records: Records = new Map([...catalog.records, ...look.changed]);
    const input = onlooker.inputOf(look.profiles, at, { records, signals: catalog.signals });
    const previous = context.lastDecided;
    const decided =
      previous === null
        ? context.parts.decide(input, context.rules)
        : context.parts.decideAgain(previous, input);
    context.lastDecided = decided;
    checkDecision(context, decided);
    checkDecidedAgain(context, decided);
    this.#phase(150, () => this.#create(decided, look));
  }

  /** Writes down what will be run, before anything is. */
  #create(decided: Decided, look: Look): void {
    const { context } = this.#order;
    const { catalog } = context;
    catalog.writeRecords(look.changed, this.#epoch);
    const id = `r${catalog.runs.length + 1}`;
    const resources = this.#scheduleOf(decided);
    const plan = context.parts.planRun(decided.blueprint, resources);
    const first = { decided, plan };
    const stored: StoredRun = {
      id,
      first,
      decisions: new Map([[decided.blueprint.id, first]]),
      resources,
      seed: new Dice(context.seed, id).between(0, 2 ** 31),
      events: [],
      status: "running",
      stateThen: null,
    };
    catalog.createRun(stored, this.#epoch);
    this.#phase(20, () => this.#run(stored));
  }

  /** By what tasks took before, and what the machine has. */
  #scheduleOf({ blueprint, input }: Decided): Schedule {
    const { catalog, warehouse, scope } = this.#order.context;
    const budget = budgetOf(scope.capacity, { memoryBytes: null, threads: null });
    const { profiles } = input.snapshot;
    return scheduleOf(blueprint, input.template.pools, budget, {
      records: catalog.records,
      rowsOf: (subject) =>
        profiles.get(subject)?.profile.volume.rows ??
        warehouse.tables.get(subject)?.head.rows ??
        null,
    });
  }

  #run(stored: StoredRun): void {
    const { context } = this.#order;
    this.#host = new SimulatedHost({
      context,
      process: this.process,
      epoch: this.#epoch,
      stored,
      onlooker: this.#order.onlooker,
      die: (why) => this.die(why),
      onEnd: (how) => {
        if (how === "failed") this.#end("failed");
        else this.#phase(30, () => this.#note(stored));
      },
    });
    this.#host.begin();
  }

  /** What the run showed goes into the next look; what was loaded need not stay staged. */
  #note(stored: StoredRun): void {
    const { context } = this.#order;
    const { catalog, staging } = context;
    const { blueprint } = decisionNow(stored).decided;
    catalog.writeRecords(recordRun(catalog.records, blueprint, stored.events), this.#epoch);
    staging.sweep(unloaded(stored));
    context.tally.cycles += 1;
    this.#end("done");
  }
}

/** Extractions that no load of the run has taken. */
function unloaded({ events }: StoredRun): ReadonlySet<Hash> {
  const extracted = new Map<string, string>();
  const loaded = new Set<string>();
  for (const event of events) {
    if (event.type !== "AttemptSucceeded") continue;
    for (const [task, { detail }] of Object.entries(event.results)) {
      const { extraction } = detail;
      if (typeof extraction === "string") extracted.set(task.replace(/\.extract$/, ""), extraction);
      else loaded.add(task.replace(/\.load$/, ""));
    }
  }
  return new Set([...extracted].filter(([source]) => !loaded.has(source)).map(([, id]) => id));
}
