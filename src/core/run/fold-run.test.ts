import { expect, test } from "vitest";
import { runBlueprintOf } from "../../../test/support/run-blueprint.ts";
import { foldRun } from "./fold-run.ts";
import { planRun } from "./run-plan.ts";

const plan = planRun(runBlueprintOf([{ id: "a" }]));

test("an empty log is a run that has not begun", () => {
  expect(foldRun(plan, [])).toMatchObject({ phase: "planned", status: "running" });
});

test("a log of another blueprint is a bug and fails loudly", () => {
  expect(() =>
    foldRun(plan, [{ type: "RunStarted", at: 0, blueprint: "c".repeat(64), seed: 1 }]),
  ).toThrow(/belong to its blueprint/);
});

test("a run that was given up before it began is finished", () => {
  const state = foldRun(plan, [{ type: "RunFinished", at: 3, status: "cancelled" }]);
  expect(state).toMatchObject({ phase: "finished", status: "cancelled", openTasks: 0 });
});
