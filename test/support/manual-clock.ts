import type { Clock } from "../../src/ports/clock.ts";

interface Timer {
  readonly firesAt: number;
  readonly fire: () => void;
}

/** A clock that stands still until it is moved. */
export class ManualClock implements Clock {
  readonly #timers = new Set<Timer>();
  #now: number;

  constructor(now = 1_790_000_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  setTimer(delayMs: number, fire: () => void): () => void {
    const timer = { firesAt: this.#now + delayMs, fire };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** Moves on, firing what is due, the earliest first. A negative span is a clock that was set back. */
  advance(spanMs: number): void {
    const until = this.#now + spanMs;
    for (;;) {
      const due = [...this.#timers].filter(({ firesAt }) => firesAt <= until);
      const next = due.sort((left, right) => left.firesAt - right.firesAt)[0];
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.firesAt);
      next.fire();
    }
    this.#now = until;
  }
}
