import type { Scenario } from "../../core/scenarios/scenario.ts";
import { scheduleCycleFault } from "../faults/strike-cycle.ts";
import { CycleProcess, type ProcessEnd } from "../host/cycle-process.ts";
import { Onlooker } from "../host/onlooker.ts";
import type { SimulationContext } from "../simulation-context.ts";
import { Dice } from "../time/dice.ts";
import { Violation } from "../watch/violation.ts";

/** How long after something is new the next look at the sources is. */
const watchMs = 60_000;
/** So many processes may die on one cycle before that is a bug. */
const startsMax = 200;

/** What the operator of a scenario tells. */
export interface OperatorListener {
  /** A cycle of the timetable begins; counting from 0. */
  readonly begins: (cycle: number) => void;
  /** A process has ended its cycle. */
  readonly ended: () => void;
}

/**
 * Starts cycles as `serve` does: by the timetable and, where sources are watched, when one has
 * something new. One at a time: what comes meanwhile is for the next.
 */
export class ScenarioOperator {
  readonly #context: SimulationContext;
  readonly #scenario: Scenario;
  readonly #isWatching: boolean;
  readonly #listener: OperatorListener;
  readonly #onlooker: Onlooker;
  #current: CycleProcess | null = null;
  #isWanted = false;
  #isOver = false;
  #isResuming = true;
  #starts = 0;
  #startsInCycle = 0;

  constructor(
    context: SimulationContext,
    scenario: Scenario,
    { isWatching, listener }: { readonly isWatching: boolean; readonly listener: OperatorListener },
  ) {
    this.#context = context;
    this.#scenario = scenario;
    this.#isWatching = isWatching;
    this.#listener = listener;
    this.#onlooker = new Onlooker(context);
  }

  /** @throws Violation */
  run(): void {
    const { queue } = this.#context;
    const { cycles, everyMs } = this.#scenario;
    const start = queue.now;
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      queue.after(cycle * everyMs, () => this.#beginCycle(cycle));
    }
    queue.after(cycles * everyMs, () => {
      this.#isOver = true;
    });
    while (!this.#isOver || this.#current !== null) {
      if (!queue.step()) throw new Violation("liveness", "nothing happens any more");
      if (queue.now - start > (cycles + 100) * everyMs) {
        throw new Violation("liveness", "the last cycle does not come to an end");
      }
    }
  }

  /** A source looks other than before. */
  news(): void {
    if (this.#isWatching && !this.#isOver) this.#context.queue.after(watchMs, () => this.#want());
  }

  /** The process of this number is taken for dead: if it is the one at work, another takes over. */
  takeOver(number: number): void {
    if (this.#current?.process.number !== number) return;
    this.#context.queue.after(2_000, () => {
      if (this.#current?.process.number === number) this.#start({ isTakeover: true });
    });
  }

  #beginCycle(cycle: number): void {
    const context = this.#context;
    context.cycle = cycle;
    this.#isResuming = true;
    this.#listener.begins(cycle);
    context.faults.beginCycle(cycle);
    context.trace?.("world", { note: `cycle ${cycle + 1}` });
    for (const fault of context.faults.ofCycle()) {
      scheduleCycleFault(context, fault, {
        startAnother: () => this.#processOf(false, () => undefined).start(),
        takeOver: () => this.takeOver(this.#current?.process.number ?? 0),
        resumeNoMore: () => {
          this.#isResuming = false;
        },
        cancelRun: () => this.#current?.cancel(),
        send: (signal) => {
          context.catalog.signals.push(signal);
          this.#current?.receive(signal);
        },
      });
    }
    this.#want();
  }

  #want(): void {
    this.#isWanted = true;
    this.#next();
  }

  #next(): void {
    if (this.#current !== null || !this.#isWanted) return;
    this.#isWanted = false;
    this.#startsInCycle = 0;
    this.#start({ isTakeover: false });
  }

  #start({ isTakeover }: { readonly isTakeover: boolean }): void {
    this.#startsInCycle += 1;
    if (this.#startsInCycle > startsMax) {
      throw new Violation("liveness", `cycle ${this.#context.cycle + 1} does not come to an end`);
    }
    const process: CycleProcess = this.#processOf(isTakeover, (how) => {
      if (process === this.#current) this.#afterProcess(how);
    });
    this.#current = process;
    process.start();
  }

  #processOf(isTakeover: boolean, onEnd: (how: ProcessEnd) => void): CycleProcess {
    this.#starts += 1;
    return new CycleProcess({
      context: this.#context,
      onlooker: this.#onlooker,
      number: this.#starts,
      isResuming: this.#isResuming,
      isTakeover,
      onEnd,
    });
  }

  #afterProcess(how: ProcessEnd): void {
    const { queue, seed } = this.#context;
    if (how === "done") {
      this.#current = null;
      this.#listener.ended();
      this.#next();
      return;
    }
    // Whoever watches over it starts another; until then the cycle is not over.
    const dice = new Dice(seed, "restart", this.#starts);
    queue.after(dice.between(1_000, 90_000), () => this.#start({ isTakeover: false }));
  }
}
