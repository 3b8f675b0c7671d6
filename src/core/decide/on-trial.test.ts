import { describe, expect, test } from "vitest";
import {
  inputOf,
  later,
  modelSpec,
  profileOf,
  rulesOf,
  run,
  type Situation,
  sourceSpec,
  states,
  task,
} from "../../../test/support/decide-fixture.ts";
import { hashText } from "../std/hash.ts";
import { decideAgain } from "./decide-again.ts";
import { undoingOf, verdictOn } from "./verdict.ts";
import { explainTask } from "./why.ts";

const gate = (onFail: "undo" | "warn") => ({
  name: "some",
  check: { kind: "row_count" as const, min: 1, max: null },
  onFail,
  by: null,
});

const shop: Situation = {
  sources: [sourceSpec("orders", { gates: [gate("undo")] }), sourceSpec("rates")],
  models: [modelSpec("priced", ["orders", "rates"]), modelSpec("total", ["priced"])],
};

/** The cycle after one in which what was to be loaded of `orders` was condemned. */
function afterVerdict(change: Situation = {}): Situation {
  const good = later(shop);
  const bad = { ...good, profiles: [profileOf("orders", { fingerprint: hashText("bad") })] };
  const load = task(run(bad), "orders.load");
  const undoing = undoingOf([gate("undo")]) ?? "";
  const condemned = verdictOn(load.fingerprint ?? "", undoing);
  const history = (bad.history ?? []).map((entry) =>
    entry.subject === "orders" ? { ...entry, condemned } : entry,
  );
  return { ...bad, history, ...change };
}

describe("a gate that undoes", () => {
  test("belongs to the measuring task, keeps a version, and readers wait for its verdict", () => {
    const decided = run(shop);
    expect(task(decided, "orders.load").safeguards).toMatchObject({
      gates: [],
      retain: { versions: 1 },
    });
    expect(task(decided, "orders.verify").safeguards.gates).toHaveLength(1);
    expect(task(decided, "priced.transform").after).toEqual([
      { task: "orders.verify", onBypass: "skip" },
      { task: "rates.load", onBypass: "skip" },
    ]);
    expect(task(decided, "total.transform").after).toEqual([
      { task: "priced.transform", onBypass: "skip" },
    ]);
  });

  test("is waited for also where the load has committed and nobody judged it yet", () => {
    const loaded = later(shop);
    const history = (loaded.history ?? []).map((entry) =>
      entry.subject === "orders"
        ? { ...entry, verified: null }
        : entry.subject === "priced"
          ? { ...entry, output: null }
          : entry,
    );
    const decided = run({ ...loaded, history });
    expect(states(decided)["orders.load"]).toBe("up_to_date");
    expect(task(decided, "priced.transform").after).toEqual([
      { task: "orders.verify", onBypass: "skip" },
    ]);
  });

  test("has its tables filled first when it looks at another one", () => {
    const check = { kind: "relationships" as const, column: "rate", to: "rates", field: "id" };
    const sources = [
      sourceSpec("orders", { gates: [{ ...gate("undo"), check }] }),
      sourceSpec("rates"),
    ];
    expect(task(run({ sources }), "orders.load").after).toContainEqual({
      task: "rates.load",
      onBypass: "skip",
    });
  });
});

describe("what was condemned", () => {
  test("is not loaded again while neither it nor the gate has changed", () => {
    const decided = run(afterVerdict());
    expect(states(decided)).toMatchObject({
      "orders.extract": "condemned",
      "orders.load": "condemned",
      "orders.verify": "condemned",
      "priced.transform": "upstream orders",
    });
    const why = explainTask(decided, "orders.load");
    expect(why?.chain[0]?.text).toBe(
      "orders was undone after some had condemned it, and what it would be made of has not changed since.",
    );
    expect(why?.flip).toBe("would run if orders changed, or what it must hold");
    expect(why?.chain[0]?.evidence).toMatchObject({ gates: ["some"] });
  });

  test("is loaded once it changes, the gate is another, or goes", () => {
    const changed = [profileOf("orders", { fingerprint: hashText("mended") })];
    expect(states(run(afterVerdict({ profiles: changed })))["orders.load"]).toBe("active");
    const loosened = [{ ...gate("undo"), check: { ...gate("undo").check, min: 0 } }];
    for (const gates of [loosened, [gate("warn")], []]) {
      const sources = [sourceSpec("orders", { gates }), sourceSpec("rates")];
      expect(states(run(afterVerdict({ sources })))["orders.load"]).toBe("active");
    }
  });

  test("is what a model was built of, too", () => {
    const models = [modelSpec("priced", ["orders"], { gates: [gate("undo")] })];
    const decided = run({ ...shop, models });
    const { fingerprint } = task(decided, "priced.transform");
    const condemned = verdictOn(fingerprint ?? "", undoingOf([gate("undo")]) ?? "");
    const history = [
      {
        subject: "priced",
        output: null,
        condemned,
        degraded: null,
        usualRows: null,
        verified: null,
        quality: null,
        reliability: null,
      },
    ];
    expect(states(run({ ...shop, models, history }))["priced.transform"]).toBe("condemned");
  });

  test("is decided again alike", () => {
    const before = run(later(shop));
    const input = inputOf(afterVerdict());
    expect(decideAgain(before, input).blueprint.id).toBe(run(afterVerdict()).blueprint.id);
  });

  test("is undone by a rule's gate as by a declared one", () => {
    const ruleSets = rulesOf([
      {
        id: "undo",
        for: "source",
        when: "true",
        then: [{ gate: { row_count: { min: 1 }, on_fail: "undo" } }, { retain: { versions: 3 } }],
      },
    ]);
    const decided = run({ sources: [sourceSpec("orders")], ruleSets });
    expect(task(decided, "orders.load").safeguards.retain).toEqual({ versions: 3 });
  });
});
