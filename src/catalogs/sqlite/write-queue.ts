/** One write that waits for its commit. */
interface Queued<W> {
  readonly write: W;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Commits together what is asked for together: all writes of one turn of the event loop, and all
 * that come while a commit is under way. A commit costs a wait for the disk, a write hardly
 * anything. Order is kept. When a group fails, its writes are committed one by one, so that each
 * caller learns of its own failure and of no other's.
 */
export class WriteQueue<W> {
  readonly #commit: (writes: readonly W[]) => Promise<void>;
  #queued: Queued<W>[] = [];
  #draining: Promise<void> | null = null;

  /** @param commit makes all of these durable, or throws and changes nothing. */
  constructor(commit: (writes: readonly W[]) => Promise<void>) {
    this.#commit = commit;
  }

  /** Fulfilled when the write is durable. */
  add(write: W): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queued.push({ write, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Fulfilled when nothing is queued any more. */
  async settled(): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    while (this.#queued.length > 0) {
      await endOfTurn();
      const group = this.#queued;
      this.#queued = [];
      await this.#commitGroup(group);
    }
    this.#draining = null;
  }

  async #commitGroup(group: readonly Queued<W>[]): Promise<void> {
    try {
      await this.#commit(group.map(({ write }) => write));
    } catch (error) {
      const [only, ...others] = group;
      if (others.length === 0) {
        only?.reject(error);
        return;
      }
      for (const queued of group) await this.#commitGroup([queued]);
      return;
    }
    for (const { resolve } of group) resolve();
  }
}

function endOfTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
