import { expect, test } from "vitest";
import { runBlueprintOf } from "../../../test/support/run-blueprint.ts";
import { advance } from "./advance.ts";
import { describeRun } from "./describe-run.ts";
import { foldRun } from "./fold-run.ts";
import { planRun } from "./run-plan.ts";

const plan = planRun(runBlueprintOf([{ id: "a" }]), { pools: {} });

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

test("an attempt that starts after the run was cancelled is asked to end at once", () => {
  const asked = foldRun(plan, [
    { type: "RunStarted", at: 0, blueprint: plan.blueprint, seed: 1 },
    { type: "CancelRequested", at: 1, cause: "SIGINT" },
  ]);
  const { state, commands } = advance(asked, {
    type: "AttemptStarted",
    at: 2,
    tasks: ["a"],
    attempt: 1,
  });
  expect(commands.at(-1)).toEqual({
    type: "CancelAttempt",
    tasks: ["a"],
    attempt: 1,
    cause: "CANCELLED",
  });
  expect(describeRun(state).tasks[0]?.status).toBe("running");
});
