import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nextDue, timetableProblem } from "./timetable.ts";
import { instantsOf, isZone, wallTime } from "./zone.ts";

const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString().slice(0, 16));

/** The next `count` times, in UTC. */
function dues(cron: string, zone: string, from: string, count: number): readonly (string | null)[] {
  const found: (string | null)[] = [];
  let at: number | null = Date.parse(`${from}Z`);
  for (let index = 0; index < count && at !== null; index += 1) {
    at = nextDue({ cron, zone }, at);
    found.push(iso(at));
  }
  return found;
}

describe("a timetable", () => {
  test("goes by the clocks of its zone", () => {
    expect(dues("0 6 * * *", "UTC", "2026-01-01T06:00", 2)).toEqual([
      "2026-01-02T06:00",
      "2026-01-03T06:00",
    ]);
    expect(dues("0 6 * * *", "Europe/Berlin", "2026-01-01T00:00", 1)).toEqual(["2026-01-01T05:00"]);
    expect(dues("0 6 * * *", "Asia/Kolkata", "2026-01-01T00:00", 1)).toEqual(["2026-01-01T00:30"]);
    expect(dues("30 9 * * MON-FRI", "America/New_York", "2026-01-02T15:00", 2)).toEqual([
      "2026-01-05T14:30",
      "2026-01-06T14:30",
    ]);
    expect(dues("@daily", "Pacific/Auckland", "2026-01-01T00:00", 1)).toEqual(["2026-01-01T11:00"]);
  });

  test("is never due at the instant that it is asked from, nor for a day that does not come", () => {
    expect(dues("* * * * *", "UTC", "2026-01-01T00:00", 2)).toEqual([
      "2026-01-01T00:01",
      "2026-01-01T00:02",
    ]);
    expect(dues("0 0 29 2 *", "UTC", "2026-01-01T00:00", 1)).toEqual(["2028-02-29T00:00"]);
  });
});

// Clocks are put forward over the first wall time, and back over the second one.
const changes = [
  // [zone, gap: cron and when in UTC, fold: cron, first and second time in UTC]
  ["Europe/Berlin", "30 2 * * *", "2026-03-29T01:00", "2026-10-25T00:30", "2026-10-25T01:30"],
  ["America/New_York", "30 2 * * *", "2026-03-08T07:00", null, null],
  ["America/New_York", "30 1 * * *", "2026-03-08T06:30", "2026-11-01T05:30", "2026-11-01T06:30"],
  // By half an hour.
  ["Australia/Lord_Howe", "15 2 * * *", "2026-10-03T15:30", null, null],
  ["Australia/Lord_Howe", "45 1 * * *", "2026-10-03T15:15", "2026-04-04T14:45", "2026-04-04T15:15"],
  // At midnight.
  ["Africa/Cairo", "30 0 * * *", "2026-04-23T22:00", null, null],
] as const;

describe("where clocks are changed", () => {
  test.each(changes)("in %s, `%s` is due once each day", (...change) => {
    const [zone, cron, forward, first, second] = change;
    const dayBefore = (at: string) => iso(Date.parse(`${at}Z`) - 12 * 3_600_000) ?? "";
    expect(dues(cron, zone, dayBefore(forward), 1)).toEqual([forward]);
    if (first === null || second === null) return;
    const [once, next] = dues(cron, zone, dayBefore(first), 2);
    expect(once).toBe(first);
    expect(next).not.toBe(second);
    const walls = instantsOf(wallTime(Date.parse(`${first}Z`), zone), zone).map(iso);
    expect(walls).toEqual([first, second]);
  });

  test("several times that do not exist are due together, once", () => {
    expect(dues("*/15 2 * * *", "Europe/Berlin", "2026-03-28T23:00", 2)).toEqual([
      "2026-03-29T01:00",
      "2026-03-30T00:00",
    ]);
    expect(dues("0,30 2,3 * * *", "Europe/Berlin", "2026-03-28T23:00", 3)).toEqual([
      "2026-03-29T01:00",
      "2026-03-29T01:30",
      "2026-03-30T00:00",
    ]);
  });

  test("a rhythm goes on, however the clocks are put", () => {
    expect(dues("*/30 * * * *", "Europe/Berlin", "2026-10-24T23:45", 6)).toEqual([
      "2026-10-25T00:00",
      "2026-10-25T00:30",
      "2026-10-25T01:00",
      "2026-10-25T01:30",
      "2026-10-25T02:00",
      "2026-10-25T02:30",
    ]);
    expect(dues("0 * * * *", "Europe/Berlin", "2026-03-28T23:30", 3)).toEqual([
      "2026-03-29T00:00",
      "2026-03-29T01:00",
      "2026-03-29T02:00",
    ]);
    expect(dues("@hourly", "Australia/Lord_Howe", "2026-04-04T13:30", 3)).toEqual([
      "2026-04-04T14:00",
      "2026-04-04T15:30",
      "2026-04-04T16:30",
    ]);
  });

  const zones = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"];
  const instants = fc.integer({
    min: Date.UTC(2024, 0, 1) / 60_000,
    max: Date.UTC(2029, 0, 1) / 60_000,
  });

  test("a time of the day is due once on every day, in order, over years", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 0, max: 59 }),
        instants,
        (zone, hour, minute, from) => {
          const timetable = { cron: `${minute} ${hour} * * *`, zone };
          const first = nextDue(timetable, from * 60_000) ?? 0;
          const second = nextDue(timetable, first) ?? 0;
          const days = [first, second].map((at) => Math.floor(wallTime(at, zone) / 86_400_000));
          expect((days[1] ?? 0) - (days[0] ?? 0)).toBe(1);
          expect(first).toBeGreaterThan(from * 60_000);
        },
      ),
    );
  });

  test("every instant is one of those that its wall time has", () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), instants, (zone, minutes) => {
        const instant = minutes * 60_000;
        expect(instantsOf(wallTime(instant, zone), zone)).toContain(instant);
      }),
    );
  });
});

describe("what is written", () => {
  test.each([
    ["0 6 * * *", "Europe/Berlin", null],
    ["@daily", "UTC", null],
    ["0 6 * *", "UTC", /five parts/],
    ["0 0 6 * * *", "UTC", /five parts/],
    ["? 6 * * *", "UTC", /five parts/],
    ["61 6 * * *", "UTC", /out of range|Invalid/i],
    ["0 6 31 2 *", "UTC", /a time that comes/],
    ["0 6 * * *", "Europe/Berlim", /no time zone/],
    ["0 6 * * *", "+02:00", /no time zone/],
  ])("`%s` in %s is judged", (cron, zone, problem) => {
    const found = timetableProblem({ cron, zone });
    if (problem === null) expect(found).toBe(null);
    else expect(found).toMatch(problem);
  });

  test("zones are those of the zone database", () => {
    expect(["UTC", "Etc/GMT+5", "America/Argentina/Ushuaia"].map(isZone)).toEqual([
      true,
      true,
      true,
    ]);
    expect(["", "Mars/Olympus", "Europe/Berlin; DROP"].map(isZone)).toEqual([false, false, false]);
  });
});
