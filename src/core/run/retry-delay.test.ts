import fc from "fast-check";
import { expect, test } from "vitest";
import { retryDelayMs } from "./retry-delay.ts";

const policy = { attempts: 5, backoffMs: 1_000, backoffMsMax: 30_000 };

test("a delay lies between half of the doubled backoff and all of it, and under the maximum", () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.string(),
      fc.integer({ min: 1, max: 2_000 }),
      (seed, task, failures) => {
        const delayMs = retryDelayMs(policy, { seed, task, failures });
        const fullMs = Math.min(1_000 * 2 ** (failures - 1), 30_000);
        expect(delayMs).toBeGreaterThanOrEqual(fullMs / 2);
        expect(delayMs).toBeLessThanOrEqual(fullMs);
        expect(retryDelayMs(policy, { seed, task, failures })).toBe(delayMs);
      },
    ),
  );
});

test("a thousand tasks that fail together come back spread over the whole jitter", () => {
  const tenths = new Array<number>(10).fill(0);
  for (let task = 0; task < 1_000; task += 1) {
    const delayMs = retryDelayMs(policy, { seed: 7, task: `source_${task}.load`, failures: 1 });
    const tenth = Math.min(9, Math.floor((delayMs - 500) / 50));
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  for (const count of tenths) expect(count).toBeGreaterThan(60);
});

test("the delays of a run do not change between releases", () => {
  const delays = [1, 2, 3, 9].map((failures) =>
    retryDelayMs(policy, { seed: 42, task: "flights.load", failures }),
  );
  expect(delays).toMatchInlineSnapshot(`
    [
      709,
      1571,
      3894,
      16710,
    ]
  `);
});
