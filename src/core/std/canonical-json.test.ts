import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson } from "./canonical-json.ts";
import { hashOf } from "./hash.ts";

/** The same value with the keys of every object in another order. */
function shuffled(value: unknown, flip: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, flip));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, shuffled(item, !flip)] as const);
  return Object.fromEntries(flip ? entries.reverse() : entries);
}

describe("canonical JSON", () => {
  // The example of RFC 8785, section 3.2.2 and 3.2.3.
  test("writes numbers, strings and key order as RFC 8785 does", () => {
    const value = {
      numbers: [Number("333333333.33333329"), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'B"\\\\"/',
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
    expect(canonicalJson({ "\u20ac": 1, "\r": 2, "1": 3, "\u0080": 4, "\ud83d\ude00": 5 })).toBe(
      '{"\\r":2,"1":3,"\u0080":4,"€":1,"😀":5}',
    );
  });

  test("is the same for any order of keys", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(hashOf(shuffled(value, true))).toBe(hashOf(value));
      }),
    );
  });

  test("is JSON that reads back as the same value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test("leaves out absent fields, as JSON does", () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
  });

  test.each([
    ["a number that is not finite", Number.NaN],
    ["a function", () => 1],
    ["an instance of a class", new Map()],
    ["a lone surrogate", "\ud83d"],
    ["a big integer", 1n],
  ])("refuses %s", (_, value) => {
    expect(() => canonicalJson({ value })).toThrow(TypeError);
  });
});
