import fc from "fast-check";
import { expect, test } from "vitest";
import { formatDurationMs, parseDurationMs } from "./time.ts";

test.each([
  ["90s", 90_000],
  ["1h30m", 5_400_000],
  ["1.5h", 5_400_000],
  ["2d", 172_800_000],
  ["250ms", 250],
  ["", null],
  ["90", null],
  ["-1h", null],
  ["1 h", null],
  ["1y", null],
])("the duration %j is %j ms", (text, durationMs) => {
  expect(parseDurationMs(text)).toBe(durationMs);
});

test.each([
  [0, "0ms"],
  [250, "250ms"],
  [999.6, "1s"],
  [1_000, "1s"],
  [5_400_000, "1h30m"],
  [93_784_000, "1d2h"],
  [1_209_600_000, "2w"],
])("%d ms reads %s", (durationMs, text) => {
  expect(formatDurationMs(durationMs)).toBe(text);
});

test("what is written reads back within its second unit", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 ** 11 }), (durationMs) => {
      const back = parseDurationMs(formatDurationMs(durationMs)) ?? Number.NaN;
      expect(Math.abs(back - durationMs)).toBeLessThanOrEqual(Math.max(500, durationMs / 7));
    }),
  );
});
