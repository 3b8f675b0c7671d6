import { describe, expect, test } from "vitest";
import { formatAgo, formatBytes, formatCount, formatCounted, formatInstant } from "./quantity.ts";

test.each([
  [0, "0"],
  [999, "999"],
  [1_000, "1,000"],
  [3_000_000, "3,000,000"],
  [-12_345, "-12,345"],
  [1_234.5678, "1,234.5678"],
  [1e21, "1e+21"],
])("the count %d is written %s", (count, text) => {
  expect(formatCount(count)).toBe(text);
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1_000, "1.0 kB"],
  [64_123_456, "64.1 MB"],
  [999_499, "999 kB"],
  [999_999, "1.0 MB"],
  [210_365, "210 kB"],
  [5e12, "5.0 TB"],
])("%d bytes are written %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test("a noun goes with its count", () => {
  expect([0, 1, 2].map((count) => formatCounted(count, "row"))).toEqual([
    "0 rows",
    "1 row",
    "2 rows",
  ]);
});

describe("time", () => {
  const noon = Date.UTC(2026, 0, 1, 12);
  test.each([
    [0, "just now"],
    [59_000, "59s ago"],
    [61_000, "1m ago"],
    [26 * 3_600_000, "1d ago"],
    [-90_000, "in 1m"],
  ])("%d ms before now is %s", (elapsedMs, text) => {
    expect(formatAgo(noon - elapsedMs, noon)).toBe(text);
  });

  test("an instant is in UTC, whatever the machine's zone", () => {
    expect(formatInstant(noon)).toBe("2026-01-01 12:00:00Z");
  });
});
