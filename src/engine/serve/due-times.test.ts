import { describe, expect, test } from "vitest";
import { noon, sourceSpec } from "../../../test/support/decide-fixture.ts";
import { Backoff } from "./backoff.ts";
import { dueTimes } from "./due-times.ts";
import { subjectGraph } from "./subject-graph.ts";
import { triggerOf } from "./trigger.ts";

const hourMs = 3_600_000;

describe("what is due", () => {
  const sources = [
    { ...sourceSpec("orders"), cadenceMs: hourMs },
    { ...sourceSpec("prices"), cadenceMs: null },
  ];
  const models = [{ name: "revenue", inputs: [{ subject: "prices", onBypass: "skip" as const }] }];
  const timetable = { cron: "0 6 * * *", zone: "Europe/Berlin" };
  const context = {
    graph: subjectGraph(sources, models),
    sources,
    lookedAt: new Map([
      ["orders", noon],
      ["prices", noon],
    ]),
    followedUntil: noon,
  };

  test("is a source whose cadence has passed since it was looked at", () => {
    expect(dueTimes({ timetables: [] }, context)).toEqual([
      { at: noon + hourMs, trigger: triggerOf("cadence", ["orders"]) },
    ]);
    expect(dueTimes({ timetables: [] }, { ...context, lookedAt: new Map() })).toEqual([]);
  });

  test("is what a timetable is of, a model with all that it reads", () => {
    const timetables = [
      { subject: null, timetable },
      { subject: "revenue", timetable },
    ];
    expect(dueTimes({ timetables }, { ...context, lookedAt: new Map() })).toEqual([
      { at: noon + 17 * hourMs, trigger: triggerOf("timetable", null) },
      { at: noon + 17 * hourMs, trigger: triggerOf("timetable", ["revenue", "prices"]) },
    ]);
  });
});

test("what fails is tried again later and later, until it succeeds", () => {
  const backoff = new Backoff();
  const failing = { failed: ["orders"], succeeded: [] };
  const waits = Array.from({ length: 7 }, () => backoff.note(failing, 0));
  expect(waits).toEqual([30_000, 60_000, 120_000, 240_000, 480_000, 900_000, 900_000]);
  expect(backoff.note({ failed: [], succeeded: ["orders"] }, 0)).toBe(null);
  expect(backoff.note(failing, 0)).toBe(30_000);
});
