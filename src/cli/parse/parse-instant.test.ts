import fc from "fast-check";
import { expect, test } from "vitest";
import { parseInstant } from "./parse-instant.ts";

test.each([
  ["2026-01-31", Date.UTC(2026, 0, 31)],
  ["2026-01-31T06:00Z", Date.UTC(2026, 0, 31, 6)],
  ["2026-01-31T06:00:30Z", Date.UTC(2026, 0, 31, 6, 0, 30)],
  ["2026-01-31T06:00:30.250Z", Date.UTC(2026, 0, 31, 6, 0, 30, 250)],
  ["2026-01-31T06:00+02:00", Date.UTC(2026, 0, 31, 4)],
  ["2024-02-29", Date.UTC(2024, 1, 29)],
])("%s is an instant", (text, at) => {
  expect(parseInstant(text)).toBe(at);
});

test.each([
  ["no zone", "2026-01-31T06:00"],
  ["no such day", "2026-02-30"],
  ["no such day in a leap year", "2024-02-30T00:00Z"],
  ["no such month", "2026-13-01"],
  ["month 0", "2026-00-01"],
  ["no such hour", "2026-01-01T25:00Z"],
  ["no such offset", "2026-01-01T00:00+99:00"],
  ["another order", "31-01-2026"],
  ["a number", "1767225600000"],
  ["a word", "yesterday"],
  ["nothing", ""],
  ["something after it", "2026-01-31 "],
])("%s is none", (_, text) => {
  expect(parseInstant(text)).toBeNull();
});

test("what the clock writes is read back", () => {
  const instants = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) });
  fc.assert(
    fc.property(instants, (at) => {
      expect(parseInstant(new Date(at).toISOString())).toBe(at);
    }),
  );
});
