import { expect, test } from "vitest";
import { testTemplate } from "../../../test/support/decide-fixture.ts";
import { checkRuleSets } from "./check-rule-sets.ts";
import { defaultRoutes } from "./default-routes.ts";

test("the default routes pass the checks that a project's rules pass", () => {
  const found = checkRuleSets({ ruleSets: [defaultRoutes], template: testTemplate, scope: null });
  expect(found.filter(({ severity }) => severity === "error")).toEqual([]);
});
