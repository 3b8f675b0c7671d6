import type { Signal } from "../../core/signals/signal.ts";
import { scheduleCycleFault } from "../faults/strike-cycle.ts";
import { CycleProcess, type ProcessEnd } from "../host/cycle-process.ts";
import { Onlooker } from "../host/onlooker.ts";
import type { SimulationContext } from "../simulation-context.ts";
import { Dice } from "../time/dice.ts";
import { checkAtRest } from "../watch/data-watch.ts";
import { Violation } from "../watch/violation.ts";
import { drawAllClear } from "../world/draw-signal.ts";

const hourMs = 3_600_000;

/** So many processes may die on one cycle, and it may take so long, before that is a bug. */
const startsMax = 60;
const cycleMsMax = 48 * hourMs;
/** So many quiet cycles must be enough to make everything right. */
const quietCyclesMax = 5;

/**
 * Whoever starts the processes: one for each cycle, and another when one has died. First come the
 * cycles in which things happen, then quiet ones, until there is nothing left to do.
 */
export class Operator {
  readonly #context: SimulationContext;
  readonly #onlooker: Onlooker;
  readonly #cycles: number;
  #current: CycleProcess | null = null;
  #starts = 0;
  #startsInCycle = 0;
  #begunAt = 0;
  #isResuming = true;
  #isDone = false;
  #tasksBefore = 0;

  constructor(context: SimulationContext, cycles: number) {
    this.#context = context;
    this.#onlooker = new Onlooker(context);
    this.#cycles = cycles;
  }

  /** @throws Violation */
  run(): void {
    const { queue } = this.#context;
    this.#beginCycle();
    while (!this.#isDone) {
      if (!queue.step()) throw new Violation("liveness", "nothing happens any more");
    }
  }

  /** The process of this number is taken for dead: if it is the one at work, another takes over. */
  takeOver(number: number): void {
    if (this.#current?.process.number !== number) return;
    this.#startsInCycle += 1;
    this.#context.queue.after(2_000, () => {
      if (this.#current?.process.number === number) this.#start({ isTakeover: true });
    });
  }

  #beginCycle(): void {
    const context = this.#context;
    const { cycle, faults, queue } = context;
    context.trace?.("world", { note: `cycle ${cycle}` });
    faults.beginCycle(cycle);
    this.#startsInCycle = 0;
    this.#begunAt = queue.now;
    this.#isResuming = true;
    this.#tasksBefore = context.tally.tasks;
    if (cycle < this.#cycles) this.#scheduleChanges();
    else if (cycle === this.#cycles) this.#heal();
    for (const fault of faults.ofCycle()) {
      scheduleCycleFault(context, fault, {
        startAnother: () => this.#startSecond(),
        takeOver: () => this.takeOver(this.#current?.process.number ?? 0),
        resumeNoMore: () => {
          this.#isResuming = false;
        },
        cancelRun: () => this.#current?.cancel(),
        send: (signal) => this.#send(signal),
      });
    }
    this.#start({ isTakeover: false });
  }

  /** All faults are over, and nothing holds that somebody said. */
  #heal(): void {
    const { world, queue, catalog } = this.#context;
    world.heal(queue.now);
    this.#context.clockOffsetMs = 0;
    for (const signal of drawAllClear(world, catalog.signals, queue.now)) this.#deliver(signal);
  }

  /** A signal is on its way. */
  #send(signal: Signal): void {
    const { faults, queue } = this.#context;
    for (const fault of faults.due("signal")) {
      faults.count(fault.kind);
      if (fault.kind === "doubled-signal") {
        queue.after(fault.size * 20_000, () => this.#deliver(signal));
      } else if (fault.kind === "late-signal") {
        queue.after(fault.size * hourMs * 0.5, () => this.#deliver(signal));
        return;
      } else return;
    }
    this.#deliver(signal);
  }

  /** It is durable, and whoever is at work hears of it. */
  #deliver(signal: Signal): void {
    this.#context.catalog.signals.push(signal);
    this.#current?.receive(signal);
  }

  /** Most sources change before a cycle, some of them while it runs. */
  #scheduleChanges(): void {
    const { seed, cycle, world, queue } = this.#context;
    for (const source of world.sources.values()) {
      const dice = new Dice(seed, "change", cycle, source.spec.name);
      if (!dice.chance(cycle === 0 ? 0.1 : 0.85)) continue;
      const atMs = dice.chance(0.6) ? 0 : dice.next() * 120_000;
      queue.after(atMs, () => world.change(source, dice, queue.now));
    }
  }

  #start({ isTakeover }: { readonly isTakeover: boolean }): void {
    const { queue, cycle } = this.#context;
    this.#starts += 1;
    this.#startsInCycle += 1;
    if (this.#startsInCycle > startsMax || queue.now - this.#begunAt > cycleMsMax) {
      throw new Violation("liveness", `cycle ${cycle} does not come to an end`);
    }
    const process: CycleProcess = this.#processOf(isTakeover, (how) => {
      if (process === this.#current) this.#afterProcess(how);
    });
    this.#current = process;
    process.start();
  }

  /** One that should not be: it finds the lock taken, or works alone if it does not. */
  #startSecond(): void {
    this.#starts += 1;
    this.#processOf(false, () => undefined).start();
  }

  #processOf(isTakeover: boolean, onEnd: (how: ProcessEnd) => void): CycleProcess {
    const context = this.#context;
    return new CycleProcess({
      context,
      onlooker: this.#onlooker,
      number: this.#starts,
      isResuming: this.#isResuming,
      isTakeover,
      onEnd,
    });
  }

  #afterProcess(how: ProcessEnd): void {
    const { queue, seed } = this.#context;
    this.#current = null;
    if (how === "done") {
      this.#endCycle();
      return;
    }
    // Somebody else is at work: that is no process lost.
    if (how === "refused") this.#startsInCycle -= 1;
    const dice = new Dice(seed, "restart", this.#starts);
    queue.after(dice.between(1_000, 90_000), () => this.#start({ isTakeover: false }));
  }

  #endCycle(): void {
    const context = this.#context;
    const { cycle, queue, tally } = context;
    const isQuiet = cycle > this.#cycles;
    if (isQuiet && tally.tasks === this.#tasksBefore) {
      checkAtRest(context);
      this.#isDone = true;
      return;
    }
    if (cycle >= this.#cycles + quietCyclesMax) {
      throw new Violation("convergence", `cycle ${cycle} still has something to do`);
    }
    context.cycle += 1;
    // What the last fault of all began is over by then.
    const restMs = context.cycle === this.#cycles ? hourMs : hourMs / 4;
    queue.after(restMs, () => this.#beginCycle());
  }
}
