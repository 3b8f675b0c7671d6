import { expect, test } from "vitest";
import { z } from "zod";
import { compileCondition } from "./compile-condition.ts";
import { nearestFlip } from "./nearest-flip.ts";

const scope = {
  variables: {
    now: z.number().meta({ cel: "timestamp" }),
    source: z.strictObject({
      kind: z.enum(["file", "table"]),
      tier: z.int(),
      tags: z.array(z.string()),
      changed: z.boolean().nullable(),
      rows: z.int().nullable(),
      lag: z.number(),
      expected: z.number().nullable(),
      changed_at: z.number().meta({ cel: "timestamp" }),
    }),
    params: z.strictObject({ small: z.int() }),
  },
};

const facts = {
  now: Date.UTC(2026, 2, 1, 10),
  source: {
    kind: "table",
    tier: 2,
    tags: ["daily"],
    changed: false,
    rows: null,
    lag: 9120,
    expected: 3600,
    changed_at: Date.UTC(2026, 2, 1),
  },
  params: { small: 100 },
};

function flipOf(text: string, wanted: "matched" | "not_matched") {
  const result = compileCondition(text, scope);
  if (!result.ok) throw new Error(result.problem.message);
  return nearestFlip(result.condition, facts, wanted);
}

test.each([
  ["source.lag > 7200", "not_matched", "source.lag ≤ 7200 (is 9120)"],
  ["7200.0 < source.lag", "not_matched", "source.lag ≤ 7200 (is 9120)"],
  ["source.lag > source.expected * 2", "not_matched", "source.lag ≤ 7200 (is 9120)"],
  ['source.kind == "file"', "matched", 'source.kind == "file" (is "table")'],
  ['!(source.kind == "table")', "matched", 'source.kind != "table" (is "table")'],
  ["has(source.rows)", "matched", "source.rows known (is unknown)"],
  ["source.rows < params.small", "matched", "source.rows < 100 (is unknown)"],
  ["source.changed", "matched", "source.changed == true (is false)"],
  ["source.tier in [0, 1]", "matched", "source.tier in [0,1] (is 2)"],
  ["size(source.tags) > 3", "matched", "size(source.tags) > 3 (is 1)"],
  [
    'now - source.changed_at > duration("12h")',
    "matched",
    'now - source.changed_at > "43200s" (is "36000s")',
  ],
  [
    'source.tags.exists(t, t == "x")',
    "matched",
    `source.tags.exists(t, t == "x") is true (is false)`,
  ],
] as const)("%s becomes %s by %s", (text, wanted, expected) => {
  expect(flipOf(text, wanted)?.text).toBe(expected);
});

test("one change is preferred to two", () => {
  const text = '(source.kind == "file" && source.tier == 0) || source.lag < 10';
  expect(flipOf(text, "matched")?.text).toBe("source.lag < 10 (is 9120)");
});

test("among single changes the nearest is chosen", () => {
  const text = "source.lag < 10 || source.lag < 9000 || source.tier < 1";
  expect(flipOf(text, "matched")?.text).toBe("source.lag < 9000 (is 9120)");
});

test("all changes that are needed are named, in name order", () => {
  const flip = flipOf('source.tier == 1 && source.kind == "file"', "matched");
  expect(flip?.text).toBe('source.kind == "file" (is "table") and source.tier == 1 (is 2)');
  expect(flip?.isVerified).toBe(true);
});

test("a change that another part of the condition undoes is not offered", () => {
  const text = "(source.lag < 100 && source.lag > 5000) || source.tier == 1";
  expect(flipOf(text, "matched")?.text).toBe("source.tier == 1 (is 2)");
});

test("a ternary turns by its condition or by the branch that counts", () => {
  expect(flipOf("source.tier == 0 ? source.lag > 1 : source.lag < 9000", "matched")?.text).toBe(
    "source.lag < 9000 (is 9120)",
  );
});

test("there is none where nothing helps or nothing needs to change", () => {
  expect(flipOf("source.tier == 2 && false", "matched")).toBeNull();
  expect(flipOf("source.tier == 2", "matched")).toBeNull();
});

test("a flip carries its bound and its distance", () => {
  expect(flipOf("source.lag > 7200", "not_matched")?.changes[0]).toMatchObject({
    path: "source.lag",
    operator: "<=",
    bound: 7200,
    actual: 9120,
    distance: (9120 - 7200) / 9120,
  });
});
