import type { Clock } from "../ports/clock.ts";

/** Node caps a timer at 2^31-1 ms and fires at once beyond it; longer waits are taken in steps. */
const timerMsMax = 2_147_483_647;

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(delayMs, fire) {
    let timer: NodeJS.Timeout;
    const arm = (restMs: number) => {
      const stepMs = Math.min(restMs, timerMsMax);
      timer = setTimeout(() => (restMs > stepMs ? arm(restMs - stepMs) : fire()), stepMs);
    };
    arm(Math.max(0, delayMs));
    return () => clearTimeout(timer);
  },
};
