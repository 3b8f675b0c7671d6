import { describe, expect, test } from "vitest";
import { type ShapeCount, settlePatterns, timestampPatterns } from "./timestamp-pattern.ts";

/** Shapes as a table of values gives them. */
function shapesOf(values: readonly string[]): readonly ShapeCount[] {
  const counts = new Map<string, { values: number; first: number[]; second: number[] }>();
  for (const value of values) {
    const shape = value.replaceAll(/[0-9]/g, "9");
    const [, first, second] = /^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]/.exec(value) ?? [];
    const count = counts.get(shape) ?? { values: 0, first: [], second: [] };
    count.values += 1;
    if (first !== undefined) count.first.push(Number(first));
    if (second !== undefined) count.second.push(Number(second));
    counts.set(shape, count);
  }
  const max = (numbers: readonly number[]) => (numbers.length === 0 ? null : Math.max(...numbers));
  return [...counts].map(([shape, count]) => ({
    shape,
    values: count.values,
    firstMax: max(count.first),
    secondMax: max(count.second),
  }));
}

const patternsOf = (...values: string[]) => timestampPatterns(shapesOf(values));

describe("the pattern of", () => {
  test.each([
    ["1/22/2020 17:00", "M/D/YYYY H:mm"],
    ["1/23/20 9:00", "M/D/YY H:mm"],
    ["01/23/2020 09:00:07", "M/D/YYYY H:mm:ss"],
    ["1/23/2020 9:00 PM", "M/D/YYYY h:mm A"],
    ["1/23/2020 9:00:01pm", "M/D/YYYY h:mm:ss A"],
    ["23.01.2020", "D.M.YYYY"],
    ["23/01/2020", "D/M/YYYY"],
    ["2020-02-02T23:43:02", "YYYY-MM-DDTHH:mm:ss"],
    ["2020-02-02T23:43:02.123456", "YYYY-MM-DDTHH:mm:ss"],
    ["2020-02-02T23:43:02Z", "YYYY-MM-DDTHH:mm:ssZ"],
    ["2020-02-02 23:43:02 UTC", "YYYY-MM-DD HH:mm:ssZ"],
    ["2020-02-02 23:43:02+05:30", "YYYY-MM-DD HH:mm:ssZ"],
    ["2020-03-23 23:19:34", "YYYY-MM-DD HH:mm:ss"],
    ["2020-03-23", "YYYY-MM-DD"],
    ["2020/3/23", "YYYY/M/D"],
    ["23-Jan-2020", "D-MMM-YYYY"],
    ["23 September 20", "D MMM YY"],
    ["January 3, 2020", "MMM D, YYYY"],
  ])("%s is %s", (value, pattern) => {
    expect(patternsOf(value)).toEqual([pattern]);
  });

  test.each(["1.2.3", "10.0.0.1", "2020", "12/2020", "1-800-555", "abc", "", "3/4", "99-99-9999x"])(
    "%j is none",
    (value) => {
      expect(patternsOf(value)).toBeNull();
    },
  );
});

describe("the patterns of a column", () => {
  test("are all that its values use, in name order", () => {
    expect(patternsOf("2020-01-02", "1/22/2020 17:00", "1/23/20 17:00", "2020-01-03")).toEqual([
      "M/D/YY H:mm",
      "M/D/YYYY H:mm",
      "YYYY-MM-DD",
    ]);
  });

  test("are none when most values are no points in time", () => {
    expect(patternsOf("2020-01-02", "unknown", "n/a")).toBeNull();
    expect(patternsOf("2020-01-02", "2020-01-03", "n/a")).toEqual(["YYYY-MM-DD"]);
  });

  test("are decided for all by one value that can be read in one way only", () => {
    expect(patternsOf("2/1/2020 11:53", "1/31/2020 9:10")).toEqual(["M/D/YYYY H:mm"]);
    expect(patternsOf("2/1/2020 11:53", "31/1/2020 9:10", "3/4/20")).toEqual([
      "D/M/YY",
      "D/M/YYYY H:mm",
    ]);
  });

  test("stay open where every value can be read both ways, until another file decides", () => {
    const open = patternsOf("2/1/2020", "3/4/2020") ?? [];
    expect(open).toEqual(["N/N/YYYY"]);
    expect(settlePatterns(open, [])).toBeNull();
    expect(settlePatterns(open, [["N/N/YYYY"], ["YYYY-MM-DD"]])).toBeNull();
    expect(settlePatterns(open, [["YYYY-MM-DD"], ["D/M/YYYY H:mm"]])).toEqual(["D/M/YYYY"]);
    expect(settlePatterns([...open, "M/D/YY"], [["D/M/YYYY"]])).toEqual(["M/D/YY", "M/D/YYYY"]);
  });

  test("are told apart where both orders are there", () => {
    expect(patternsOf("31/1/20", "1/31/2020")).toEqual(["D/M/YY", "M/D/YYYY"]);
  });
});
