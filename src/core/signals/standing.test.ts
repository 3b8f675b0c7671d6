import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitrarySignal, signalOf } from "../../../test/support/arbitrary-signal.ts";
import { canonicalJson } from "../std/canonical-json.ts";
import { isNeutral, noStanding, standingOf } from "./standing.ts";
import { standingSchema, standingToJson } from "./stored-standing.ts";

const word = { by: "ana", why: "maintenance" };

describe("what holds", () => {
  test("is the latest word on a subject, until it ends or is lifted", () => {
    const bypass = signalOf({
      type: "override.bypass",
      subject: "a",
      at: 1,
      data: { ...word, until: 10 },
    });
    const freeze = signalOf({
      type: "override.freeze",
      subject: "a",
      at: 2,
      data: { ...word, until: null, cancel: true },
    });
    const lift = signalOf({ type: "override.lift", subject: "a", at: 3, data: word });
    expect(standingOf([bypass], 9).overrides.get("a")).toEqual({
      do: "bypass",
      ...word,
      until: 10,
      signal: bypass.id,
      cancel: false,
    });
    expect(isNeutral(standingOf([bypass], 10))).toBe(true);
    expect(standingOf([freeze, bypass], 20).overrides.get("a")).toMatchObject({
      do: "freeze",
      cancel: true,
    });
    expect(isNeutral(standingOf([lift, freeze, bypass], 5))).toBe(true);
  });

  test("counts lateness from the first word of it, and ends it when something comes", () => {
    const late = (at: number) =>
      signalOf({ type: "source.late", subject: "a", id: `l${at}`, at, data: {} });
    expect(standingOf([late(5), late(3)], 9).late.get("a")).toEqual({ since: 3, signal: "l3" });
    for (const type of ["source.back", "source.changed"] as const) {
      const end = signalOf({ type, subject: "a", at: 6, data: {} });
      expect(isNeutral(standingOf([late(3), end], 9))).toBe(true);
      expect(standingOf([late(3), end, late(7)], 9).late.get("a")).toMatchObject({ since: 7 });
    }
  });

  test("knows open circuits until they close or cool down, and pressure until it is over", () => {
    const opened = signalOf({
      type: "circuit.opened",
      subject: "shop",
      at: 2,
      data: { until: 8, because: "5 failures" },
    });
    const closed = signalOf({ type: "circuit.closed", subject: "shop", at: 4, data: {} });
    const pressed = signalOf({ type: "pressure", subject: "disk", at: 2, data: { level: 2 } });
    const over = signalOf({
      type: "pressure",
      subject: "disk",
      id: "over",
      at: 5,
      data: { level: 0 },
    });
    const held = standingOf([opened, pressed], 7);
    expect(held.circuits.get("shop")).toEqual({ openedAt: 2, until: 8, because: "5 failures" });
    expect(held.pressure.get("disk")).toEqual({ level: 2, signal: pressed.id });
    expect(standingOf([opened, pressed], 8).circuits.size).toBe(0);
    expect(isNeutral(standingOf([opened, closed, pressed, over], 7))).toBe(true);
  });
});

describe("whatever arrives", () => {
  const signals = fc.array(arbitrarySignal(), { maxLength: 20 });
  const now = fc.integer({ min: 0, max: 60 });

  test("in whatever order and how often, the same holds", () => {
    const shuffled = signals.chain((all) =>
      fc.tuple(
        fc.constant(all),
        fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 }),
      ),
    );
    fc.assert(
      fc.property(shuffled, now, ([all, twice], at) => {
        expect(canonicalJson(standingToJson(standingOf(twice, at)))).toBe(
          canonicalJson(standingToJson(standingOf(all, at))),
        );
      }),
    );
  });

  test("what has ended is as if nobody had said it", () => {
    fc.assert(
      fc.property(signals, (all) => {
        const standing = standingOf(all, 51);
        expect(standing.circuits.size).toBe(0);
        expect([...standing.overrides.values()].filter(({ until }) => until !== null)).toEqual([]);
      }),
    );
  });

  test("what is stored of it reads back the same", () => {
    fc.assert(
      fc.property(signals, now, (all, at) => {
        const standing = standingOf(all, at);
        const stored = JSON.parse(canonicalJson(standingToJson(standing)));
        expect(standingSchema.parse(stored)).toEqual(standing);
      }),
    );
    expect(standingSchema.parse(standingToJson(noStanding))).toEqual(noStanding);
  });
});
