import { describe, expect, test } from "vitest";
import { sourceSpec, testTemplate } from "../../../test/support/decide-fixture.ts";
import type { SourceSpec } from "../project/project.ts";
import { checkRuleSets } from "./check-rule-sets.ts";
import type { RuleFinding } from "./rule-finding.ts";
import { defineRuleSet, type RuleSetFileInput } from "./rule-set-file.ts";

type Rules = RuleSetFileInput["rules"];

function check(rules: Rules, params: RuleSetFileInput["params"] = {}): readonly RuleFinding[] {
  return checkRuleSets({
    ruleSets: [defineRuleSet({ ruleset: "core", params, rules })],
    template: testTemplate,
    scope: {
      sources: [sourceSpec("orders", { tier: 1 }), sourceSpec("clicks", { tier: 3 })],
      subjects: new Set(["orders", "clicks", "revenue"]),
    },
  });
}

const rule = (
  when: string,
  then: Rules[number]["then"] = [{ priority: 1 }],
  more: Partial<Rules[number]> = {},
): Rules[number] => ({ id: "a", for: "source", when, then, ...more });

const codes = (...rules: Rules) => check(rules).map(({ code, severity }) => `${severity} ${code}`);

describe("a rule set's checks", () => {
  test("find nothing in what is right", () => {
    expect(check([rule("source.volume.rows > params.limit")], { limit: 5 })).toEqual([]);
  });

  test("point at the part of a condition that is wrong", () => {
    const [finding] = check([rule("source.tier == 0 && source.volume.row > 5")]);
    expect(finding).toMatchObject({ code: "rule-type", severity: "error", rule: "a" });
    const place = finding?.place;
    if (place?.part !== "when") throw new Error("the condition is meant");
    expect("source.tier == 0 && source.volume.row > 5".slice(place.start, place.end)).toContain(
      "row",
    );
    expect(finding?.fix).toContain("rows");
  });

  test.each([
    ["a parameter that is not declared", rule("source.tier > params.nothing"), "error rule-type"],
    ["a condition that is no condition", rule("source.tier +"), "error rule-syntax"],
    [
      "a condition that never holds",
      rule('source.kind == "file" && source.kind == "table"'),
      "warning rule-dead",
    ],
    [
      "an effect on the wrong subject",
      rule("true", [{ merge: { into: "g" } }], { for: "model" }),
      "error rule-subject",
    ],
    [
      "classify together with others",
      rule("true", [{ classify: { tier: 0 } }, { pool: "load" }]),
      "error rule-classify",
    ],
    [
      "classify by change",
      rule('source.change == "new"', [{ classify: { tier: 0 } }]),
      "error rule-classify",
    ],
    [
      "a title that names no fact",
      rule("true", [{ notify: { title: `\${source.nme}` } }]),
      "error rule-title",
    ],
    ["a pool that is not there", rule("true", [{ pool: "haevy" }]), "error rule-pool"],
    [
      "quarantine for a model",
      rule("true", [{ gate: { not_null: "id", on_fail: "quarantine" } }], { for: "model" }),
      "error rule-quarantine",
    ],
    [
      "a group with a subject's name",
      rule("true", [{ merge: { into: "orders" } }]),
      "error rule-batch-name",
    ],
    [
      "a gate on an unknown table",
      rule("true", [{ gate: { relationships: { column: "a", to: "ordres", field: "a" } } }]),
      "warning rule-table",
    ],
    [
      "effects that contradict each other",
      rule("true", [{ activate: {} }, { bypass: {} }]),
      "error rule-contradiction",
    ],
  ])("find %s", (_, wrong, expected) => {
    expect(codes(wrong)).toContain(expected);
  });

  test("find an alternate source that could lose or double rows, or is not there", () => {
    const to = (source: string) => [{ fallback: { use: "alternate" as const, source } }];
    const orders = (effects: ReturnType<typeof to>) =>
      rule('source.name == "orders"', effects, { id: "alternate" });
    const sources = (strategy: SourceSpec["strategy"], cursor: string | null) => [
      sourceSpec("orders", { strategy, key: ["id"], locator: { table: "orders", cursor } }),
      sourceSpec("clicks"),
    ];
    const found = (strategy: SourceSpec["strategy"], cursor: string | null, name = "clicks") =>
      checkRuleSets({
        ruleSets: [defineRuleSet({ ruleset: "core", rules: [rule("true"), orders(to(name))] })],
        template: testTemplate,
        scope: { sources: sources(strategy, cursor), subjects: new Set(["orders", "clicks"]) },
      }).flatMap(({ severity, code, message }) =>
        code === "rule-alternate" ? `${severity} ${message}` : [],
      );
    expect(found("replace", "id")).toEqual([]);
    expect(found("merge", null)).toEqual([]);
    expect(found("merge", "id")).toEqual([
      "error orders cannot be loaded from clicks: orders is read from its cursor on, which means nothing in another place, so rows could be lost or doubled.",
    ]);
    expect(found("append", null)[0]).toContain("strategy append goes on from");
    expect(found("replace", null, "clickz")[0]).toContain("warning No declared source is named");
  });

  test("find two rules of one id, and two sets of one name", () => {
    expect(codes(rule("true"), rule("true", [{ pool: "load" }]))).toContain("error rule-duplicate");
    const set = defineRuleSet({ ruleset: "core", rules: [rule("true")] });
    const twice = checkRuleSets({ ruleSets: [set, set], template: testTemplate, scope: null });
    expect(twice.map(({ code }) => code)).toContain("ruleset-duplicate");
  });

  test("find parameters that nobody reads", () => {
    const [finding] = check([rule("true")], { limit: 5 });
    expect(finding).toMatchObject({
      code: "param-unused",
      place: { part: "param", name: "limit" },
    });
  });

  test("find rules that can match together and contradict each other", () => {
    const small = rule("source.volume.rows < 500", [{ merge: { into: "g" } }]);
    const large = (rows: number, priority = 0) =>
      rule(`source.volume.rows > ${rows}`, [{ split: { size: 10 } }], { id: "b", priority });
    expect(codes(small, large(100))).toEqual(["warning rule-contradiction"]);
    expect(codes(small, large(100, 1))).toEqual([]);
    expect(codes(small, large(500))).toEqual([]);
  });

  test("find declared sources that no rule can be about, whatever a look at them shows", () => {
    const findings = check([rule("source.tier == 1 && source.volume.rows > 5")]);
    expect(findings).toMatchObject([
      { code: "source-uncovered", place: { part: "source", name: "clicks" } },
    ]);
    const classify = rule("source.volume.rows > 5", [{ classify: { tier: 1 } }], { id: "b" });
    expect(codes(rule("source.tier == 1"), classify)).toEqual([]);
  });
});
