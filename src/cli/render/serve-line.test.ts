import { expect, test } from "vitest";
import { noon } from "../../../test/support/decide-fixture.ts";
import type { ServeEvent } from "../../engine/serve/serve-event.ts";
import { serveLine } from "./serve-line.ts";

const common = { at: noon, run: "20260101T120000-3f9a", causes: ["changed", "signal"] } as const;

const told: readonly [ServeEvent, string][] = [
  [
    { type: "Serving", at: noon, epoch: 3, url: "http://127.0.0.1:7480/signals" },
    "serving, epoch 3, signals at http://127.0.0.1:7480/signals",
  ],
  [
    { ...common, type: "CycleStarted", subjects: 2, toRun: 5 },
    "cycle 20260101T120000-3f9a (changed, signal) started: 2 subjects, 5 to run",
  ],
  [
    {
      ...{ ...common, type: "CycleFinished", status: "failed", durationMs: 61_000 },
      ...{ succeeded: 1, failed: 2, bypassed: 3, retryAt: noon + 30_000 },
    },
    "cycle 20260101T120000-3f9a (changed, signal) failed in 1m1s: 1 task done, 2 failed, 3 bypassed; again at 2026-01-01 12:00:30Z",
  ],
  [
    {
      ...{ type: "CycleFailed", at: noon, causes: ["cadence"], code: "PROJECT_INVALID" },
      ...{ message: "Two\nlines", hint: null, retryAt: noon + 30_000 },
    },
    "cycle (cadence) failed: PROJECT_INVALID: Two\\nlines; again at 2026-01-01 12:00:30Z",
  ],
  [
    { ...common, type: "CycleShared", subjects: ["orders", "prices"] },
    "cycle 20260101T120000-3f9a (changed, signal) goes on with orders, prices as well",
  ],
  [
    { type: "Stopping", at: noon, cycles: 1, graceMs: 30_000 },
    "stopping: 1 cycle may take 30s to finish",
  ],
];

test.each(told)("%j is one line", (event, line) => {
  expect(serveLine(event)).toBe(`2026-01-01 12:00:00Z ${line}`);
});
