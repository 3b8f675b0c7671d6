/** Someone who waits for a slot of a pool. */
interface Waiting {
  readonly slots: number;
  readonly enter: () => void;
}

/**
 * Slots of pools over all runs of one process. Each run keeps to its pools by itself; where several
 * go on side by side, their attempts wait here for each other, in the order in which they came.
 */
export class SharedSlots {
  readonly #inUse = new Map<string, number>();
  readonly #waiting = new Map<string, Waiting[]>();

  /**
   * Does the work as soon as fewer than `slots` others of the pool are at theirs.
   * @throws the signal's reason when it fires before
   */
  async hold<T>(
    { pool, slots, signal }: { pool: string; slots: number; signal: AbortSignal },
    work: () => Promise<T>,
  ): Promise<T> {
    await this.#enter(pool, slots, signal);
    try {
      return await work();
    } finally {
      this.#leave(pool);
    }
  }

  #enter(pool: string, slots: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const inUse = this.#inUse.get(pool) ?? 0;
    const waiting = this.#waiting.get(pool) ?? [];
    if (inUse < slots && waiting.length === 0) {
      this.#inUse.set(pool, inUse + 1);
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const one = {
        slots,
        enter: () => {
          signal.removeEventListener("abort", giveUp);
          resolve();
        },
      };
      const giveUp = () => {
        waiting.splice(waiting.indexOf(one), 1);
        reject(signal.reason);
      };
      signal.addEventListener("abort", giveUp, { once: true });
      waiting.push(one);
      this.#waiting.set(pool, waiting);
    });
  }

  #leave(pool: string): void {
    const inUse = (this.#inUse.get(pool) ?? 1) - 1;
    const [first] = this.#waiting.get(pool) ?? [];
    if (first === undefined || inUse >= first.slots) {
      this.#inUse.set(pool, inUse);
      return;
    }
    // The slot goes on to the first who waits.
    this.#waiting.get(pool)?.shift();
    first.enter();
  }
}
