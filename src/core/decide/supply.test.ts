import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  historyAfter,
  hourMs,
  inputOf,
  modelSpec,
  noon,
  profileOf,
  rulesOf,
  run,
  type Situation,
  sourceSpec,
  states,
  task,
} from "../../../test/support/decide-fixture.ts";
import { noStanding } from "../signals/standing.ts";
import { hashText } from "../std/hash.ts";
import { decideAgain } from "./decide-again.ts";
import type { Decided } from "./decided.ts";
import { shareOf } from "./share.ts";
import { partFingerprint } from "./supply.ts";

type Effects = Parameters<typeof rulesOf>[0][number]["then"];

function fallback(effect: Effects[number]): Pick<Situation, "ruleSets"> {
  return {
    ruleSets: rulesOf([
      { id: "fb", for: "source", when: 'source.name == "orders"', then: [effect] },
    ]),
  };
}

function degraded({ blueprint }: Decided): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    [...blueprint.segments.values()].flatMap((segment) =>
      segment.degraded === null ? [] : [[segment.subject, segment.degraded.because]],
    ),
  );
}

function volumeOf(rows: number | null, files = 1) {
  return { rows, isExact: true, bytes: 10, files, trend: null };
}

const shop: Situation = {
  sources: [sourceSpec("orders"), sourceSpec("spare", { connection: "other" })],
  models: [modelSpec("priced", ["orders"])],
};
const gone = profileOf("orders", {
  presence: { state: "missing", detail: "no such file" },
  fingerprint: null,
});

describe("the share of what came", () => {
  test("is of rows where these can be compared, else of files", () => {
    const usual = { mean: 100, least: 90 };
    expect(shareOf({ rows: 95, files: 1, filesLeftOut: 0 }, usual)).toMatchObject({
      share: 0.95,
      isShort: false,
    });
    expect(shareOf({ rows: 80, files: 1, filesLeftOut: 0 }, usual)?.isShort).toBe(true);
    expect(shareOf({ rows: null, files: 3, filesLeftOut: 1 }, usual)).toMatchObject({
      share: 0.75,
      counted: "files",
      isShort: true,
    });
    expect(shareOf({ rows: 5, files: 3, filesLeftOut: 0 }, null)).toBeNull();
  });

  test("is short only below all that came before, and clearly so", () => {
    fc.assert(
      fc.property(
        fc.nat(1_000),
        fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 12 }),
        (rows, past) => {
          const mean = past.reduce((sum, one) => sum + one, 0) / past.length;
          const usual = { mean, least: Math.min(...past) };
          const share = shareOf({ rows, files: 1, filesLeftOut: 0 }, usual);
          expect(share?.isShort).toBe(rows < usual.least && rows < 0.9 * mean);
        },
      ),
    );
  });
});

describe("a source that came in part", () => {
  const partial = fallback({ fallback: { use: "partial", min_share: 0.5 } });
  const before = run(shop);
  const withRows = (rows: number, more: Situation = {}): Situation => ({
    ...shop,
    ...partial,
    at: noon + hourMs,
    history: historyAfter(before).map((entry) => ({
      ...entry,
      usualRows: { mean: 1_000, least: 1_000 },
    })),
    profiles: [profileOf("orders", { fingerprint: hashText("v2"), volume: volumeOf(rows) })],
    ...more,
  });

  test("is loaded as a part, which is never taken for the whole of it", () => {
    const part = run(withRows(600));
    const because = "orders came with 600 of 1000 expected rows (60 %)";
    expect(degraded(part)).toEqual({ orders: because, priced: because });
    const whole = run({ ...withRows(600), ruleSets: [] });
    expect(task(part, "orders.load").fingerprint).toBe(
      partFingerprint(task(whole, "orders.load").fingerprint),
    );
    expect(degraded(whole)).toEqual({});
  });

  test("is left alone when too little came, and taken as it is when somebody forces it", () => {
    const short = run(withRows(400));
    expect(states(short)).toMatchObject({
      "orders.load": "source_short core/fb",
      "priced.transform": "upstream orders",
    });
    const word = { by: "ada", why: "sale is over", until: null, signal: "s", cancel: false };
    const overrides = new Map([["orders", { do: "force" as const, ...word }]]);
    const forced = run(withRows(400, { standing: { ...noStanding, overrides } }));
    expect(states(forced)["orders.load"]).toBe("active");
    expect(degraded(forced)).toEqual({});
  });

  test("stays degraded while nothing changes, and is clear once all of it came", () => {
    const first = run(withRows(600));
    const kept = historyAfter(first).map((entry) => ({
      ...entry,
      usualRows: { mean: 1_000, least: 1_000 },
    }));
    const second = run({ ...withRows(600), history: kept });
    expect(states(second)["orders.load"]).toBe("up_to_date");
    expect(degraded(second)).toEqual(degraded(first));
    const third = run({
      ...withRows(1_000),
      profiles: [profileOf("orders", { fingerprint: hashText("v3") })],
      history: kept,
    });
    expect(states(third)["orders.load"]).toBe("active");
    expect(degraded(third)).toEqual({});
  });

  test("is found by files where rows say nothing", () => {
    const unreachable = {
      state: "unreachable" as const,
      code: "SOURCE_UNREADABLE",
      detail: "d.csv cannot be read",
      filesLeftOut: 1,
    };
    const profiles = [profileOf("orders", { presence: unreachable, volume: volumeOf(null, 3) })];
    expect(degraded(run({ ...shop, ...partial, profiles }))["orders"]).toBe(
      "orders came with 3 of 4 expected files (75 %)",
    );
    expect(states(run({ ...shop, profiles }))["orders.load"]).toBe("source_missing");
  });
});

describe("a source that another one stands in for", () => {
  const alternate = fallback({ fallback: { use: "alternate", source: "spare" } });

  test("is loaded from there, under an identity of that place", () => {
    const decided = run({ ...shop, ...alternate, profiles: [gone] });
    const because = "orders is missing, and is loaded from spare";
    expect(degraded(decided)).toEqual({ orders: because, priced: because });
    expect(decided.blueprint.segments.get("orders")?.degraded?.alternate).toBe("spare");
    expect(task(decided, "orders.load").fingerprint).not.toBe(
      task(run(shop), "orders.load").fingerprint,
    );
  });

  test("is loaded from there also while the circuit of its connection is open", () => {
    const circuits = new Map([["files", { openedAt: noon, until: noon + hourMs, because: "x" }]]);
    const standing = { ...noStanding, circuits };
    expect(degraded(run({ ...shop, ...alternate, standing }))["orders"]).toBe(
      "orders is held off by the open circuit of files, and is loaded from spare",
    );
  });

  test("is not, where that is gone too, or rows could be lost or doubled", () => {
    const both = [gone, profileOf("spare", { presence: gone.presence, fingerprint: null })];
    expect(states(run({ ...shop, ...alternate, profiles: both }))["orders.load"]).toBe(
      "source_missing",
    );
    const sources = [sourceSpec("orders", { strategy: "append" }), sourceSpec("spare")];
    expect(states(run({ ...shop, sources, ...alternate, profiles: [gone] }))["orders.load"]).toBe(
      "source_missing",
    );
  });

  test("is decided again when that one changes", () => {
    const situation = { ...shop, ...alternate, profiles: [gone] };
    const other = profileOf("spare", { connection: "other", fingerprint: hashText("spare v2") });
    const input = inputOf({ ...situation, profiles: [gone, other] });
    const again = decideAgain(run(situation), input);
    expect(again.blueprint.id).toBe(run({ ...situation, profiles: [gone, other] }).blueprint.id);
    expect(again.blueprint.id).not.toBe(run(situation).blueprint.id);
  });
});
