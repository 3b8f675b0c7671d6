import fc from "fast-check";
import { expect, test } from "vitest";
import { matchesName } from "./matches-name.ts";

test("a pattern means what the like expression means", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "_", "."), maxLength: 8 });
  const pattern = fc.string({ unit: fc.constantFrom("a", "b", "*", "?", "."), maxLength: 8 });
  fc.assert(
    fc.property(pattern, text, (like, name) => {
      const escaped = like.replaceAll(".", "\\.").replaceAll("*", ".*").replaceAll("?", ".");
      expect(matchesName(like, name)).toBe(new RegExp(`^${escaped}$`, "s").test(name));
    }),
    { seed: 3, numRuns: 2_000 },
  );
});

test("case counts, and many stars do not run away", () => {
  expect(matchesName("Order*", "orders")).toBe(false);
  expect(matchesName(`${"*a".repeat(40)}b`, "a".repeat(5_000))).toBe(false);
});
