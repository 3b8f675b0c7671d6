import type { Signal } from "../../src/core/signals/signal.ts";
import { noStanding } from "../../src/core/signals/standing.ts";
import type { SentReport, SignalsReport } from "../../src/engine/signal-desk.ts";
import { hourMs, noon } from "./decide-fixture.ts";

const frozen: Signal = {
  id: "s-1",
  source: "/sluice/cli",
  type: "override.freeze",
  subject: "flights",
  at: noon - hourMs,
  data: { by: "ada", why: "the airport closed", until: noon + 5 * hourMs },
};

/** A word on the flights that was received just now. */
export function sentFreeze(): SentReport {
  return { signal: frozen, isNew: true };
}

/** One signal in each state. */
export function flightsSignals(): SignalsReport {
  const common = { source: "/scheduler" };
  return {
    at: noon,
    standing: {
      ...noStanding,
      overrides: new Map([
        [
          "flights",
          {
            do: "freeze",
            by: "ada",
            why: "the airport closed",
            until: noon + 5 * hourMs,
            signal: "s-1",
            cancel: false,
          },
        ],
      ]),
    },
    signals: [
      {
        signal: {
          ...common,
          id: "s-2",
          type: "source.late",
          subject: "airports",
          at: noon,
          data: {},
        },
        receivedAt: noon,
        takenBy: null,
        state: "pending",
      },
      {
        signal: frozen,
        receivedAt: noon - hourMs,
        takenBy: "20260101T110000-3f9a",
        state: "holds",
      },
      {
        signal: {
          ...common,
          id: "s-3",
          type: "circuit.opened",
          subject: "warehouse_of_birds",
          at: noon - 2 * hourMs,
          data: { until: noon - hourMs, because: "5 failures, the last: connection refused" },
        },
        receivedAt: noon - 2 * hourMs,
        takenBy: "20260101T090000-71c2",
        state: "expired",
      },
      {
        signal: {
          ...common,
          id: "s-4",
          type: "quality.dropped",
          subject: "daily_delays",
          at: noon - 3 * hourMs,
          data: { failedChecks: 2 },
        },
        receivedAt: noon - 3 * hourMs,
        takenBy: "20260101T090000-71c2",
        state: "done",
      },
    ],
  };
}
