import fc from "fast-check";
import { expect, test } from "vitest";
import { passedSignals } from "./passed-signals.ts";
import type { Signal } from "./signal.ts";
import { standingOf } from "./standing.ts";

const by = { by: "ana", why: "because" };

type Common = Pick<Signal, "source" | "id" | "subject" | "at">;

const kinds: readonly ((common: Common) => Signal)[] = [
  (common) => ({ ...common, type: "source.late", data: {} }),
  (common) => ({ ...common, type: "source.back", data: {} }),
  (common) => ({ ...common, type: "source.changed", data: {} }),
  (common) => ({ ...common, type: "schema.changed", data: {} }),
  (common) => ({ ...common, type: "cycle.due", data: {} }),
  (common) => ({ ...common, type: "quality.dropped", data: { failedChecks: 2 } }),
  (common) => ({ ...common, type: "tier.changed", data: { tier: 0 } }),
  (common) => ({ ...common, type: "circuit.opened", data: { until: 30, because: "it failed" } }),
  (common) => ({ ...common, type: "circuit.closed", data: {} }),
  (common) => ({ ...common, type: "override.freeze", data: { ...by, until: null } }),
  (common) => ({ ...common, type: "override.bypass", data: { ...by, until: 25 } }),
  (common) => ({ ...common, type: "override.lift", data: { ...by } }),
];

/** Signals of two subjects at instants from 0 to 40; ids are their places. */
const signals: fc.Arbitrary<Signal[]> = fc
  .array(
    fc.record({
      at: fc.integer({ min: 0, max: 40 }),
      subject: fc.constantFrom("a", "b"),
      kind: fc.constantFrom(...kinds),
    }),
    { maxLength: 25 },
  )
  .map((drawn) =>
    drawn.map(({ kind, at, subject }, place) =>
      kind({ source: "test", id: `s${String(place).padStart(2, "0")}`, at, subject }),
    ),
  );

test("without what has passed the same holds, at any instant and whatever is said after it", () => {
  fc.assert(
    fc.property(
      signals,
      fc.integer({ min: 0, max: 45 }),
      fc.integer({ min: 0, max: 60 }),
      (all, before, now) => {
        const passed = new Set(passedSignals(all, before, () => true));
        const kept = all.filter((signal) => !passed.has(signal));
        expect(standingOf(kept, now)).toEqual(standingOf(all, now));
        expect([...passed].every(({ at }) => at < before)).toBe(true);
        // Of what is old, one signal a matter stays at most.
        const old = kept.filter(({ at }) => at < before);
        expect(old.length).toBeLessThanOrEqual(2 * 5);
      },
    ),
    { seed: 23, numRuns: 3_000 },
  );
});

test("what waits for a run stays, with all that was said on its matter", () => {
  fc.assert(
    fc.property(signals, fc.nat(24), (all, place) => {
      const waiting = all[place];
      const passed = new Set(passedSignals(all, 50, (signal) => signal !== waiting));
      if (waiting !== undefined) expect(passed.has(waiting)).toBe(false);
      expect(
        standingOf(
          all.filter((signal) => !passed.has(signal)),
          20,
        ),
      ).toEqual(standingOf(all, 20));
    }),
    { seed: 29, numRuns: 1_000 },
  );
});
