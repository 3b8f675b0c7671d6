import { expect, test } from "vitest";
import { newSince } from "./proven-chunks.ts";

test("what a later snapshot sees anew has an id from the oldest that was open before", () => {
  expect(newSince("100:110:100,105", "120:130:")).toMatch(/^\(\(130 - .* BETWEEN 1 AND 30$/);
  // Nothing happened in between: no id is new.
  expect(newSince("100:100:", "100:100:")).toMatch(/BETWEEN 1 AND 0$/);
  // One that was open has ended since, without a new id having been given.
  expect(newSince("100:110:100,105", "105:110:105")).not.toBeNull();
});

test("an earlier snapshot proves nothing of a later one's rows", () => {
  expect(newSince("120:130:", "100:110:")).toBeNull();
  expect(newSince("105:110:105", "100:110:100,105")).toBeNull();
});

test("ids that have gone round once tell nothing", () => {
  expect(newSince("100:100:", `${2 ** 32 + 100}:${2 ** 32 + 100}:`)).toBeNull();
});
