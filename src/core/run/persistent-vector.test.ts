import fc from "fast-check";
import { expect, test } from "vitest";
import { entryAt, persistentVector, visitChanges, withAt } from "./persistent-vector.ts";

test("a vector holds what an array holds after the same changes, and its old versions stay", () => {
  const change = fc.tuple(fc.nat(), fc.integer());
  fc.assert(
    fc.property(fc.nat(3_000), fc.array(change, { maxLength: 30 }), (length, changes) => {
      const array = Array.from({ length }, (_, index) => index);
      const first = persistentVector(array);
      let vector = first;
      const changed = [...array];
      for (const [place, value] of length === 0 ? [] : changes) {
        vector = withAt(vector, place % length, value);
        changed[place % length] = value;
      }
      expect(array.map((_, index) => entryAt(vector, index))).toEqual(changed);
      expect(array.map((_, index) => entryAt(first, index))).toEqual(array);
      const seen: number[] = [];
      visitChanges(first, vector, (index, before, after) => {
        expect([before, after]).toEqual([array[index], changed[index]]);
        seen.push(index);
      });
      expect(seen).toEqual(array.filter((value) => changed[value] !== value));
    }),
  );
});

test.each([0, 1, 15, 16, 17, 256, 257])("a vector of %i entries ends where it says", (length) => {
  const vector = persistentVector(Array.from({ length }, (_, index) => index));
  expect(() => entryAt(vector, length)).toThrow(RangeError);
  expect(() => withAt(vector, length, 1)).toThrow(RangeError);
  expect(() => withAt(vector, -1, 1)).toThrow(RangeError);
  if (length > 0) expect(entryAt(vector, length - 1)).toBe(length - 1);
});
