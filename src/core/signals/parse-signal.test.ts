import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitrarySignal } from "../../../test/support/arbitrary-signal.ts";
import { parseSignal } from "./parse-signal.ts";
import { signalToCloudEvent } from "./signal-event.ts";

const noon = Date.UTC(2026, 0, 1, 12);
const event = {
  specversion: "1.0",
  id: "7",
  source: "/airflow/prod",
  type: "dev.sluice.override.bypass",
  subject: "orders",
  time: "2026-01-01T11:00:00+01:00",
  data: { by: "ana", why: "wrong prices", until: "2026-01-02T00:00:00Z" },
};

function problems(change: Record<string, unknown>): readonly string[] {
  const parsed = parseSignal({ ...event, ...change }, noon);
  return parsed.ok ? [] : parsed.problems.map(({ at, message, fix }) => `${at}: ${message} ${fix}`);
}

describe("a CloudEvent", () => {
  test("becomes a signal, its instants milliseconds", () => {
    expect(parseSignal(event, noon)).toEqual({
      ok: true,
      signal: {
        id: "7",
        source: "/airflow/prod",
        type: "override.bypass",
        subject: "orders",
        at: noon - 2 * 3_600_000,
        data: { by: "ana", why: "wrong prices", until: noon + 12 * 3_600_000 },
      },
    });
  });

  test("happened when it arrived where it says nothing, or speaks of the future", () => {
    const { time: _time, ...silent } = event;
    expect(parseSignal(silent, noon)).toMatchObject({ signal: { at: noon } });
    const ahead = { ...event, time: "2026-01-01T12:00:01Z" };
    expect(parseSignal(ahead, noon)).toMatchObject({ signal: { at: noon } });
  });

  test("may carry extensions, and needs no data where there is nothing to say", () => {
    const late = { ...event, type: "dev.sluice.source.late", data: undefined, traceparent: "00-1" };
    expect(parseSignal(late, noon)).toMatchObject({ ok: true, signal: { data: {} } });
    expect(problems({ datacontenttype: "application/json; charset=utf-8" })).toEqual([]);
  });

  test("is refused with everything that is wrong, and where", () => {
    expect(problems({ type: "dev.sluice.override.bypas" })).toEqual([
      "type: There is no signal of type `dev.sluice.override.bypas`. Did you mean `dev.sluice.override.bypass`?",
    ]);
    expect(problems({ type: "source.late" })).toEqual([
      "type: There is no signal of type `source.late`. Did you mean `dev.sluice.source.late`?",
    ]);
    expect(problems({ type: "dev.sluice.pressure", subject: "discs", data: { level: 4 } })).toEqual(
      [
        "subject: Nothing named `discs` can run short. Did you mean `disk`?",
        expect.stringMatching(/^data\.level: Invalid input/),
      ],
    );
    expect(problems({ data: { by: "ana", until: "tomorrow", cancle: true } })).toEqual([
      expect.stringMatching(/^data\.why: /),
      expect.stringMatching(/^data\.until: Expected an instant such as/),
      expect.stringMatching(/^data: Unrecognized key: "cancle"\./),
    ]);
    expect(problems({ specversion: "0.3", id: "", data_base64: "e30=" })).toEqual([
      expect.stringMatching(/^specversion: .*Write `"specversion": "1.0"`\.$/),
      expect.stringMatching(/^id: /),
      expect.stringMatching(/^data_base64: .*Send `data` as JSON\.$/),
    ]);
    expect(problems({ time: "yesterday" })).toEqual([
      expect.stringMatching(/^time: The time is no instant\./),
    ]);
  });

  test("is refused where its texts are too long, or would draw on a terminal", () => {
    const data = { by: "ana", why: "x".repeat(1_001), until: null };
    expect(problems({ data })).toHaveLength(1);
    expect(problems({ data: { ...data, why: "\u001b[2Jgone" } })).toHaveLength(1);
    expect(problems({ subject: "half \ud800" })).toHaveLength(1);
    expect(problems({ source: "s".repeat(1_025) })).toHaveLength(1);
  });

  test("of any other shape is a problem and never an exception", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(parseSignal(value, noon).ok).toBe(false);
      }),
    );
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...Object.keys(event)), fc.jsonValue()),
        (change) => {
          const parsed = parseSignal({ ...event, ...change }, noon);
          if (!parsed.ok) expect(parsed.problems.length).toBeGreaterThan(0);
        },
      ),
    );
  });
});

test("a signal that is sent as an event is read as the same signal", () => {
  fc.assert(
    fc.property(arbitrarySignal(), (signal) => {
      const sent: unknown = JSON.parse(JSON.stringify(signalToCloudEvent(signal)));
      expect(parseSignal(sent, noon)).toEqual({ ok: true, signal });
    }),
  );
});
