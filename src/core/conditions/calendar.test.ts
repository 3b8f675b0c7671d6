import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  civilTime,
  formatInstant,
  formatSpan,
  parseInstant,
  parseOffsetMinutes,
  parseSpan,
} from "./calendar.ts";

const instants = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });

test("every field of an instant is the one that the standard library's calendar has", () => {
  fc.assert(
    fc.property(instants, (instant) => {
      const date = new Date(instant);
      expect(civilTime(instant, 0)).toMatchObject({
        year: date.getUTCFullYear(),
        month: date.getUTCMonth() + 1,
        day: date.getUTCDate(),
        weekday: date.getUTCDay(),
        hour: date.getUTCHours(),
        minute: date.getUTCMinutes(),
        second: date.getUTCSeconds(),
        nanos: date.getUTCMilliseconds() * 1_000_000,
      });
    }),
    { seed: 1, numRuns: 2_000 },
  );
});

test("an instant is read as it is written", () => {
  fc.assert(
    fc.property(instants, (instant) => {
      expect(parseInstant(formatInstant(instant))).toBe(instant);
      if (instant >= -62_135_596_800_000) {
        expect(parseInstant(new Date(instant).toISOString())).toBe(instant);
      }
    }),
    { seed: 2, numRuns: 1_000 },
  );
});

describe("an instant", () => {
  test("keeps nanoseconds", () => {
    const instant = parseInstant("2009-02-13T23:31:30.123456789Z");
    expect(instant).toBe(1_234_567_890_123_456_789n);
    expect(instant === null ? "" : formatInstant(instant)).toBe("2009-02-13T23:31:30.123456789Z");
  });

  test("may be given with an offset", () => {
    expect(parseInstant("2026-03-01T10:00:00+02:00")).toBe(Date.UTC(2026, 2, 1, 8));
    expect(civilTime(Date.UTC(2026, 2, 1, 23), 120)).toMatchObject({ day: 2, hour: 1 });
  });

  test.each([
    "2026-02-30T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-01-01",
    "soon",
    "0000-01-01T00:00:00Z",
  ])("is not %s", (text) => {
    expect(parseInstant(text)).toBeNull();
  });
});

describe("a span", () => {
  test.each([
    ["6h", 21_600_000, "21600s"],
    ["1h30m", 5_400_000, "5400s"],
    ["-1.5s", -1500, "-1.5s"],
    ["250ms", 250, "0.25s"],
    ["1ns", 1n, "0.000000001s"],
  ])("%s is read and written", (text, span, written) => {
    expect(parseSpan(text)).toBe(span);
    expect(formatSpan(span)).toBe(written);
  });

  test.each(["6 hours", "", "h", "1d", "1h-2m"])("is not %s", (text) => {
    expect(parseSpan(text)).toBeNull();
  });
});

test("a zone is UTC or an offset, never a name that needs zone data", () => {
  expect(parseOffsetMinutes("-07:30")).toBe(-450);
  expect(parseOffsetMinutes("UTC")).toBe(0);
  expect(parseOffsetMinutes("Europe/Berlin")).toBeNull();
});
