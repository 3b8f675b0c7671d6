import { existsSync, readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { formsOf, rulePool } from "../../../test/support/arbitrary-situation.ts";
import { testTemplate } from "../../../test/support/decide-fixture.ts";
import { checkRuleSets } from "./check-rule-sets.ts";
import {
  defineRuleSet,
  type RuleSetFileInput,
  ruleSetFileSchema,
  toRuleSet,
} from "./rule-set-file.ts";

const fromYaml = (text: string) => toRuleSet(ruleSetFileSchema.parse(parse(text)));

const core = `
# What every source gets.
ruleset: core
params: { small_rows: 50000 }
rules:
  - id: batch-small
    for: source
    when: source.volume.rows < params.small_rows && source.kind == "file"
    then: [{ merge: { into: small-files, max: 50 } }]
  - id: hold-late-tier0
    for: source
    when: source.tier == 0 && source.freshness.lag > source.freshness.expected * 2.0
    then:
      - fallback: { use: last_good, max_age: 6h }
      - notify: { severity: warning, title: "\${source.name} is late" }
`;

describe("a rule set", () => {
  test("has one canonical form, whether it is written in YAML or in a program", () => {
    const set = defineRuleSet({
      ruleset: "core",
      description: "Said here only.",
      rules: [
        {
          for: "source",
          id: "hold-late-tier0",
          priority: 0,
          when: " source.tier == 0 && source.freshness.lag > source.freshness.expected * 2.0\n",
          then: [
            { notify: { title: `\${source.name} is late`, severity: "warning" } },
            { fallback: { max_age: "360m", use: "last_good" } },
          ],
        },
        {
          id: "batch-small",
          for: "source",
          when: 'source.volume.rows < params.small_rows && source.kind == "file"',
          then: [{ merge: { into: "small-files" } }],
        },
      ],
      params: { small_rows: 50_000 },
    });
    const { description: _, ...written } = fromYaml(core);
    const { description: __, ...defined } = set;
    expect(defined).toEqual(written);
  });

  test("has the same id in whatever order its rules and effects come", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...rulePool], { minLength: 1 }), (rules) => {
        const set = defineRuleSet({ ruleset: "core", rules });
        const sorted = defineRuleSet({ ruleset: "core", rules: formsOf(set) });
        const reversed = rules.map((rule) => ({ ...rule, then: rule.then.toReversed() }));
        expect(set).toEqual(sorted);
        expect(fromYaml(stringify({ rules: reversed, ruleset: "core" }))).toEqual(set);
      }),
      { numRuns: 50 },
    );
  });

  test.each([
    ["a condition", { when: "source.tier == 1" }],
    ["a priority", { priority: 1 }],
    ["an effect", { then: [{ pool: "b" }] }],
    ["the subject", { for: "model" as const }],
  ])("has another id with %s that differs", (_, change) => {
    const rule = { id: "a", for: "source" as const, when: "true", then: [{ pool: "a" }] };
    const id = (one: RuleSetFileInput["rules"][number]) =>
      defineRuleSet({ ruleset: "core", rules: [one] }).id;
    expect(id({ ...rule, ...change })).not.toBe(id(rule));
  });
});

describe("the rule sets of the examples", () => {
  const folder = "examples/flights/rules";
  test.skipIf(!existsSync(folder))("pass their checks", () => {
    const ruleSets = readdirSync(folder).map((file) =>
      fromYaml(readFileSync(`${folder}/${file}`, "utf8")),
    );
    const findings = checkRuleSets({ ruleSets, template: testTemplate, scope: null });
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
  });
});
