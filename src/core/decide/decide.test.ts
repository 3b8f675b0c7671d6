import { describe, expect, test } from "vitest";
import {
  hourMs,
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
import { canonicalJson } from "../std/canonical-json.ts";
import { hashOf, hashText } from "../std/hash.ts";

const shop: Situation = {
  sources: [sourceSpec("orders"), sourceSpec("customers")],
  models: [
    modelSpec("stg_orders", ["orders"], { materialize: "view" }),
    modelSpec("revenue", ["stg_orders", "customers"]),
  ],
};

describe("a first cycle", () => {
  test("runs everything, in the order of the data", () => {
    const decided = run(shop);
    expect(decided.summary).toEqual({ active: 10, bypassed: 0 });
    expect(task(decided, "orders.load").after).toEqual([
      { task: "orders.extract", onBypass: "skip" },
    ]);
    expect(task(decided, "revenue.transform").after).toEqual([
      { task: "customers.load", onBypass: "skip" },
      { task: "stg_orders.transform", onBypass: "skip" },
    ]);
    expect(task(decided, "revenue.check").after).toEqual([
      { task: "revenue.transform", onBypass: "skip" },
    ]);
  });

  test("gives every segment the hash of its other fields", () => {
    const gates = rulesOf([
      {
        id: "g",
        for: "source",
        when: "true",
        then: [{ gate: { not_null: "id" } }, { tag: "é\u2028" }],
      },
    ]);
    for (const segment of run({ ...shop, ruleSets: gates }).blueprint.segments.values()) {
      const { id, ...rest } = segment;
      expect(hashText(canonicalJson(rest))).toBe(id);
      expect(hashOf(rest)).toBe(id);
    }
  });
});

describe("minimality", () => {
  test("an hour later nothing has changed, and nothing runs", () => {
    const decided = run(later(shop));
    expect(new Set(Object.values(states(decided)))).toEqual(new Set(["up_to_date"]));
  });

  test("a changed source runs with all that reads it, and nothing else", () => {
    const changed = profileOf("orders", { fingerprint: hashText("orders v2") });
    expect(states(run(later(shop, { profiles: [changed] })))).toMatchObject({
      "customers.load": "up_to_date",
      "orders.extract": "active",
      "orders.load": "active",
      "orders.verify": "active",
      "revenue.transform": "active",
      "stg_orders.transform": "active",
    });
  });

  test("changed code runs a model and what reads it", () => {
    const [stg, revenue] = [
      modelSpec("stg_orders", ["orders"], { materialize: "view" }),
      modelSpec("revenue", ["stg_orders", "customers"], { code: hashText("new code") }),
    ];
    expect(states(run(later(shop, { models: [stg, revenue] })))).toMatchObject({
      "orders.load": "up_to_date",
      "stg_orders.transform": "up_to_date",
      "revenue.transform": "active",
    });
  });

  test("a table that is gone is made again", () => {
    const situation = later(shop);
    const history = situation.history?.map((entry) =>
      entry.subject === "orders" && entry.output !== null
        ? { ...entry, output: { ...entry.output, exists: false } }
        : entry,
    );
    expect(states(run({ ...situation, history: history ?? [] }))).toMatchObject({
      "orders.extract": "active",
      "orders.load": "active",
      "stg_orders.transform": "up_to_date",
    });
  });

  test("a new gate that stops rows loads again; one that only warns just measures", () => {
    const withGate = (onFail: "fail" | "warn") =>
      run(
        later(shop, {
          ruleSets: rulesOf([
            {
              id: "ids",
              for: "source",
              when: 'source.name == "orders"',
              then: [{ gate: { not_null: "id", on_fail: onFail } }],
            },
          ]),
        }),
      );
    expect(states(withGate("fail"))).toMatchObject({
      "orders.load": "active",
      "stg_orders.transform": "active",
    });
    expect(states(withGate("warn"))).toMatchObject({
      "orders.load": "up_to_date",
      "orders.verify": "active",
      "stg_orders.transform": "up_to_date",
    });
    expect(task(withGate("warn"), "orders.verify").after).toEqual([]);
  });

  test("content of unknown identity always runs, and so does what reads it", () => {
    const unknown = profileOf("orders", { fingerprint: null });
    expect(states(run(later({ ...shop, profiles: [unknown] })))).toMatchObject({
      "orders.load": "active",
      "stg_orders.transform": "active",
      "revenue.transform": "active",
      "customers.load": "up_to_date",
    });
  });

  test("pool, priority, retry, timeout, batches and parts make nothing run again", () => {
    const ruleSets = rulesOf([
      {
        id: "all",
        for: "source",
        when: "true",
        then: [
          { pool: "heavy" },
          { priority: 9 },
          { retry: { attempts: 7 } },
          { timeout: "5m" },
          { split: { size: 10 } },
        ],
      },
    ]);
    expect(run(later(shop, { ruleSets })).summary.active).toBe(0);
  });
});

describe("demand", () => {
  const lazy = sourceSpec("customers", { demand: "when_used" });
  test("what nobody reads does not run", () => {
    const decided = run({ sources: [sourceSpec("orders"), lazy] });
    expect(states(decided)).toMatchObject({
      "customers.extract": "not_demanded",
      "customers.load": "not_demanded",
      "customers.verify": "not_demanded",
      "orders.load": "active",
    });
  });

  test("a demanded model asks for all that it reads, through models that run only when used", () => {
    const models = [
      modelSpec("mid", ["customers"], { demand: "when_used" }),
      modelSpec("top", ["mid"]),
    ];
    expect(run({ sources: [lazy], models }).summary.bypassed).toBe(0);
    const idle = run({ sources: [lazy], models: models.slice(0, 1) });
    expect(new Set(Object.values(states(idle)))).toEqual(new Set(["not_demanded"]));
  });

  test("a rule can ask for what nobody else does, and a bypassed model asks for nothing", () => {
    const activate = rulesOf([{ id: "go", for: "source", when: "true", then: [{ activate: {} }] }]);
    expect(run({ sources: [lazy], ruleSets: activate }).summary.bypassed).toBe(0);
    const bypass = rulesOf([{ id: "no", for: "model", when: "true", then: [{ bypass: {} }] }]);
    const models = [modelSpec("top", ["customers"])];
    expect(states(run({ sources: [lazy], models, ruleSets: bypass }))).toMatchObject({
      "customers.load": "not_demanded",
      "top.transform": "rule core/no",
    });
  });
});

describe("bypass by rule", () => {
  const rules = (priority: number) =>
    rulesOf([
      { id: "no", for: "source", when: 'source.name == "orders"', then: [{ bypass: {} }] },
      { id: "yes", for: "source", when: "true", priority, then: [{ activate: {} }] },
    ]);

  test("travels along edges that skip", () => {
    expect(states(run({ ...shop, ruleSets: rules(-1) }))).toMatchObject({
      "orders.load": "rule core/no",
      "orders.verify": "rule core/no",
      "stg_orders.transform": "upstream orders",
      "revenue.transform": "upstream stg_orders",
      "revenue.check": "upstream stg_orders",
      "customers.load": "active",
    });
  });

  test("gives way to an activation of higher priority", () => {
    expect(run({ ...shop, ruleSets: rules(1) }).summary.bypassed).toBe(0);
  });

  test("does not stop readers when the table is current all the same", () => {
    const situation = later(shop, { ruleSets: rules(-1) });
    expect(states(run(situation))).toMatchObject({
      "orders.load": "rule core/no",
      "stg_orders.transform": "up_to_date",
      "revenue.transform": "up_to_date",
    });
  });
});

describe("an input that may fail while the run goes on", () => {
  const sources = [sourceSpec("orders"), sourceSpec("customers")];
  const policyOf = (decided: ReturnType<typeof run>, upstream: string) =>
    task(decided, "report.transform").after.find((edge) => edge.task === upstream)?.onBypass;
  const changed = profileOf("orders", { fingerprint: hashText("orders v2") });

  test("is not run on as last good before it was ever there", () => {
    const models = [modelSpec("report", [{ subject: "orders", onBypass: "last_good" }])];
    expect(policyOf(run({ sources, models }), "orders.load")).toBe("skip");
    const after = run(later({ sources, models }, { profiles: [changed] }));
    expect(policyOf(after, "orders.load")).toBe("last_good");
  });

  test("is not done without when it is the only one and was never there", () => {
    const alone = [modelSpec("report", [{ subject: "orders", onBypass: "without" }])];
    expect(policyOf(run({ sources, models: alone }), "orders.load")).toBe("skip");
    const after = run(later({ sources, models: alone }, { profiles: [changed] }));
    expect(policyOf(after, "orders.load")).toBe("without");
    const inputs = ["customers", "orders"].map((subject) => ({
      subject,
      onBypass: "without" as const,
    }));
    const models = [modelSpec("report", inputs)];
    expect(policyOf(run({ sources, models }), "orders.load")).toBe("without");
    const gone = profileOf("customers", { presence: { state: "missing", detail: "no such file" } });
    expect(policyOf(run({ sources, models, profiles: [gone] }), "orders.load")).toBe("skip");
  });

  test("is not done without when nothing can stand in for it", () => {
    const models = [
      modelSpec("mid", ["orders"]),
      modelSpec("report", ["customers", { subject: "mid", onBypass: "without" }]),
    ];
    expect(policyOf(run({ sources, models }), "mid.transform")).toBe("skip");
  });
});

describe("an input that is bypassed and not current", () => {
  const gone = profileOf("orders", { presence: { state: "missing", detail: "no such file" } });
  const reader = (onBypass: "skip" | "last_good" | "without" | "hold") =>
    modelSpec("report", [
      { subject: "customers", onBypass: "skip" },
      { subject: "orders", onBypass },
    ]);
  const sources = [sourceSpec("orders"), sourceSpec("customers")];
  const changed = profileOf("customers", { fingerprint: hashText("customers v2") });

  test.each(["skip", "hold"] as const)("stops a reader whose edge says %s", (policy) => {
    const models = [reader(policy)];
    const after = later({ sources, models }, { profiles: [gone, changed] });
    expect(states(run(after))).toMatchObject({
      "orders.load": "source_missing",
      "customers.load": "active",
      "report.transform": "upstream orders",
    });
  });

  test("is read as it stands by an edge that says last_good, if there is anything", () => {
    const models = [reader("last_good")];
    const after = run(later({ sources, models }, { profiles: [gone, changed] }));
    expect(task(after, "report.transform")).toMatchObject({
      state: "active",
      after: [{ task: "customers.load", onBypass: "skip" }],
    });
    expect(states(run({ sources, models, profiles: [gone] }))).toMatchObject({
      "report.transform": "upstream orders",
    });
  });

  test("is left out by an edge that says without, unless nothing else arrives", () => {
    const first = run({ sources, models: [reader("without")], profiles: [gone] });
    expect(states(first)).toMatchObject({ "report.transform": "active" });
    const alone = modelSpec("alone", [{ subject: "orders", onBypass: "without" }]);
    expect(states(run({ sources, models: [alone], profiles: [gone] }))).toMatchObject({
      "alone.transform": "upstream orders",
    });
  });

  test("is read as empty only when its columns are known", () => {
    const models = [reader("without")];
    const unseen = { ...gone, schema: null };
    expect(states(run({ sources, models, profiles: [unseen] }))).toMatchObject({
      "report.transform": "upstream orders",
    });
    const withModel = [
      modelSpec("mid", ["orders"]),
      modelSpec("top", ["customers", { subject: "mid", onBypass: "without" }]),
    ];
    expect(states(run({ sources, models: withModel, profiles: [gone] }))).toMatchObject({
      "top.transform": "upstream mid",
    });
  });

  test("is used by fallback while it is fresh enough, and stops readers after that", () => {
    const ruleSets = rulesOf([
      {
        id: "old",
        for: "source",
        when: 'source.name == "orders"',
        then: [{ fallback: { use: "last_good", max_age: "6h" } }],
      },
    ]);
    const models = [reader("skip")];
    const at = (hours: number) =>
      states(
        run({
          ...later({ sources, models, ruleSets }, { profiles: [gone, changed] }),
          at: noon + hours * hourMs,
        }),
      )["report.transform"];
    expect(at(6)).toBe("active");
    expect(at(7)).toBe("upstream orders");
  });

  test("stops its readers when it has left the scope, without a crash", () => {
    const after = later({ sources, models: [reader("skip")] }, { sources: sources.slice(1) });
    expect(states(run(after))).toMatchObject({ "report.transform": "upstream orders" });
  });
});
