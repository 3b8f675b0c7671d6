import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { checkRuleSets } from "../../src/core/rules/check-rule-sets.ts";
import { ruleSetFileSchema, toRuleSet } from "../../src/core/rules/rule-set-file.ts";
import { testTemplate } from "../support/decide-fixture.ts";
import { repositoryFolder } from "../support/sluice-process.ts";

const guide = readFileSync(join(repositoryFolder, "docs/guides/routes.md"), "utf8");
const blocks = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = ""]) => text);

test("the guide to routes shows rule sets", () => {
  expect(blocks.length).toBeGreaterThanOrEqual(2);
});

test.each(blocks)("a rule set of the guide passes its checks: %s", (text) => {
  const set = toRuleSet(ruleSetFileSchema.parse(parse(text)));
  const found = checkRuleSets({ ruleSets: [set], template: testTemplate, scope: null });
  expect(found.filter(({ severity }) => severity === "error")).toEqual([]);
});
