import fc from "fast-check";
import { expect, test } from "vitest";
import { type BlockRange, bytesOfChunk, rangesBeside } from "./divide-table.ts";

const size = fc.integer({ min: 1, max: 50 });
const blocks = fc.integer({ min: 0, max: 500 });

/** Disjoint ranges, in any order; the last may have no end. */
const known = fc
  .tuple(fc.uniqueArray(fc.integer({ min: 0, max: 600 }), { maxLength: 12 }), fc.boolean())
  .map(([cuts, isOpen]) => {
    const sorted = [...cuts].sort((left, right) => left - right);
    const ranges: BlockRange[] = [];
    for (let at = 0; at + 1 < sorted.length; at += 2) {
      ranges.push({ from: sorted[at] ?? 0, to: sorted[at + 1] ?? 0 });
    }
    const last = sorted.at(-1);
    if (isOpen && last !== undefined) ranges.push({ from: last + 1, to: null });
    return ranges.reverse();
  });

test("with what is known, the ranges hold every block once, to the end", () => {
  fc.assert(
    fc.property(known, size, blocks, (ranges, chunk, count) => {
      const all = [...ranges, ...rangesBeside(ranges, { size: chunk, blocks: count })];
      all.sort((left, right) => left.from - right.from);
      expect(all[0]?.from).toBe(0);
      for (const [index, range] of all.entries()) {
        expect(range.to).toBe(all[index + 1]?.from ?? null);
        if (range.to !== null) expect(range.to).toBeGreaterThan(range.from);
      }
    }),
    { seed: 11, numRuns: 2_000 },
  );
});

test("a table is cut into as many chunks as it needs", () => {
  expect(rangesBeside([], { size: 4, blocks: 8 })).toEqual([
    { from: 0, to: 4 },
    { from: 4, to: null },
  ]);
  expect(rangesBeside([{ from: 0, to: 4 }], { size: 3, blocks: 9 })).toEqual([
    { from: 4, to: 6 },
    { from: 6, to: null },
  ]);
});

test("a chunk holds what is asked for, however much, or follows the table between two bounds", () => {
  for (const megabytes of [1, 64, 2_048, 4_096, 1_048_576]) {
    expect(bytesOfChunk(1, megabytes)).toBe(megabytes * 2 ** 20);
  }
  expect(bytesOfChunk(0, undefined)).toBe(64 * 2 ** 20);
  expect(bytesOfChunk(2 ** 34, undefined)).toBe(2 ** 28);
  expect(bytesOfChunk(2 ** 45, undefined)).toBe(2 ** 30);
});
