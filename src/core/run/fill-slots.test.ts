import { describe, expect, test } from "vitest";
import type { TaskSketch } from "../../../test/support/run-blueprint.ts";
import { RunByHand } from "../../../test/support/run-by-hand.ts";
import type { Demand } from "./run-plan.ts";

/** A scene with four slots and ten bytes, and what its tasks need of them. */
function scene(tasks: readonly (TaskSketch & { needs: number; takes?: number })[]): RunByHand {
  const demands = new Map(
    tasks.map(({ id, needs, takes = 1_000 }): [string, Demand] => [
      id,
      { durationMs: { p50: takes, p95: takes }, memoryBytes: needs, rows: null },
    ]),
  );
  return new RunByHand(tasks, {}, { pools: { main: 4 }, memoryBytes: 10, demands });
}

describe("memory", () => {
  test("is never given twice: what does not fit waits, and smaller ones go before it", () => {
    const run = scene([
      { id: "a", needs: 6, takes: 9_000 },
      { id: "b", needs: 6, takes: 8_000 },
      { id: "c", needs: 3 },
      { id: "d", needs: 3 },
    ]);
    expect(run.started).toEqual(["a#1", "c#1"]);
    run.succeed("a");
    expect(run.started).toEqual(["a#1", "c#1", "b#1"]);
    run.succeed("c");
    expect(run.started.at(-1)).toBe("d#1");
  });

  test("what needs more than there is runs, beside what needs none", () => {
    const run = scene([
      { id: "a", needs: 50, takes: 9_000 },
      { id: "b", needs: 1 },
      { id: "c", needs: 0 },
    ]);
    expect(run.started).toEqual(["a#1", "c#1"]);
    run.succeed("a");
    expect(run.started.at(-1)).toBe("b#1");
  });

  test("no small one goes before a large one that has waited longer than it takes", () => {
    const run = scene([
      { id: "a", needs: 8, takes: 90_000 },
      { id: "b", needs: 8, takes: 20_000 },
      { id: "c", needs: 2 },
      { id: "d", needs: 2 },
      { id: "e", needs: 2 },
    ]);
    expect(run.started).toEqual(["a#1", "c#1"]);
    run.succeed("c", 1, 19_000);
    expect(run.started.at(-1)).toBe("d#1");
    run.succeed("d", 1, 20_001);
    expect(run.started.at(-1)).toBe("d#1");
    run.succeed("a", 1, 21_000);
    expect(run.started.slice(-2)).toEqual(["b#1", "e#1"]);
  });

  test("nothing of another tier goes before tier 0 that waits for it", () => {
    const run = scene([
      { id: "a", needs: 8, takes: 9_000, tier: 0 },
      { id: "b", needs: 8, tier: 0 },
      { id: "c", needs: 2, tier: 1 },
      { id: "d", needs: 0, tier: 1 },
    ]);
    expect(run.started).toEqual(["a#1", "d#1"]);
  });
});

describe("urgency", () => {
  test("a task is as urgent as what waits for it", () => {
    const run = new RunByHand([
      { id: "other", tier: 1, priority: 9 },
      { id: "another", tier: 1, priority: 9 },
      { id: "source", tier: 3 },
      { id: "model", tier: 0, after: ["source"] },
    ]);
    expect(run.started[0]).toBe("source#1");
  });

  test("the longest chain by time goes first, however many tasks another has", () => {
    const demand = (p50: number) => ({ durationMs: { p50, p95: p50 }, memoryBytes: 0, rows: null });
    const run = new RunByHand(
      [
        { id: "a" },
        { id: "b", after: ["a"] },
        { id: "c", after: ["b"] },
        { id: "long" },
        { id: "other" },
      ],
      {},
      { pools: { main: 1 }, demands: new Map([["long", demand(60_000)]]) },
    );
    expect(run.started).toEqual(["long#1"]);
  });

  test("who waits is lifted over larger priorities, but never over tier 0", () => {
    const run = new RunByHand(
      [
        { id: "a", priority: 1 },
        { id: "b", priority: 1 },
        { id: "c", priority: 1, tier: 0 },
        { id: "z" },
        { id: "y", priority: 1, after: ["a"] },
      ],
      {},
      { pools: { main: 1 } },
    );
    expect(run.started).toEqual(["c#1"]);
    run.succeed("c", 1, 1);
    run.succeed("a", 1, 400_000);
    run.succeed("b", 1, 700_000);
    // Both wait, and z since the beginning.
    expect(run.started).toEqual(["c#1", "a#1", "b#1", "z#1"]);
    run.succeed("z", 1, 700_001);
    expect(run.started.at(-1)).toBe("y#1");
  });
});
