import { OperatingError } from "../errors/operating-error.ts";
import type { Clock } from "../ports/clock.ts";

/**
 * Runs `work` with a signal that fires after `timeoutMs` or when `outer` fires, and does not wait
 * for work that ignores it.
 * @throws TIMED_OUT, CANCELLED, or what `work` throws.
 */
export async function withDeadline<T>(
  limits: { readonly clock: Clock; readonly timeoutMs: number; readonly outer?: AbortSignal },
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stopped = new Promise<never>((_, reject) => {
    controller.signal.addEventListener("abort", () => reject(controller.signal.reason), {
      once: true,
    });
  });
  const cancelTimer = limits.clock.setTimer(limits.timeoutMs, () => {
    controller.abort(
      new OperatingError("TIMED_OUT", `${what} took longer than ${limits.timeoutMs} ms`),
    );
  });
  const onOuter = () => controller.abort(new OperatingError("CANCELLED", `${what} was cancelled`));
  if (limits.outer?.aborted === true) onOuter();
  limits.outer?.addEventListener("abort", onOuter, { once: true });
  try {
    return await Promise.race([work(controller.signal), stopped]);
  } finally {
    cancelTimer();
    limits.outer?.removeEventListener("abort", onOuter);
  }
}
