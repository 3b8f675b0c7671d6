import { describe, expect, test } from "vitest";
import {
  lastingFailure,
  passingFailure,
  plainResult,
  runBlueprintOf,
} from "../../../test/support/run-blueprint.ts";
import { RunByHand } from "../../../test/support/run-by-hand.ts";
import { advance } from "./advance.ts";
import { describeRun } from "./describe-run.ts";
import type { RunEvent } from "./run-event.ts";
import { planRun } from "./run-plan.ts";
import { startRun } from "./run-state.ts";

describe("order", () => {
  test("a task starts when the last of its inputs has succeeded", () => {
    const scene = new RunByHand([{ id: "a" }, { id: "b" }, { id: "c", after: ["a", "b"] }]);
    scene.succeed("a");
    expect(scene.started).toEqual(["a#1", "b#1"]);
    scene.succeed("b");
    expect(scene.started).toEqual(["a#1", "b#1", "c#1"]);
  });

  test("slots go to the larger priority, then to the longer chain", () => {
    const scene = new RunByHand([
      { id: "a" },
      { id: "b" },
      { id: "chained" },
      { id: "next", after: ["chained"] },
      { id: "urgent", priority: 9 },
    ]);
    expect(scene.started).toEqual(["urgent#1", "chained#1"]);
    scene.succeed("urgent");
    scene.succeed("chained");
    expect(scene.started).toEqual(["urgent#1", "chained#1", "a#1", "b#1"]);
  });

  test("pools do not take each other's slots", () => {
    const scene = new RunByHand([
      { id: "a" },
      { id: "b" },
      { id: "c" },
      { id: "other", pool: "unnamed" },
      { id: "other2", pool: "unnamed" },
    ]);
    expect(scene.started).toEqual(["a#1", "b#1", "other#1"]);
  });

  test("a run in which all is bypassed succeeds at once", () => {
    const scene = new RunByHand([{ id: "a", isBypassed: true }]);
    expect(scene.commands).toEqual([{ type: "FinishRun", status: "succeeded" }]);
    expect(describeRun(scene.state)).toMatchObject({ status: "succeeded", finishedAt: 0 });
  });

  test("a blueprint without tasks succeeds at once", () => {
    expect(new RunByHand([]).state.status).toBe("succeeded");
  });
});

describe("what a failure does to the tasks behind it", () => {
  test.each([
    { policy: "skip", status: "skipped" },
    { policy: "hold", status: "skipped" },
    { policy: "last_good", status: "running" },
    { policy: "without", status: "running" },
  ] as const)("with one input and the policy $policy it is $status", ({ policy, status }) => {
    const scene = new RunByHand([{ id: "a" }, { id: "b", after: [["a", policy]] }]);
    scene.fail("a", lastingFailure);
    expect(scene.statuses["b"]).toBe(status);
  });

  test("a skip does not wait for the other inputs, and names the one that failed", () => {
    const scene = new RunByHand([{ id: "a" }, { id: "b" }, { id: "c", after: ["a", "b"] }]);
    scene.fail("b", lastingFailure);
    expect(describeRun(scene.state).tasks[2]).toMatchObject({ status: "skipped", skippedBy: "b" });
  });

  test("a skip travels on, through a chain longer than the stack is deep", () => {
    const sketches = Array.from({ length: 20_000 }, (_, index) => ({
      id: `t${index}`,
      after: index === 0 ? [] : [`t${index - 1}`],
    }));
    const scene = new RunByHand(sketches);
    scene.fail("t0", lastingFailure);
    expect(scene.statuses["t19999"]).toBe("skipped");
    expect(scene.state.status).toBe("failed");
  });

  test("with `without`, what did arrive is enough", () => {
    const scene = new RunByHand([
      { id: "a" },
      { id: "b" },
      {
        id: "c",
        after: [
          ["a", "without"],
          ["b", "without"],
        ],
      },
    ]);
    scene.fail("a", lastingFailure);
    expect(scene.statuses["c"]).toBe("waiting");
    scene.succeed("b");
    expect(scene.statuses["c"]).toBe("running");
  });

  test("with `without` for all of several inputs, nothing at all is too little", () => {
    const scene = new RunByHand([
      { id: "a" },
      { id: "b" },
      {
        id: "c",
        after: [
          ["a", "without"],
          ["b", "without"],
        ],
      },
    ]);
    scene.fail("b", lastingFailure);
    scene.fail("a", lastingFailure);
    expect(describeRun(scene.state).tasks[2]).toMatchObject({ status: "skipped", skippedBy: "a" });
  });

  test("a run with a failure is failed, also when the tasks behind it ran all the same", () => {
    const scene = new RunByHand([{ id: "a" }, { id: "b", after: [["a", "last_good"]] }]);
    scene.fail("a", lastingFailure);
    scene.succeed("b");
    expect(scene.state.status).toBe("failed");
  });
});

describe("retries and timeouts", () => {
  test("a passing failure is tried again after its backoff, as often as allowed", () => {
    const scene = new RunByHand([{ id: "a", attempts: 3 }]);
    scene.fail("a", passingFailure, 1);
    expect(scene.statuses["a"]).toBe("retrying");
    scene.fireTimer("retry");
    scene.fail("a", passingFailure, 2);
    scene.fireTimer("retry");
    scene.fail("a", passingFailure, 3);
    expect(scene.started).toEqual(["a#1", "a#2", "a#3"]);
    expect(describeRun(scene.state).tasks[0]).toMatchObject({
      status: "failed",
      attempts: 3,
      failure: passingFailure,
    });
  });

  test("a lasting failure is not tried again", () => {
    const scene = new RunByHand([{ id: "a", attempts: 3 }]);
    scene.fail("a", lastingFailure);
    expect(scene.statuses["a"]).toBe("failed");
  });

  test("a task that waits for its retry holds no slot", () => {
    const scene = new RunByHand([{ id: "a", attempts: 2 }, { id: "b" }, { id: "c" }]);
    scene.fail("a", passingFailure);
    expect(scene.started).toEqual(["a#1", "b#1", "c#1"]);
  });

  test("the earlier failure stays visible after a later attempt succeeded", () => {
    const scene = new RunByHand([{ id: "a", attempts: 2 }]);
    scene.fail("a", passingFailure);
    scene.fireTimer("retry");
    scene.succeed("a", 2);
    expect(describeRun(scene.state).tasks[0]).toMatchObject({
      status: "succeeded",
      attempts: 2,
      failure: passingFailure,
      result: plainResult,
    });
  });

  test("a timeout asks the attempt to end; its slot is free only when it has", () => {
    const scene = new RunByHand([{ id: "a", timeoutMs: 5 }, { id: "b" }, { id: "c" }]);
    scene.tell({ type: "TimerFired", at: 5, timer: "timeout/1/a" });
    expect(scene.commands).toContainEqual({
      type: "CancelAttempt",
      tasks: ["a"],
      attempt: 1,
      cause: "TIMED_OUT",
    });
    expect(scene.started).toEqual(["a#1", "b#1"]);
    scene.fail("a", { ...passingFailure, code: "TIMED_OUT" });
    expect(scene.started).toEqual(["a#1", "b#1", "c#1"]);
    expect(scene.statuses["a"]).toBe("failed");
  });

  test("an attempt that commits although its time was up has succeeded", () => {
    const scene = new RunByHand([{ id: "a", timeoutMs: 5 }]);
    scene.fireTimer("timeout");
    scene.succeed("a");
    expect(scene.state.status).toBe("succeeded");
  });

  test("the timeout of an attempt that has ended is cleared, and does nothing if it fires", () => {
    const scene = new RunByHand([{ id: "a", attempts: 2 }]);
    scene.fail("a", passingFailure);
    expect(scene.commands).toContainEqual({ type: "ClearTimer", timer: "timeout/1/a" });
    scene.fireTimer("retry");
    const before = scene.state;
    scene.tell({ type: "TimerFired", at: 9, timer: "timeout/1/a" });
    expect(scene.state).toEqual(before);
  });
});

describe("batches", () => {
  const trio = [{ id: "a" }, { id: "b" }, { id: "c" }] as const;
  const batch = { small: ["a", "b", "c"] };

  test("tasks of a batch wait for each other and start as one attempt with one slot", () => {
    const scene = new RunByHand(
      [...trio.slice(0, 2), { id: "c", after: ["x"] }, { id: "x" }],
      batch,
    );
    expect(scene.started).toEqual(["x#1"]);
    expect(scene.statuses).toMatchObject({ a: "ready", c: "waiting" });
    scene.succeed("x");
    expect(scene.started).toEqual(["x#1", "a+b+c#1"]);
    scene.succeed("a+b+c");
    expect(scene.state.status).toBe("succeeded");
  });

  test("when one member cannot start, the others go without it", () => {
    const scene = new RunByHand(
      [...trio.slice(0, 2), { id: "c", after: ["x"] }, { id: "x" }],
      batch,
    );
    scene.fail("x", lastingFailure);
    expect(scene.started).toEqual(["x#1", "a+b#1"]);
    scene.succeed("a+b");
    expect(scene.statuses).toEqual({ a: "succeeded", b: "succeeded", c: "skipped", x: "failed" });
  });

  test("when none can start, the batch is over", () => {
    const sketches = ["a", "b", "c"].map((id) => ({ id, after: ["x"] }));
    const scene = new RunByHand([...sketches, { id: "x" }], batch);
    scene.fail("x", lastingFailure);
    expect(scene.state.status).toBe("failed");
  });

  test("a passing failure is retried as a batch; after the last attempt each member fails", () => {
    const scene = new RunByHand(
      trio.map((task) => ({ ...task, attempts: 2 })),
      batch,
    );
    scene.fail("a+b+c", passingFailure);
    scene.fireTimer("retry");
    scene.fail("a+b+c", passingFailure, 2);
    expect(scene.started).toEqual(["a+b+c#1", "a+b+c#2"]);
    expect(scene.statuses).toEqual({ a: "failed", b: "failed", c: "failed" });
  });

  test("after a lasting failure each member runs alone, so that one bad one stops no other", () => {
    const scene = new RunByHand([...trio, { id: "z", after: ["b"] }], batch);
    scene.fail("a+b+c", lastingFailure);
    expect(scene.started).toEqual(["a+b+c#1", "a#2", "b#2"]);
    scene.fail("a", lastingFailure, 2);
    scene.succeed("b", 2);
    scene.succeed("c", 2);
    scene.succeed("z");
    expect(scene.statuses).toEqual({ a: "failed", b: "succeeded", c: "succeeded", z: "succeeded" });
  });

  test("a member that runs alone has its own retries", () => {
    const scene = new RunByHand(
      trio.map((task) => ({ ...task, attempts: 2 })),
      batch,
    );
    scene.fail("a+b+c", lastingFailure);
    scene.fail("a", passingFailure, 2);
    expect(scene.statuses["a"]).toBe("retrying");
    scene.fireTimer("retry");
    expect(scene.started.at(-1)).toBe("c#2");
    scene.succeed("b", 2);
    expect(scene.started.at(-1)).toBe("a#3");
  });

  test("events of the batch that come after the split change nothing", () => {
    const scene = new RunByHand(trio, batch);
    scene.fail("a+b+c", lastingFailure);
    const before = scene.state;
    scene.fail("a+b+c", lastingFailure);
    scene.succeed("a+b+c");
    scene.tell({ type: "TimerFired", at: 9, timer: "timeout/1/a" });
    expect(scene.state).toEqual(before);
  });
});

describe("cancellation", () => {
  const cancel: RunEvent = { type: "CancelRequested", at: 3, cause: "SIGINT" };

  test("nothing new starts, what runs is asked to end, what waits is cancelled", () => {
    const scene = new RunByHand([{ id: "a" }, { id: "b" }, { id: "c" }, { id: "d", after: ["a"] }]);
    scene.tell(cancel);
    expect(scene.statuses).toEqual({ a: "running", b: "running", c: "cancelled", d: "cancelled" });
    const asked = scene.commands.flatMap((c) => (c.type === "CancelAttempt" ? [c.cause] : []));
    expect(asked).toEqual(["CANCELLED", "CANCELLED"]);
    scene.fail("a", { ...passingFailure, code: "CANCELLED" });
    scene.succeed("b");
    expect(scene.statuses).toMatchObject({ a: "cancelled", b: "succeeded" });
    expect(scene.state.status).toBe("cancelled");
    expect(scene.started).toEqual(["a#1", "b#1"]);
  });

  test("a failure of its own is a failure also while the run is cancelled, and is not retried", () => {
    const scene = new RunByHand([{ id: "a", attempts: 5 }]);
    scene.tell(cancel);
    scene.fail("a", passingFailure);
    expect(scene.statuses["a"]).toBe("failed");
    expect(scene.state.status).toBe("cancelled");
  });

  test("a task that waits for its retry is cancelled with its timer", () => {
    const scene = new RunByHand([{ id: "a", attempts: 5 }]);
    scene.fail("a", passingFailure);
    scene.tell(cancel);
    expect(scene.commands).toContainEqual({ type: "ClearTimer", timer: "retry/1/a" });
    expect(scene.state.status).toBe("cancelled");
  });

  test("members of a batch that waits are cancelled", () => {
    const scene = new RunByHand([{ id: "a" }, { id: "b", after: ["x"] }, { id: "x" }], {
      both: ["a", "b"],
    });
    scene.tell(cancel);
    expect(scene.statuses).toEqual({ a: "cancelled", b: "cancelled", x: "running" });
  });

  test("a run that is given up is final in all its tasks", () => {
    const scene = new RunByHand([{ id: "a" }, { id: "b", after: ["a"] }]);
    scene.tell({ type: "RunFinished", at: 7, status: "cancelled" });
    expect(describeRun(scene.state)).toMatchObject({ status: "cancelled", finishedAt: 7 });
    expect(scene.statuses).toEqual({ a: "cancelled", b: "cancelled" });
  });
});

describe("resuming", () => {
  test("lost attempts start again by rank and cost nothing of the retry budget", () => {
    const scene = new RunByHand([{ id: "a", attempts: 2 }, { id: "b" }]);
    scene.fail("a", passingFailure, 1);
    scene.fireTimer("retry");
    scene.tell({ type: "RunResumed", at: 50 });
    expect(scene.started).toEqual(["a#1", "b#1", "a#2", "a#3", "b#2"]);
    scene.fail("a", passingFailure, 3);
    expect(scene.statuses["a"]).toBe("failed");
  });

  test("the outcome of an attempt that was given up for lost changes nothing", () => {
    const scene = new RunByHand([{ id: "a" }]);
    scene.tell({ type: "AttemptLost", at: 2, tasks: ["a"], attempt: 1 });
    const before = scene.state;
    scene.succeed("a", 1);
    scene.fail("a", lastingFailure, 1);
    expect(scene.state).toEqual(before);
    scene.succeed("a", 2);
    expect(scene.state.status).toBe("succeeded");
  });

  test("an attempt that was asked for and never started keeps its number", () => {
    const plan = planRun(runBlueprintOf([{ id: "a" }]), { pools: {} });
    const started = advance(startRun(plan), {
      type: "RunStarted",
      at: 0,
      blueprint: plan.blueprint,
      seed: 1,
    });
    const resumed = advance(started.state, { type: "RunResumed", at: 9 });
    expect(resumed.commands).toContainEqual({ type: "StartAttempt", tasks: ["a"], attempt: 1 });
  });

  test("retries go on waiting for the instant they had", () => {
    const scene = new RunByHand([{ id: "a", attempts: 2 }]);
    scene.fail("a", passingFailure);
    const timer = scene.commands.at(-1);
    scene.tell({ type: "RunResumed", at: 50 });
    expect(timer).toMatchObject({ type: "SetTimer" });
    expect(scene.commands.at(-1)).toEqual(timer);
  });

  test("a cancelled run does not start again: what was lost counts as cancelled", () => {
    const scene = new RunByHand([{ id: "a" }]);
    scene.tell({ type: "CancelRequested", at: 1, cause: "SIGTERM" });
    scene.tell({ type: "RunResumed", at: 50 });
    expect(scene.statuses["a"]).toBe("cancelled");
    expect(scene.state.status).toBe("cancelled");
  });

  test("a finished run stays as it is", () => {
    const scene = new RunByHand([{ id: "a" }]);
    scene.succeed("a");
    const before = scene.state;
    scene.tell({ type: "RunResumed", at: 50 });
    scene.tell({ type: "CancelRequested", at: 50, cause: "SIGINT" });
    expect(scene.state).toEqual(before);
  });
});
