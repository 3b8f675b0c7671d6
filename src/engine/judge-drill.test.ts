import { expect, test } from "vitest";
import { flightsRun } from "../../test/support/cli-reports.ts";
import { type DrillSeen, judgeDrill } from "./judge-drill.ts";

const sums = (rows: number, sum = "1") => new Map([["raw.flights", { rows, sum }]]);
const well: DrillSeen = {
  calm: sums(3),
  after: sums(3),
  struck: null,
  words: "",
  concerned: new Set(),
  next: { exitCode: 0, words: "" },
  isReplayIdentical: true,
  left: [],
};

/** What does not hold, with what is said of it. */
const broken = (seen: Partial<DrillSeen>) =>
  judgeDrill({ ...well, ...seen })
    .filter(({ holds }) => !holds)
    .map(({ name, detail }) => [name, detail]);

test("a project that mended holds everything", () => {
  expect(judgeDrill(well)).toHaveLength(7);
  expect(broken({})).toEqual([]);
});

test.each<[string, Partial<DrillSeen>, readonly unknown[]]>([
  ["fewer rows", { after: sums(2) }, [["no_row_lost", "raw.flights has 2 rows of 3"]]],
  ["other rows", { after: sums(3, "2") }, [["no_row_lost", "raw.flights has other rows"]]],
  ["no table", { after: new Map() }, [["no_row_lost", "raw.flights is not there"]]],
  ["more rows", { after: sums(4) }, [["no_row_doubled", "raw.flights has 4 rows instead of 3"]]],
  [
    "a next run that fails",
    { next: { exitCode: 1, words: "no" } },
    [["recovered", "the next run ended with 1: no"]],
  ],
  [
    "a bug",
    { words: "error INTERNAL: x is undefined" },
    [["explained", "error INTERNAL: x is undefined"]],
  ],
  ["another replay", { isReplayIdentical: false }, [["replay_identical", expect.any(String)]]],
  ["what is left", { left: ["run 1 is open"] }, [["nothing_left", "run 1 is open"]]],
])("%s is told", (_, seen, told) => {
  expect(broken(seen)).toEqual(told);
});

test("a failed task costs what reads it, and nobody else", () => {
  const struck = flightsRun();
  const concerned = new Set(["daily_delays"]);
  expect(broken({ struck, concerned })).toEqual([]);
  expect(broken({ struck, concerned: new Set(["airports"]) })).toEqual([
    ["others_finished", "daily_delays.transform failed; daily_delays.check skipped"],
  ]);
});
