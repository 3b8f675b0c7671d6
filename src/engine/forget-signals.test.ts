import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitrarySignal, signalOf } from "../../test/support/arbitrary-signal.ts";
import type { Signal } from "../core/signals/signal.ts";
import { standingOf } from "../core/signals/standing.ts";
import { standingToJson } from "../core/signals/stored-standing.ts";
import { canonicalJson } from "../core/std/canonical-json.ts";
import { forgettable } from "./forget-signals.ts";
import type { Understood } from "./read-signals.ts";

const dayMs = 86_400_000;

function received(signal: Signal, seq: number, receivedAt: number, takenBy: string | null = "r") {
  const { source, id } = signal;
  return { signal, stored: { seq, source, id, event: null, receivedAt, takenBy } };
}

describe("what is forgotten", () => {
  const word = { by: "ana", why: "x" };
  const freeze = signalOf({
    ...{ type: "override.freeze", subject: "a", id: "f", at: 1 },
    data: { ...word, until: null },
  });
  const lift = signalOf({ type: "override.lift", subject: "a", id: "l", at: 2, data: word });

  test("is over, old, and was taken", () => {
    const both = [received(freeze, 1, 1), received(lift, 2, 2)];
    expect(forgettable(both, 29 * dayMs)).toEqual([]);
    expect(forgettable(both, 31 * dayMs)).toEqual([1, 2]);
    expect(forgettable([received(freeze, 1, 1)], 31 * dayMs)).toEqual([]);
    expect(forgettable([received(lift, 2, 2, null)], 31 * dayMs)).toEqual([]);
  });

  test("is never what silences a word that arrived later", () => {
    const late = [received(lift, 1, 2), received(freeze, 2, 20 * dayMs)];
    expect(forgettable(late, 31 * dayMs)).toEqual([]);
    expect(forgettable(late, 51 * dayMs)).toEqual([1, 2]);
  });

  test("changes nothing of what holds, now or later", () => {
    const arrivals = fc.uniqueArray(
      fc.record({
        signal: arbitrarySignal(),
        day: fc.integer({ min: 0, max: 60 }),
        isTaken: fc.boolean(),
      }),
      { maxLength: 20, selector: ({ signal: { source, id } }) => `${source} ${id}` },
    );
    fc.assert(
      fc.property(arrivals, (all) => {
        const now = 61 * dayMs;
        const some: Understood[] = all.map(({ signal, day, isTaken }, seq) =>
          received(signal, seq, day * dayMs, isTaken ? "r" : null),
        );
        const gone = new Set(forgettable(some, now));
        const holding = (list: readonly Understood[], at: number) =>
          canonicalJson(
            standingToJson(
              standingOf(
                list.map(({ signal }) => signal),
                at,
              ),
            ),
          );
        const left = some.filter(({ stored }) => !gone.has(stored.seq));
        for (const at of [now, now + dayMs]) expect(holding(left, at)).toBe(holding(some, at));
      }),
    );
  });
});
