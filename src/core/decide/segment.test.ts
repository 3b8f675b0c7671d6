import { describe, expect, test } from "vitest";
import {
  historyAfter,
  inputOf,
  later,
  modelSpec,
  profileOf,
  rulesOf,
  run,
  sourceSpec,
  task,
} from "../../../test/support/decide-fixture.ts";
import { hashText } from "../std/hash.ts";
import { decide } from "./decide.ts";
import { decideAgain } from "./decide-again.ts";

describe("shape", () => {
  const small = ["a", "b", "c", "d", "e"].map((name) => sourceSpec(name));

  test("small loads travel together, at most as many as the rule allows", () => {
    const ruleSets = rulesOf([
      { id: "m", for: "source", when: "true", then: [{ merge: { into: "small", max: 2 } }] },
    ]);
    const { blueprint } = run({ sources: small, ruleSets });
    expect(blueprint.batches).toEqual([
      { id: "small.load", tasks: ["a.load", "b.load"] },
      { id: "small.load#2", tasks: ["c.load", "d.load"] },
    ]);
    expect(blueprint.segments.get("d")?.tasks[1]?.batch).toBe("small.load#2");
    expect(blueprint.segments.get("e")?.tasks[1]?.batch).toBeNull();
  });

  test("a load larger than the size is cut into parts", () => {
    const ruleSets = rulesOf([
      { id: "s", for: "source", when: "true", then: [{ split: { size: 400 } }] },
    ]);
    const decided = run({ sources: small.slice(0, 1), ruleSets });
    expect(task(decided, "a.load").split).toEqual({ by: "rows", size: 400, parts: 3 });
  });

  test("what rules classify is seen by the others", () => {
    const ruleSets = rulesOf([
      { id: "z", for: "source", when: 'source.name == "a"', then: [{ classify: { tier: 0 } }] },
      { id: "a", for: "source", when: "source.tier == 0", then: [{ priority: 100 }] },
    ]);
    const decided = run({ sources: small, ruleSets });
    expect(decided.blueprint.segments.get("a")?.tier).toBe(0);
    expect(task(decided, "a.load").safeguards.priority).toBe(100);
    expect(task(decided, "b.load").safeguards.priority).toBe(0);
  });

  test("a gate of a rule that cannot be decided holds all the same", () => {
    const unknown = profileOf("a", {
      volume: { rows: null, isExact: false, bytes: null, files: null, trend: null },
    });
    const ruleSets = rulesOf([
      {
        id: "big",
        for: "source",
        when: "source.volume.rows > 10",
        then: [{ gate: { not_null: "id" } }, { priority: 5 }],
      },
    ]);
    const load = task(run({ sources: small.slice(0, 1), profiles: [unknown], ruleSets }), "a.load");
    expect(load.safeguards.gates).toHaveLength(1);
    expect(load.safeguards.priority).toBe(0);
  });

  test("a gate that looks at another table lets that table be loaded first", () => {
    const ruleSets = rulesOf([
      {
        id: "fk",
        for: "source",
        when: 'source.name == "a"',
        then: [{ gate: { relationships: { column: "id", to: "b", field: "id" } } }],
      },
    ]);
    const load = task(run({ sources: small, ruleSets }), "a.load");
    expect(load.after).toEqual([
      { task: "a.extract", onBypass: "skip" },
      { task: "b.load", onBypass: "skip" },
    ]);
    expect(load.safeguards.gates[0]?.check).toMatchObject({ to: "raw.b" });
  });

  test("a gate makes do with an old table of another subject, but not with none", () => {
    const ruleSets = rulesOf([
      {
        id: "fk",
        for: "source",
        when: 'source.name == "a"',
        then: [{ gate: { relationships: { column: "id", to: "b", field: "id" } } }],
      },
    ]);
    const changed = ["a", "b"].map((name) =>
      profileOf(name, { fingerprint: hashText(`${name} v2`) }),
    );
    const after = later({ sources: small, ruleSets }, { profiles: changed });
    const edge = (situation: typeof after) =>
      task(run(situation), "a.load").after.find((one) => one.task === "b.load")?.onBypass;
    expect(edge(after)).toBe("last_good");
    const dropped = (after.history ?? []).map((entry) =>
      entry.subject === "b" && entry.output !== null
        ? { ...entry, output: { ...entry.output, exists: false } }
        : entry,
    );
    expect(edge({ ...after, history: dropped })).toBe("skip");
    const again = decideAgain(run(after), inputOf({ ...after, history: dropped }));
    expect(again.blueprint.id).toBe(run({ ...after, history: dropped }).blueprint.id);
  });

  test("a gate may name a model by its table", () => {
    const gate = (to: string) => ({
      name: "fk",
      check: { kind: "relationships" as const, column: "id", to, field: "id" },
      onFail: "fail" as const,
      by: null,
    });
    const models = (to: string) => [
      modelSpec("known", ["a"]),
      modelSpec("report", ["b"], { gates: [gate(to)] }),
    ];
    for (const to of ["known", "main.known"]) {
      const decided = run({ sources: small, models: models(to) });
      expect(task(decided, "report.transform").after).toEqual([
        { task: "b.load", onBypass: "skip" },
        { task: "known.transform", onBypass: "skip" },
      ]);
    }
  });

  test("a load whose gate looks at another of its group goes alone, after it", () => {
    const ruleSets = rulesOf([
      { id: "m", for: "source", when: "true", then: [{ merge: { into: "small" } }] },
      {
        id: "fk",
        for: "source",
        when: 'source.name == "a"',
        then: [{ gate: { relationships: { column: "id", to: "b", field: "id" } } }],
      },
    ]);
    const decided = run({ sources: small, ruleSets });
    expect(decided.blueprint.batches).toEqual([
      { id: "small.load", tasks: ["b.load", "c.load", "d.load", "e.load"] },
    ]);
    expect(task(decided, "a.load")).toMatchObject({
      batch: null,
      after: [{ task: "a.extract" }, { task: "b.load", onBypass: "skip" }],
    });
  });

  test("gates that look at each other's tables wait for nobody", () => {
    const to = (from: string, other: string) => ({
      id: `fk-${from}`,
      for: "source" as const,
      when: `source.name == "${from}"`,
      then: [{ gate: { relationships: { column: "id", to: other, field: "id" } } }],
    });
    const ruleSets = rulesOf([to("a", "b"), to("b", "a"), to("c", "a")]);
    const decided = run({ sources: small, ruleSets });
    const waits = (id: string) => task(decided, id).after.map((edge) => edge.task);
    expect(waits("a.load")).toEqual(["a.extract"]);
    expect(waits("b.load")).toEqual(["b.extract"]);
    expect(waits("c.load")).toEqual(["a.load", "c.extract"]);
  });

  test("rules that ask whether a subject changed settle, although their gates are new", () => {
    const ruleSets = rulesOf([
      {
        id: "guard-changes",
        for: "source",
        when: 'source.change == "changed"',
        then: [{ gate: { not_null: "id" } }],
      },
    ]);
    const situation = { sources: small.slice(0, 1), ruleSets };
    const next = later(situation, { profiles: [profileOf("a", { fingerprint: hashText("v2") })] });
    const second = decide(inputOf(next));
    expect(task(second, "a.load").safeguards.gates).toHaveLength(1);
    const third = run({ ...next, history: historyAfter(second) });
    expect(task(third, "a.load").bypass?.reason).toBe("up_to_date");
  });
});
