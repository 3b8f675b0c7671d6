import { describe, expect, test } from "vitest";
import { signalOf } from "../../../test/support/arbitrary-signal.ts";
import {
  historyAfter,
  hourMs,
  inputOf,
  later,
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
import type { Signal } from "../signals/signal.ts";
import { standingOf } from "../signals/standing.ts";
import { hashText } from "../std/hash.ts";
import { decide } from "./decide.ts";
import { decideAgain } from "./decide-again.ts";
import { decisionOf } from "./decision-of.ts";

const ana = { by: "ana", why: "bad prices", until: noon + 5 * hourMs };
const say = (...signals: readonly Signal[]): Pick<Situation, "standing"> => ({
  standing: standingOf(signals, noon),
});
const bypass = signalOf({ type: "override.bypass", subject: "orders", data: ana });
const freeze = signalOf({ type: "override.freeze", subject: "orders", data: ana });
const force = (subject: string) => signalOf({ type: "override.force", subject, data: ana });

const shop: Situation = {
  sources: [sourceSpec("orders"), sourceSpec("rates")],
  models: [
    modelSpec("revenue", ["orders", "rates"]),
    modelSpec("trend", [{ subject: "orders", onBypass: "last_good" }]),
    modelSpec("rates_now", ["rates"]),
  ],
};
const ordersChanged = [profileOf("orders", { fingerprint: hashText("orders v2") })];

describe("an override", () => {
  test("bypasses a subject; its readers follow the policies of their edges", () => {
    const decided = run({ ...later(shop, { profiles: ordersChanged }), ...say(bypass) });
    expect(states(decided)).toMatchObject({
      "orders.extract": "override ana",
      "orders.load": "override ana",
      "orders.verify": "override ana",
      "revenue.transform": "upstream orders",
      "trend.transform": "up_to_date",
      "rates.load": "up_to_date",
    });
    expect(decisionOf(decided, "orders")?.evidence["orders.load"]).toEqual({
      said: "bypass",
      by: "ana",
      why: "bad prices",
      until: "2026-01-01T17:00:00Z",
      signal: bypass.id,
    });
  });

  test("freezes a table: its readers take it for current, whatever its source holds", () => {
    const situation = later(shop, {
      profiles: [...ordersChanged, profileOf("rates", { fingerprint: hashText("rates v2") })],
    });
    const decided = run({ ...situation, ...say(freeze) });
    expect(states(decided)).toMatchObject({
      "orders.load": "frozen ana",
      "revenue.transform": "active",
      "trend.transform": "up_to_date",
    });
    expect(task(decided, "revenue.transform").after.map((edge) => edge.task)).toEqual([
      "rates.load",
    ]);
    const thawed = run({ ...situation, history: historyAfter(decided) });
    expect(states(thawed)).toMatchObject({
      "orders.load": "active",
      "revenue.transform": "active",
      "trend.transform": "active",
    });
  });

  test("freezes nothing where nothing is: readers are held back", () => {
    expect(states(run({ ...shop, ...say(freeze) }))).toMatchObject({
      "orders.load": "frozen ana",
      "revenue.transform": "upstream orders",
    });
  });

  test("forces what is up to date once, and its readers with it", () => {
    const situation = { ...later(shop), ...say(force("orders")) };
    const decided = run(situation);
    expect(states(decided)).toMatchObject({
      "orders.extract": "active",
      "orders.load": "active",
      "rates.load": "up_to_date",
      "revenue.transform": "active",
      "rates_now.transform": "up_to_date",
    });
    const made = task(decided, "orders.load").fingerprint ?? "";
    const history = historyAfter(decided).map((past) =>
      past.subject === "orders" && past.output !== null
        ? {
            ...past,
            output: {
              ...past.output,
              remakeOf: task(run(later(shop)), "orders.load").fingerprint ?? "",
            },
          }
        : past,
    );
    for (const standing of [say(force("orders")), say()]) {
      const next = run({ ...situation, history, ...standing });
      expect([...new Set(Object.values(states(next)))]).toEqual(["up_to_date"]);
      expect(task(next, "orders.load").fingerprint).toBe(made);
    }
    const again = run({
      ...situation,
      history,
      ...say(signalOf({ ...force("orders"), type: "override.force", data: ana, id: "once more" })),
    });
    expect(states(again)["orders.load"]).toBe("active");
  });

  test("forces what a rule bypasses and what nobody asks for, with all that it reads", () => {
    const decided = run({
      sources: [sourceSpec("a", { demand: "when_used" })],
      models: [modelSpec("m", ["a"], { demand: "when_used" })],
      ruleSets: rulesOf([{ id: "off", for: "model", when: "true", then: [{ bypass: {} }] }]),
      ...say(force("m")),
    });
    expect(states(decided)).toMatchObject({ "a.load": "active", "m.transform": "active" });
  });

  test("forces nothing where there is no source, or an input is wanting", () => {
    const gone = profileOf("orders", { presence: { state: "missing", detail: "no such file" } });
    const decided = run({ ...shop, profiles: [gone], ...say(force("orders"), force("revenue")) });
    expect(states(decided)).toMatchObject({
      "orders.load": "source_missing",
      "revenue.transform": "upstream orders",
    });
  });

  test("that has ended is as if nobody had said it, also when only time has passed", () => {
    const situation = { ...later(shop, { profiles: ordersChanged }), ...say(bypass) };
    const held = run(situation);
    const ended = { ...situation, at: noon + 5 * hourMs };
    const free = run({ ...ended, ...say() });
    expect(run(ended).record).toEqual(free.record);
    expect(decideAgain(held, inputOf(ended)).record).toEqual(free.record);
    expect(held.record.standing).toBeDefined();
    expect(free.record.standing).toBeUndefined();
  });

  test("asks for nothing of what a bypassed or frozen model reads", () => {
    const situation: Situation = {
      sources: [sourceSpec("a", { demand: "when_used" })],
      models: [modelSpec("m", ["a"])],
    };
    for (const type of ["override.bypass", "override.freeze"] as const) {
      const decided = run({ ...situation, ...say(signalOf({ type, subject: "m", data: ana })) });
      expect(states(decided)["a.load"]).toBe("not_demanded");
    }
  });
});

describe("a view that is not made anew", () => {
  const viewed: Situation = {
    sources: [sourceSpec("orders")],
    models: [
      modelSpec("v", ["orders"], { materialize: "view" }),
      modelSpec("m", [{ subject: "v", onBypass: "last_good" }]),
    ],
  };
  const frozen = say(signalOf({ type: "override.freeze", subject: "v", data: ana }));

  test("is what it was made as for as long as what is below it is", () => {
    const decided = run({ ...later(viewed), ...frozen });
    expect(states(decided)).toMatchObject({
      "v.transform": "frozen ana",
      "m.transform": "up_to_date",
    });
  });

  test("shows what nobody knows the identity of, once that moves: its readers run in doubt", () => {
    const decided = run({ ...later(viewed, { profiles: ordersChanged }), ...frozen });
    expect(states(decided)).toMatchObject({ "orders.load": "active", "m.transform": "active" });
    expect(task(decided, "m.transform").fingerprint).toBeNull();
  });
});

describe("what signals say becomes facts", () => {
  const rules = (kind: "source" | "model", when: string) =>
    rulesOf([{ id: "r", for: kind, when, then: [{ tag: "hit" }] }]);
  const isHit = (situation: Situation, subject: string) =>
    run(situation).blueprint.segments.get(subject)?.tags.includes("hit") ?? false;

  test.each([
    ["source.signals.late", signalOf({ type: "source.late", subject: "orders", data: {} })],
    [
      'source.circuit == "open"',
      signalOf({
        type: "circuit.opened",
        subject: "files",
        data: { until: noon + hourMs, because: "5 failures in a row" },
      }),
    ],
    [
      '"disk" in capacity.pressure',
      signalOf({ type: "pressure", subject: "disk", data: { level: 1 } }),
    ],
    ["source.tier == 0", signalOf({ type: "tier.changed", subject: "orders", data: { tier: 0 } })],
    [
      "source.quality.failed_checks == 4",
      signalOf({ type: "quality.dropped", subject: "orders", data: { failedChecks: 4 } }),
    ],
  ])("%s", (when, signal) => {
    const situation = { ...shop, ruleSets: rules("source", when) };
    expect(isHit(situation, "orders")).toBe(false);
    expect(isHit({ ...situation, ...say(signal) }, "orders")).toBe(true);
  });

  test("quality that was measured since then counts, and not what was said before", () => {
    const dropped = (at: number) =>
      signalOf({ type: "quality.dropped", subject: "revenue", at, data: { failedChecks: 2 } });
    const situation = {
      ...later(shop),
      ruleSets: rules("model", "model.quality.failed_checks == 2"),
    };
    expect(isHit({ ...situation, ...say(dropped(noon)) }, "revenue")).toBe(false);
    expect(isHit({ ...situation, ...say(dropped(noon + 1)) }, "revenue")).toBe(true);
  });

  test("a tier that rules set holds over one that was said, which holds over the declared", () => {
    const said = say(signalOf({ type: "tier.changed", subject: "orders", data: { tier: 5 } }));
    expect(run({ ...shop, ...said }).blueprint.segments.get("orders")?.tier).toBe(5);
    const ruleSets = rulesOf([
      { id: "r", for: "source", when: "source.tier == 5", then: [{ classify: { tier: 1 } }] },
    ]);
    const classified = run({ ...shop, ...said, ruleSets });
    expect(classified.blueprint.segments.get("orders")?.tier).toBe(1);
  });
});

describe("a cycle that is about some subjects", () => {
  const changed = later(shop, {
    profiles: [...ordersChanged, profileOf("rates", { fingerprint: hashText("rates v2") })],
  });

  test("leaves the others as they are, and reads them so", () => {
    const decided = run({ ...changed, focus: ["revenue", "rates"] });
    expect(states(decided)).toEqual({
      "orders.extract": "not_demanded",
      "orders.load": "not_demanded",
      "orders.verify": "not_demanded",
      "rates.extract": "active",
      "rates.load": "active",
      "rates.verify": "active",
      "rates_now.check": "not_demanded",
      "rates_now.transform": "not_demanded",
      "revenue.check": "active",
      "revenue.transform": "active",
      "trend.check": "not_demanded",
      "trend.transform": "not_demanded",
    });
    const after = run({ ...changed, history: historyAfter(decided), focus: null });
    expect(states(after)).toMatchObject({
      "orders.load": "active",
      "rates.load": "up_to_date",
      "rates_now.transform": "active",
      "revenue.transform": "active",
    });
  });

  test("does not read what was never made, or what a rule keeps out", () => {
    expect(states(run({ ...shop, focus: ["revenue", "rates"] }))["revenue.transform"]).toBe(
      "upstream orders",
    );
    const ruleSets = rulesOf([
      { id: "off", for: "source", when: 'source.name == "orders"', then: [{ bypass: {} }] },
    ]);
    const decided = run({ ...changed, ruleSets, focus: ["revenue", "rates"] });
    expect(states(decided)["revenue.transform"]).toBe("upstream orders");
  });

  test("is bound in its record, in whatever order they are named", () => {
    const one = run({ ...changed, focus: ["revenue", "rates"] });
    const other = run({ ...changed, focus: ["rates", "revenue", "rates"] });
    expect(one.record.focus).toBeDefined();
    expect(other.record).toEqual(one.record);
    const all = run(changed);
    expect(all.record.focus).toBeUndefined();
    expect(decideAgain(one, inputOf(changed)).record).toEqual(all.record);
    expect(decideAgain(all, inputOf({ ...changed, focus: ["revenue", "rates"] })).record).toEqual(
      one.record,
    );
    expect(decide(inputOf({ ...changed, focus: [] })).summary.active).toBe(0);
  });
});
