import { OperatingError } from "../../errors/operating-error.ts";
import type { Session } from "./duckdb-session.ts";

/**
 * Holds the effects of a former runner back. The newest epoch that ever wrote is a row of the
 * ledger; every effect looks at it in its own transaction, and one with an older epoch commits
 * nothing. A newer epoch is written down before its first effect, in a transaction of its own, when
 * no effect of an older one is under way any more: so effects that run side by side never change
 * the row, which would let only one of them commit.
 */
export class EpochGate {
  readonly #raise: (epoch: number) => Promise<void>;
  readonly #open = new Set<Promise<unknown>>();
  #epoch = 0;
  #raised: Promise<void> = Promise.resolve();

  /** @param raise makes the epoch the newest one, durably, or throws FENCED_OUT. */
  constructor(raise: (epoch: number) => Promise<void>) {
    this.#raise = raise;
  }

  /** @throws FENCED_OUT when a newer epoch has been here. */
  async admit<T>(epoch: number, work: () => Promise<T>): Promise<T> {
    if (epoch < this.#epoch) throw fencedOut(epoch, this.#epoch);
    if (epoch > this.#epoch) this.#raised = this.#begin(epoch);
    await this.#raised;
    // A newer one may have begun meanwhile, which has not waited for this effect.
    if (epoch < this.#epoch) throw fencedOut(epoch, this.#epoch);
    const effect = work();
    this.#open.add(effect);
    try {
      return await effect;
    } finally {
      this.#open.delete(effect);
    }
  }

  async #begin(epoch: number): Promise<void> {
    const former = this.#epoch;
    this.#epoch = epoch;
    try {
      await Promise.allSettled(this.#open);
      await this.#raise(epoch);
    } catch (error) {
      // Not written down, so the next effect tries again.
      if (this.#epoch === epoch) this.#epoch = former;
      throw error;
    }
  }
}

/** Looks at the newest epoch, and makes this one the newest if it is. Runs inside a transaction. */
export async function holdEpoch(session: Session, epoch: number): Promise<void> {
  const newest = await session.count("SELECT value FROM _sluice.epoch");
  if (newest > epoch) throw fencedOut(epoch, newest);
  if (newest < epoch) await session.run(`UPDATE _sluice.epoch SET value = ${epoch}`);
}

function fencedOut(epoch: number, newest: number): OperatingError {
  return new OperatingError(
    "FENCED_OUT",
    `Another runner has taken over the warehouse: this one has epoch ${epoch}, and the newest is ${newest}.`,
    { hint: "Nothing was committed. Leave the work to the other runner." },
  );
}
