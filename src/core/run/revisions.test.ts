import { describe, expect, test } from "vitest";
import {
  lastingFailure,
  passingFailure,
  plainResult,
  type TaskSketch,
} from "../../../test/support/run-blueprint.ts";
import { RunByHand } from "../../../test/support/run-by-hand.ts";
import { describeRun } from "./describe-run.ts";
import { foldRun } from "./fold-run.ts";

const cancelled = { ...passingFailure, code: "REVISED" };

describe("a signal", () => {
  test("holds what it may change and has not begun, and asks for a revision", () => {
    const scene = new RunByHand([{ id: "a" }, { id: "b" }, { id: "c" }, { id: "d", after: ["a"] }]);
    scene.signal(["a", "c", "d"]);
    expect(scene.asked).toEqual([
      { type: "AskRevision", revision: 1, signals: ["s1"], begun: ["a", "b"], held: ["c", "d"] },
    ]);
    scene.succeed("a");
    scene.succeed("b");
    expect(scene.started).toEqual(["a#1", "b#1"]);
    expect(scene.statuses).toMatchObject({ c: "ready", d: "ready" });
  });

  test("that is told twice is one", () => {
    const scene = new RunByHand([{ id: "a" }, { id: "b", after: ["a"] }]);
    scene.signal(["b"]);
    const before = scene.state;
    scene.tell(scene.log.at(-1) ?? { type: "RunResumed", at: 1 });
    expect(scene.state).toEqual(before);
    expect(scene.asked).toHaveLength(1);
  });

  test("that comes while another is being decided is asked for next", () => {
    const scene = new RunByHand([
      { id: "a" },
      { id: "b", after: ["a"] },
      { id: "c", after: ["a"] },
    ]);
    scene.signal(["b"]);
    scene.signal(["c"]);
    scene.signal(["b"]);
    expect(scene.asked).toHaveLength(1);
    scene.revise([{ id: "a" }, { id: "b", after: ["a"] }, { id: "c", after: ["a"] }]);
    expect(scene.asked.at(-1)).toMatchObject({
      revision: 2,
      signals: ["s2", "s3"],
      held: ["b", "c"],
    });
    scene.succeed("a");
    expect(scene.started).toEqual(["a#1"]);
  });

  test("that concerns only what has begun, or what is not to run, changes nothing", () => {
    const scene = new RunByHand([{ id: "a" }, { id: "b" }]);
    scene.signal(["a", "b"]);
    expect(scene.asked).toEqual([]);
  });

  test("about what is not to run asks, for it may run now", () => {
    const scene = new RunByHand([{ id: "a" }, { id: "b", isBypassed: true }]);
    scene.signal(["b"]);
    scene.succeed("a");
    expect(scene.state.status).toBe("running");
    scene.revise([{ id: "a" }, { id: "b" }]);
    expect(scene.started).toEqual(["a#1", "b#1"]);
    scene.succeed("b");
    expect(scene.state.status).toBe("succeeded");
  });

  test("after a crash is asked for again, under the same number", () => {
    const scene = new RunByHand([{ id: "a" }, { id: "b", after: ["a"] }]);
    scene.signal(["b"]);
    scene.tell({ type: "RunResumed", at: 5 });
    expect(scene.asked.map(({ revision, signals }) => [revision, signals])).toEqual([
      [1, ["s1"]],
      [1, ["s1"]],
    ]);
  });
});

describe("a revision", () => {
  const chain: readonly TaskSketch[] = [{ id: "a" }, { id: "b", after: ["a"] }];

  test("that fails lets everything go on as it was", () => {
    const scene = new RunByHand(chain);
    scene.signal(["b"]);
    scene.succeed("a");
    scene.tell({ type: "RevisionFailed", at: 3, cause: ["s1"], failure: lastingFailure });
    expect(scene.started).toEqual(["a#1", "b#1"]);
  });

  test("keeps attempts under way with their timers, and what they have failed so far", () => {
    const scene = new RunByHand([
      { id: "m", attempts: 2 },
      { id: "b", after: ["m"] },
    ]);
    scene.fail("m", passingFailure);
    scene.signal(["b"]);
    scene.revise([{ id: "m", attempts: 2 }, { id: "b", after: ["m"] }, { id: "new" }]);
    scene.fireTimer("retry");
    expect(scene.started).toEqual(["m#1", "new#1", "m#2"]);
    scene.fail("m", passingFailure, 2);
    expect(scene.statuses).toMatchObject({ m: "failed", b: "skipped" });
  });

  test("may bypass what was open, and open what was skipped", () => {
    const scene = new RunByHand([
      { id: "a" },
      { id: "b", after: ["a"] },
      { id: "c", after: ["b"] },
      { id: "slow" },
    ]);
    scene.fail("a", lastingFailure);
    expect(scene.statuses).toMatchObject({ b: "skipped", c: "skipped" });
    scene.signal(["b", "c"]);
    scene.revise([
      { id: "a" },
      { id: "b", after: [["a", "last_good"]] },
      { id: "c", isBypassed: true },
      { id: "slow" },
    ]);
    expect(scene.statuses).toMatchObject({ a: "failed", b: "running", c: "bypassed" });
  });

  test("finds anew what follows for tasks that it leaves as they were", () => {
    const scene = new RunByHand([
      { id: "a" },
      { id: "b", after: ["a"] },
      { id: "c", after: ["b"] },
      { id: "slow" },
    ]);
    scene.fail("a", lastingFailure);
    scene.signal(["b"]);
    scene.revise([{ id: "a" }, { id: "b" }, { id: "c", after: ["b"] }, { id: "slow" }]);
    expect(scene.statuses).toMatchObject({ b: "running", c: "waiting" });
  });

  test("that was applied, or answers something else, changes nothing", () => {
    const scene = new RunByHand(chain);
    scene.signal(["b"]);
    const event = scene.revise([...chain, { id: "n" }]);
    const before = scene.state;
    scene.tell(event);
    expect(scene.state).toEqual(before);
    scene.signal(["b"]);
    const asking = scene.state;
    scene.tell(event);
    scene.tell({ type: "RevisionFailed", at: 9, cause: ["s1"], failure: lastingFailure });
    expect(scene.state).toEqual(asking);
  });

  test("that leaves nothing to do ends the run", () => {
    const scene = new RunByHand([{ id: "a" }, { id: "b", after: ["a"] }]);
    scene.signal(["b"]);
    scene.succeed("a");
    scene.revise([{ id: "a" }, { id: "b", isBypassed: true }]);
    expect(scene.state.status).toBe("succeeded");
  });

  test("is not waited for by a run that is cancelled", () => {
    const scene = new RunByHand([{ id: "a" }, { id: "b", after: ["a"] }]);
    scene.signal(["b"]);
    scene.tell({ type: "CancelRequested", at: 3, cause: "SIGINT" });
    scene.fail("a", { ...passingFailure, code: "CANCELLED" });
    expect(scene.state.status).toBe("cancelled");
  });

  test("is not waited for by a run that is cancelled when all is done", () => {
    const scene = new RunByHand([{ id: "a" }, { id: "b", isBypassed: true }]);
    scene.signal(["b"]);
    scene.succeed("a");
    scene.tell({ type: "CancelRequested", at: 3, cause: "SIGINT" });
    expect(scene.state.status).toBe("succeeded");
  });

  test("lets a batch that has begun go on, and what it changes of one that has not go alone", () => {
    const scene = new RunByHand(
      [{ id: "a" }, { id: "b" }, { id: "x" }, { id: "c", after: ["x"] }, { id: "d", after: ["x"] }],
      { one: ["a", "b"], two: ["c", "d"] },
    );
    expect(scene.started).toEqual(["x#1", "a+b#1"]);
    scene.signal(["c"]);
    scene.revise(
      [{ id: "a" }, { id: "b" }, { id: "x" }, { id: "c", after: ["x"] }, { id: "d", after: ["x"] }],
      { batches: { one: ["a", "b"], two: ["d"] } },
    );
    scene.succeed("a+b");
    scene.succeed("x");
    expect(scene.started).toEqual(["x#1", "a+b#1", "c#1", "d#1"]);
  });

  test("cancels what has begun, and nobody waits for it in vain", () => {
    const tasks: readonly TaskSketch[] = [
      { id: "s.extract", subject: "s" },
      { id: "s.load", subject: "s", after: ["s.extract"] },
      { id: "m", after: [["s.load", "last_good"]] },
    ];
    const scene = new RunByHand(tasks);
    scene.signal(["s"], {
      type: "override.bypass",
      subject: "s",
      data: { by: "me", why: "it is wrong", until: null, cancel: true },
    });
    expect(scene.asked).toHaveLength(1);
    scene.revise(tasks, { cancel: ["s"] });
    expect(scene.statuses).toMatchObject({ "s.extract": "running", "s.load": "cancelled" });
    expect(scene.commands).toContainEqual(
      expect.objectContaining({ type: "CancelAttempt", cause: "REVISED" }),
    );
    scene.fail("s.extract", cancelled);
    scene.succeed("m");
    expect(scene.statuses).toMatchObject({ "s.extract": "cancelled", m: "succeeded" });
    expect(scene.state.status).toBe("succeeded");
  });

  test("cancels one of a batch: the others go again without it", () => {
    const scene = new RunByHand([{ id: "a" }, { id: "b" }, { id: "c" }], { all: ["a", "b", "c"] });
    scene.signal(["b"], {
      type: "override.freeze",
      subject: "b",
      data: { by: "me", why: "not now", until: null, cancel: true },
    });
    scene.revise([{ id: "a" }, { id: "b", isBypassed: true }, { id: "c" }], {
      batches: { all: ["a", "c"] },
      cancel: ["b"],
    });
    scene.fail("a+b+c", cancelled);
    expect(scene.started).toEqual(["a+b+c#1", "a+c#2"]);
    scene.succeed("a+c", 2);
    expect(scene.statuses).toEqual({ a: "succeeded", b: "cancelled", c: "succeeded" });
  });

  test("folds to the same state, with the plans of all revisions", () => {
    const scene = new RunByHand(chain);
    const { plan } = scene.state;
    scene.signal(["b"]);
    scene.revise([...chain, { id: "n" }]);
    scene.succeed("a");
    scene.succeed("n");
    scene.succeed("b");
    expect(foldRun(plan, scene.log, scene.planOf)).toEqual(scene.state);
    expect(scene.state.revisions.applied).toBe(1);
  });

  test("that drops what was done is a bug and fails loudly", () => {
    const scene = new RunByHand(chain);
    scene.succeed("a");
    scene.signal(["x"]);
    expect(() => scene.revise([{ id: "b" }])).toThrow(/a was done, so a revision keeps a/);
    expect(() => scene.revise([{ id: "a" }, { id: "b", isBypassed: true }])).toThrow(
      /b has begun, so a revision does not bypass it/,
    );
  });
});

describe("tasks of an earlier run", () => {
  test("count as done, whether others wait for them or not", () => {
    const scene = new RunByHand(
      [{ id: "a" }, { id: "b", after: ["a"] }, { id: "c" }, { id: "d" }],
      { both: ["c", "d"] },
      { reused: ["a", "c"] },
    );
    expect(scene.started.toSorted()).toEqual(["b#1", "d#1"]);
    const { tasks } = describeRun(scene.state);
    expect(tasks[0]).toMatchObject({ status: "succeeded", attempts: 0, result: plainResult });
  });

  test("that has begun here is not taken from there", () => {
    const scene = new RunByHand([{ id: "a" }]);
    const before = scene.state;
    scene.tell({ type: "TaskReused", at: 1, task: "a", result: plainResult, from: "earlier" });
    expect(scene.state).toEqual(before);
  });

  test("may be all that there is to do", () => {
    const scene = new RunByHand([{ id: "a" }], {}, { reused: ["a"] });
    expect(scene.state.status).toBe("succeeded");
  });
});
