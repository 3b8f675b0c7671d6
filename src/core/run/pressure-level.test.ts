import fc from "fast-check";
import { expect, test } from "vitest";
import { type Level, levelOf, memorySteps, slownessOf } from "./pressure-level.ts";

test.each([
  { load: 0.5, before: 0, level: 0 },
  { load: 0.86, before: 0, level: 1 },
  { load: 0.98, before: 0, level: 3 },
  { load: 0.84, before: 1, level: 1 },
  { load: 0.7, before: 1, level: 0 },
  { load: 0.9, before: 3, level: 3 },
  { load: 0.85, before: 3, level: 2 },
  { load: 0.1, before: 3, level: 0 },
] as const)("at a load of $load after level $before there is level $level", (one) => {
  expect(levelOf(one.load, memorySteps, one.before)).toBe(one.level);
});

test("a load that stays as it is has one level, and a larger one no smaller", () => {
  const anyLevel = fc.constantFrom<Level>(0, 1, 2, 3);
  const anyLoad = fc.double({ min: 0, max: 2, noNaN: true });
  fc.assert(
    fc.property(anyLoad, anyLoad, anyLevel, (load, more, before) => {
      const level = levelOf(load, memorySteps, before);
      expect(levelOf(load, memorySteps, level)).toBe(level);
      expect(levelOf(load + more, memorySteps, before)).toBeGreaterThanOrEqual(level);
    }),
  );
});

test("a warehouse is slow when attempts take far longer than they ever did", () => {
  const slow = { elapsedMs: 60_000, p95Ms: 1_000 };
  const new_ = { elapsedMs: 60_000, p95Ms: null };
  expect(slownessOf([slow])).toBe(0);
  expect(slownessOf([slow, new_])).toBe(0);
  expect(slownessOf([slow, slow, { elapsedMs: 100, p95Ms: 1_000 }])).toBeCloseTo(2 / 3);
  expect(
    slownessOf([
      { elapsedMs: 900, p95Ms: 10 },
      { elapsedMs: 900, p95Ms: 10 },
    ]),
  ).toBe(0);
});
