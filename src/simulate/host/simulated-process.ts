import type { EpochMs } from "../../core/std/time.ts";
import type { SimulationContext } from "../simulation-context.ts";
import { Violation } from "../watch/violation.ts";

/**
 * One process of Sluice. It lives in virtual time, may be paused, and dies without a word: what it
 * had not made durable is gone then, and what it had under way never happens.
 */
export class SimulatedProcess {
  /** Counting from 1. */
  readonly number: number;
  readonly #context: SimulationContext;
  #isDead = false;
  #pausedUntil: EpochMs = 0;
  #pending = 0;
  #isIdleBug = () => false;

  constructor(context: SimulationContext, number: number) {
    this.#context = context;
    this.number = number;
    context.tally.processes += 1;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** The clock on the wall, which may be off. */
  get now(): EpochMs {
    return this.#context.queue.now + this.#context.clockOffsetMs;
  }

  /** Says when it is a bug that nothing is pending. */
  expectProgress(isIdleBug: () => boolean): void {
    this.#isIdleBug = isIdleBug;
  }

  /** Something that this process will do, if it lives. @returns what cancels it. */
  later(delayMs: number, happen: () => void): () => void {
    let isOpen = true;
    const close = () => {
      if (isOpen) this.#pending -= 1;
      isOpen = false;
    };
    const fire = () => {
      if (!isOpen || this.#isDead) return;
      const { queue } = this.#context;
      if (this.#pausedUntil > queue.now) {
        queue.after(this.#pausedUntil - queue.now, fire);
        return;
      }
      close();
      happen();
      this.#checkProgress();
    };
    this.#pending += 1;
    this.#context.queue.after(delayMs, fire);
    return close;
  }

  /** SIGSTOP: everything that it would do comes later, in its order. */
  pause(durationMs: number): void {
    this.#pausedUntil = this.#context.queue.now + Math.ceil(durationMs);
  }

  /** SIGKILL. */
  die(): void {
    this.#isDead = true;
  }

  #checkProgress(): void {
    if (this.#pending > 0 || this.#isDead || !this.#isIdleBug()) return;
    throw new Violation("liveness", `process ${this.number} has work to do and waits for nothing`);
  }
}
