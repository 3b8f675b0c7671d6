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
  testTemplate,
} from "../../../test/support/decide-fixture.ts";
import type { Profile } from "../metadata/profile.ts";
import type { ModelSpec, SourceSpec } from "../project/project.ts";
import { hashText } from "../std/hash.ts";
import { decide } from "./decide.ts";
import { decideAgain } from "./decide-again.ts";
import { diffBlueprints } from "./diff-blueprints.ts";

/** a ─► m1 ─► m2 ◄─ b, and c ─► m3: what concerns `a` can reach m1 and m2, and nothing else. */
const names = ["a", "b", "c"];
function world(change: {
  readonly a?: Partial<SourceSpec>;
  readonly profile?: Partial<Profile>;
  readonly m1?: Partial<ModelSpec>;
  readonly rules?: Situation["ruleSets"];
}): Situation {
  return {
    sources: names.map((name) => sourceSpec(name, name === "a" ? change.a : {})),
    profiles: [profileOf("a", change.profile)],
    models: [
      modelSpec("m1", ["a"], change.m1),
      modelSpec("m2", ["m1", "b"]),
      modelSpec("m3", ["c"]),
    ],
    ruleSets: change.rules ?? [],
  };
}

const onlyA = (then: Parameters<typeof rulesOf>[0][number]["then"]) =>
  rulesOf([{ id: "r", for: "source", when: 'source.name == "a"', then }]);

const gate = { name: "g", check: { kind: "not_null" as const, column: "id" }, by: null };

const before = world({});
const base = run(later(before));

/** Subjects whose segments differ from an undisturbed second cycle. */
function concerned(change: Parameters<typeof world>[0]): readonly string[] {
  const input = inputOf({ ...later(before), ...world(change) });
  const after = decide(input);
  expect(decideAgain(base, input).blueprint.id).toBe(after.blueprint.id);
  return [...after.blueprint.segments.values()]
    .filter((segment) => base.blueprint.segments.get(segment.subject)?.id !== segment.id)
    .map((segment) => segment.subject);
}

describe("a change concerns", () => {
  test.each([
    ["content", { profile: { fingerprint: hashText("v2") } }],
    ["content of unknown identity", { profile: { fingerprint: null } }],
    ["where it is read", { a: { locator: { path: "elsewhere.csv" } } }],
    ["the connection", { a: { connection: "other" } }],
    ["how it is loaded", { a: { strategy: "append" } }],
    ["its key", { a: { key: ["id"] } }],
    ["a gate that stops", { a: { gates: [{ ...gate, onFail: "fail" }] } }],
    ["a gate that sets aside", { a: { gates: [{ ...gate, onFail: "quarantine" }] } }],
    ["a gate by rule", { rules: onlyA([{ gate: { not_null: "id" } }]) }],
    ["its absence", { profile: { presence: { state: "missing", detail: "gone" } } }],
  ] as const)("the source and all that is made of it: %s", (_, change) => {
    expect(concerned(change)).toEqual(["a", "m1", "m2"]);
  });

  test.each([
    ["tier", { a: { tier: 0 } }],
    ["tags", { a: { tags: ["x"] } }],
    ["a gate that warns", { a: { gates: [{ ...gate, onFail: "warn" }] } }],
    ["priority by rule", { rules: onlyA([{ priority: 7 }]) }],
    ["retry by rule", { rules: onlyA([{ retry: { attempts: 7 } }]) }],
    ["timeout by rule", { rules: onlyA([{ timeout: "7m" }]) }],
    ["pool by rule", { rules: onlyA([{ pool: "heavy" }]) }],
    ["a tag by rule", { rules: onlyA([{ tag: "x" }]) }],
    ["an SLA by rule", { rules: onlyA([{ sla: "1h" }]) }],
    ["tier by rule", { rules: onlyA([{ classify: { tier: 0 } }]) }],
    ["a bypass of what is current", { rules: onlyA([{ bypass: {} }]) }],
  ] as const)("the source alone: %s", (_, change) => {
    expect(concerned(change)).toEqual(["a"]);
  });

  test.each([
    ["code", { m1: { code: hashText("new") } }],
    ["materialization", { m1: { materialize: "view" } }],
    ["target", { m1: { target: { schema: "mart", name: "m1" } } }],
    ["a gate that stops", { m1: { gates: [{ ...gate, onFail: "fail" }] } }],
  ] as const)("the model and all that is made of it: %s", (_, change) => {
    expect(concerned(change)).toEqual(["m1", "m2"]);
  });

  test.each([
    ["owner", { a: { owner: "ann" } }],
    ["volume", { profile: { volume: { ...profileOf("a").volume, rows: 7 } } }],
    ["the text of the SQL, of equal meaning", { m1: { sql: "select  *  from a" } }],
    ["the model's file", { m1: { file: "models/deep/m1.sql" } }],
    ["cadence by rule", { rules: onlyA([{ cadence: "1h" }]) }],
    [
      "a rule that matches nothing",
      { rules: rulesOf([{ id: "r", for: "source", when: "false", then: [{ bypass: {} }] }]) },
    ],
  ] as const)("nobody: %s", (_, change) => {
    expect(concerned(change)).toEqual([]);
  });

  test("everybody, where it is the template", () => {
    const template = { ...testTemplate, defaults: { ...testTemplate.defaults, timeoutMs: 1_000 } };
    const after = run({ ...later(before), template });
    const changed = diffBlueprints(base, after).changed;
    expect(changed).toHaveLength(15);
    expect(new Set(changed.map(({ cause }) => cause))).toEqual(new Set(["template: standard"]));
  });
});

describe("a difference has a cause", () => {
  const causes = (change: Parameters<typeof world>[0]) => {
    const after = run({ ...later(before), ...world(change) });
    const { changed } = diffBlueprints(base, after);
    return Object.fromEntries(
      changed
        .filter(({ task }) => /load|transform/.test(task))
        .map(({ task, cause }) => [task, cause]),
    );
  };

  test("in a profile, and in what reads it", () => {
    expect(causes({ profile: { fingerprint: hashText("v2") } })).toEqual({
      "a.load": "profile: fingerprint of a",
      "m1.transform": "inputs: a",
      "m2.transform": "inputs: m1",
    });
  });

  test("in a rule", () => {
    expect(causes({ rules: onlyA([{ priority: 7 }]) })).toEqual({
      "a.load": "rules that match now: core/r",
    });
  });

  test("in code", () => {
    expect(causes({ m1: { code: hashText("new") } })).toEqual({
      "m1.transform": "declared: code of m1",
      "m2.transform": "inputs: m1",
    });
  });

  test("in what earlier runs left", () => {
    const { changed } = diffBlueprints(run(before), base);
    expect(new Set(changed.map(({ cause }) => cause))).toContain("history: committed by run run-1");
  });

  test("in the coming and going of subjects", () => {
    const fewer = run({ ...before, sources: [sourceSpec("a"), sourceSpec("b")], models: [] });
    const report = diffBlueprints(fewer, run(before));
    expect(report.added.map(({ task }) => task)).toContain("c.load");
    expect(report.added[0]?.cause).toBe("c was not there before");
    expect(diffBlueprints(run(before), fewer).removed[0]?.cause).toBe("c is not there any more");
  });
});
