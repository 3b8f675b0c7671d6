import type { EpochMs } from "../../core/std/time.ts";
import type { Clock } from "../../ports/clock.ts";

/** Fulfilled after a while, or as soon as the signal fires. */
export function waitFor(clock: Clock, delayMs: EpochMs, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      cancel();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const cancel = clock.setTimer(delayMs, done);
    if (signal.aborted) done();
    else signal.addEventListener("abort", done);
  });
}
