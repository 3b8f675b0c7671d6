import { expect, test } from "vitest";
import type { RecordedAttempt } from "../../core/scenarios/simulation-request.ts";
import { Dice } from "../time/dice.ts";
import { durationOf, fitDurations } from "./duration-model.ts";

test("times that were recorded come back: median and how far they lie from it", () => {
  const dice = new Dice(1, "recorded");
  const records = Array.from({ length: 2_000 }, (): RecordedAttempt => {
    const durationMs = dice.around(5_000, 0.4);
    return { task: "orders.load", kind: "load", durationMs };
  });
  const model = fitDurations(records);
  const again = Array.from({ length: 2_000 }, (_, index) =>
    durationOf(model, { id: "orders.load", kind: "load", rows: 0 }, 2, String(index)),
  ).sort((left, right) => left - right);
  const at = (share: number) => again[Math.floor(share * again.length)] ?? 0;
  expect(at(0.5) / 5_000).toBeCloseTo(1, 0.5);
  expect(at(0.95) / (5_000 * Math.exp(0.4 * 1.645))).toBeCloseTo(1, 0.5);
  expect(model.tasks.get("orders.load")?.spread).toBeCloseTo(0.4, 1);
});

test("a kind that nobody measured takes the usual time, and a task of few records its kind's", () => {
  const model = fitDurations([{ task: "a.extract", kind: "extract", durationMs: 70 }]);
  expect(model.kinds.extract).toMatchObject({ medianMs: 70, spread: 0 });
  expect(model.tasks.size).toBe(0);
  expect(model.kinds.load.medianMs).toBeGreaterThan(0);
  const task = { id: "a.extract", kind: "extract", rows: 0 } as const;
  expect(durationOf(model, task, 1, "x")).toBe(70);
});
