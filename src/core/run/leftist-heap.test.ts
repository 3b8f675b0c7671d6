import fc from "fast-check";
import { expect, test } from "vitest";
import { type LeftistHeap, withNumber, withoutSmallest } from "./leftist-heap.ts";

function drained(start: LeftistHeap): number[] {
  const numbers: number[] = [];
  for (let heap = start; heap !== null; heap = withoutSmallest(heap)) numbers.push(heap.smallest);
  return numbers;
}

test("numbers leave in ascending order, however they came, and again from an old version", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50)), (numbers) => {
      const heap = numbers.reduce<LeftistHeap>(withNumber, null);
      const ascending = numbers.toSorted((left, right) => left - right);
      expect(drained(heap)).toEqual(ascending);
      expect(drained(heap)).toEqual(ascending);
    }),
  );
});

test("a hundred thousand numbers in ascending order do not exhaust the stack", () => {
  const numbers = Array.from({ length: 100_000 }, (_, index) => index);
  expect(drained(numbers.reduce<LeftistHeap>(withNumber, null))).toHaveLength(100_000);
});
