import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isGlob, matchSegment, parseGlob } from "./glob.ts";

/** Captures of a pattern of one name, `null` for no match. */
function match(pattern: string, name: string): readonly string[] | null {
  for (const segments of parseGlob(pattern) ?? []) {
    const [segment] = segments;
    if (segment?.type === "literal" && segment.name === name) return [];
    const captures = segment?.type === "pattern" ? matchSegment(segment, name) : null;
    if (captures) return captures;
  }
  return null;
}

describe("a pattern of one name", () => {
  test.each([
    ["*.csv", "a.csv", ["a"]],
    ["*.csv", "a.csv.gz", null],
    ["*.csv", ".hidden.csv", null],
    [".*.csv", ".hidden.csv", ["hidden"]],
    ["day-??.json", "day-07.json", ["0", "7"]],
    ["*-*.csv", "a-b-c.csv", ["a", "b-c"]],
    ["[a-c]x", "bx", ["b"]],
    ["[!a-c]x", "bx", null],
    ["[!a-c]x", "zx", ["z"]],
    ["[]]x", "]x", ["]"]],
    ["{a,b}.csv", "b.csv", []],
    ["{a,b{1,2}}*.csv", "b2-x.csv", ["-x"]],
    ["a{b.csv", "a{b.csv", []],
    ["{only}.csv", "{only}.csv", []],
    ["\\*.csv", "*.csv", []],
    ["\\*.csv", "a.csv", null],
    ["[open", "[open", []],
    ["*", "é😀", ["é😀"]],
    ["?", "😀", ["😀"]],
    ["**x", "abx", ["ab"]],
    ["a*", "a", [""]],
  ])("%s on %s gives %j", (pattern, name, expected) => {
    expect(match(pattern, name)).toEqual(expected);
  });

  test("its captures and characters together spell the name", () => {
    const piece = fc.constantFrom("*", "?", "a", "b", "-");
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 8 }),
        fc.string({ unit: fc.constantFrom("a", "b", "-"), maxLength: 8 }),
        (pieces, name) => {
          const pattern = pieces.join("").replaceAll(/\*+/g, "*");
          const captures = match(pattern, name);
          const expression = new RegExp(
            `^${pattern.replaceAll("*", ".*").replaceAll("?", ".")}$`,
            "s",
          );
          expect(captures !== null).toBe(expression.test(name));
          const parts = [...(captures ?? [])];
          if (captures) {
            expect(pattern.replaceAll(/[*?]/g, () => parts.shift() ?? "!")).toBe(name);
          }
        },
      ),
      { seed: 7, numRuns: 2_000 },
    );
  });

  test("many stars on a long name do not run away", () => {
    expect(match(`${"*a".repeat(40)}b`, "a".repeat(5_000))).toBeNull();
  });
});

test("braces that multiply beyond the limit are refused", () => {
  expect(parseGlob("{a,b}{a,b}{a,b}")).toHaveLength(8);
  expect(parseGlob("{a,b}".repeat(9))).toBeNull();
  expect(parseGlob(`{x,${"{a,b}".repeat(9)}}`)).toBeNull();
});

test("a path without wildcards is no pattern", () => {
  expect(isGlob("daily/2020-01-22.csv")).toBe(false);
  expect(isGlob("daily/*.csv")).toBe(true);
});
