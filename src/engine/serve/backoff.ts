import type { EpochMs } from "../../core/std/time.ts";

const firstMs = 30_000;
const lastMs = 15 * 60_000;

/**
 * When what failed is tried again: after 30 seconds, then after twice as long each time, up to a
 * quarter of an hour. What succeeds begins anew.
 */
export class Backoff {
  readonly #failures = new Map<string, number>();

  /** Notes how a cycle ended for these. @returns when the failed ones are due again, or `null` */
  note(
    outcome: { readonly failed: Iterable<string>; readonly succeeded: Iterable<string> },
    now: EpochMs,
  ): EpochMs | null {
    for (const subject of outcome.succeeded) this.#failures.delete(subject);
    let most = 0;
    for (const subject of outcome.failed) {
      const failures = (this.#failures.get(subject) ?? 0) + 1;
      this.#failures.set(subject, failures);
      most = Math.max(most, failures);
    }
    return most === 0 ? null : now + Math.min(firstMs * 2 ** (most - 1), lastMs);
  }
}
