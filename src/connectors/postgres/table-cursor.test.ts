import fc from "fast-check";
import { expect, test } from "vitest";
import { xminCondition } from "./table-cursor.ts";

/** Evaluates the condition as the server would: 64-bit arithmetic on a 32-bit id. */
function selects(condition: string, xmin: bigint): boolean {
  const [, lower, mask, distance] =
    /^\(\((\d+) - source\.xmin::text::bigint\) & (\d+)\) BETWEEN 1 AND (\d+)$/.exec(condition) ??
    [];
  const back =
    BigInt.asUintN(64, BigInt(lower ?? "") - BigInt.asUintN(32, xmin)) & BigInt(mask ?? "");
  return back >= 1n && back <= BigInt(distance ?? "");
}

test("no transaction since the last snapshot is missed, whatever the epoch", () => {
  const id = fc.bigInt({ min: 3n, max: 1n << 40n });
  fc.assert(
    fc.property(id, id, id, (...ids) => {
      const [from = 0n, xid = 0n, next = 0n] = ids.sort((a, b) => (a < b ? -1 : 1));
      fc.pre(xid < next);
      const condition = xminCondition(from, next);
      if (next - from >= 1n << 32n) expect(condition).toBeNull();
      else expect(selects(condition ?? "", xid)).toBe(true);
    }),
    { seed: 5, numRuns: 5_000 },
  );
});

test("what is older by less than an epoch is left out", () => {
  const condition = xminCondition(5_000_000_000n, 5_000_000_100n) ?? "";
  expect(selects(condition, 4_999_999_999n)).toBe(false);
  expect(selects(condition, 1_000_000_000n)).toBe(false);
  expect(selects(condition, 5_000_000_000n)).toBe(true);
  expect(selects(condition, 5_000_000_099n)).toBe(true);
});

test("ids of another history ask for everything", () => {
  expect(xminCondition(1_000n, 500n)).toBeNull();
});
