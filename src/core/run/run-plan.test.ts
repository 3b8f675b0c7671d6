import { expect, test } from "vitest";
import { runBlueprintOf } from "../../../test/support/run-blueprint.ts";
import { planRun } from "./run-plan.ts";

const anything = { pools: {} };

function order(plan: ReturnType<typeof planRun>): string[] {
  return plan.unitOfRank.map((unit) =>
    (plan.units[unit]?.members ?? []).map((member) => plan.tasks[member]?.id).join("+"),
  );
}

test("units are ranked by priority, then by the chain behind them, then by id", () => {
  const plan = planRun(
    runBlueprintOf([
      { id: "b.load" },
      { id: "a.load" },
      { id: "long.load" },
      { id: "urgent.load", priority: 5 },
      { id: "next.transform", after: ["long.load"] },
    ]),
    anything,
  );
  expect(order(plan)).toEqual(["urgent.load", "long.load", "a.load", "b.load", "next.transform"]);
});

test("a batch takes the largest priority, the longest timeout and the fewest attempts", () => {
  const plan = planRun(
    runBlueprintOf(
      [
        { id: "a.load", priority: 1, timeoutMs: 10, attempts: 5 },
        { id: "b.load", priority: 3, timeoutMs: 30, attempts: 2 },
        { id: "c.load", priority: 2 },
      ],
      { small: ["a.load", "b.load"] },
    ),
    anything,
  );
  expect(plan.units[3]).toMatchObject({
    members: [0, 1],
    timeoutMs: 30,
    retry: { attempts: 2 },
    rank: 0,
  });
});

test("a batch is of active tasks only, and one of a single task is none", () => {
  const plan = planRun(
    runBlueprintOf([{ id: "a.load" }, { id: "b.load", isBypassed: true }, { id: "c.load" }], {
      small: ["a.load", "b.load"],
    }),
    anything,
  );
  expect(plan.units).toHaveLength(3);
});

test("an edge from a bypassed task is no edge: the decision has judged it", () => {
  const plan = planRun(
    runBlueprintOf([
      { id: "a.load", isBypassed: true },
      { id: "b.transform", after: ["a.load"] },
    ]),
    anything,
  );
  expect(plan.tasks[1]?.needs).toEqual([]);
});

test("the order of segments in the blueprint does not matter", () => {
  const sketches = [{ id: "a.load" }, { id: "b.load", after: ["a.load"] }, { id: "c.load" }];
  expect(planRun(runBlueprintOf(sketches.toReversed()), anything)).toEqual(
    planRun(runBlueprintOf(sketches), anything),
  );
});

test.each([
  {
    name: "an unknown upstream",
    blueprint: runBlueprintOf([{ id: "a.load", after: ["x.load"] }]),
    claim: /x\.load, which a\.load needs, exists/,
  },
  {
    name: "a cycle",
    blueprint: runBlueprintOf([
      { id: "a.load", after: ["b.load"] },
      { id: "b.load", after: ["a.load"] },
    ]),
    claim: /no cycle/,
  },
  {
    name: "a cycle that only a batch closes",
    blueprint: runBlueprintOf(
      [
        { id: "a.load" },
        { id: "b.transform", after: ["a.load"] },
        { id: "c.load", after: ["b.transform"] },
      ],
      { loads: ["a.load", "c.load"] },
    ),
    claim: /no cycle/,
  },
  {
    name: "a task in two batches",
    blueprint: runBlueprintOf([{ id: "a.load" }, { id: "b.load" }], {
      one: ["a.load", "b.load"],
      two: ["a.load", "b.load"],
    }),
    claim: /one batch only/,
  },
])("$name is a bug of the decision and fails loudly", ({ blueprint, claim }) => {
  expect(() => planRun(blueprint, anything)).toThrow(claim);
});

test("a pool without slots would never run anything, so it is refused", () => {
  expect(() => planRun(runBlueprintOf([{ id: "a.load" }]), { pools: { main: 0 } })).toThrow(/slot/);
});

test("a chain of a hundred thousand tasks can be planned", () => {
  const sketches = Array.from({ length: 100_000 }, (_, index) => ({
    id: `t${String(index).padStart(6, "0")}.load`,
    after: index === 0 ? [] : [`t${String(index - 1).padStart(6, "0")}.load`],
  }));
  expect(order(planRun(runBlueprintOf(sketches), anything))[0]).toBe("t000000.load");
});
