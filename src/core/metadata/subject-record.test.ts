import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  emptyRecord,
  observedCadenceMs,
  recordLimits,
  reliabilityOf,
  type SubjectRecord,
  volumeTrend,
  withAttempt,
  withChange,
  withOutput,
} from "./subject-record.ts";

const changedAt = (...times: number[]): SubjectRecord =>
  times.reduce((record, at) => withChange(record, at, `content-${at}`), emptyRecord("orders"));

describe("the observed cadence", () => {
  test.each([
    { name: "is unknown before the third change", times: [0, 60], cadence: null },
    { name: "is the interval of a regular source", times: [0, 60, 120, 180], cadence: 60 },
    { name: "is not moved by one late delivery", times: [0, 60, 120, 900, 960], cadence: 60 },
    { name: "is the middle of two", times: [0, 50, 150], cadence: 75 },
  ])("$name", ({ times, cadence }) => {
    expect(observedCadenceMs(changedAt(...times))).toBe(cadence);
  });

  test("ignores the same content seen again", () => {
    const once = withChange(emptyRecord("orders"), 10, "a");
    expect(withChange(once, 20, "a")).toBe(once);
  });

  test("never goes back in time, whatever order the instants come in", () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), (times) => {
        const record = changedAt(...times);
        expect(observedCadenceMs(record) ?? 0).toBeGreaterThanOrEqual(0);
        expect(record.changes.length).toBeLessThanOrEqual(recordLimits.changes);
      }),
    );
  });
});

test("the trend is rows now over the mean of the last loads", () => {
  const record = withOutput(withOutput(emptyRecord("orders"), 1, 100), 2, 300);
  expect(volumeTrend(record, 400)).toBe(2);
  expect(volumeTrend(record, null)).toBeNull();
  expect(volumeTrend(emptyRecord("orders"), 5)).toBeNull();
  expect(volumeTrend(withOutput(emptyRecord("orders"), 1, 0), 5)).toBeNull();
});

test.each([
  { attempts: [], expected: { attempts: 0, failureRate: null, consecutiveFailures: 0 } },
  { attempts: [true], expected: { attempts: 1, failureRate: 0, consecutiveFailures: 0 } },
  {
    attempts: [true, false, false],
    expected: { attempts: 3, failureRate: 2 / 3, consecutiveFailures: 2 },
  },
  { attempts: [false], expected: { attempts: 1, failureRate: 1, consecutiveFailures: 1 } },
])("reliability of $attempts", ({ attempts, expected }) => {
  const record = attempts.reduce(withAttempt, emptyRecord("orders"));
  expect(reliabilityOf(record)).toEqual(expected);
});
