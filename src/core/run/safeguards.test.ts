import { describe, expect, test } from "vitest";
import {
  lastingFailure,
  passingFailure,
  type TaskSketch,
} from "../../../test/support/run-blueprint.ts";
import { RunByHand } from "../../../test/support/run-by-hand.ts";
import { describeRun } from "./describe-run.ts";

describe("a circuit", () => {
  const circuit = { name: "net", failures: 2, coolDownMs: 100, probes: 2 };
  const four: readonly TaskSketch[] = ["a", "b", "c", "d"].map((id) => ({
    ...{ id, circuit },
    attempts: 3,
  }));

  /** Two attempts in a row have failed, and two tasks wait. */
  function opened(): RunByHand {
    const scene = new RunByHand(four);
    scene.fail("a", passingFailure);
    scene.fail("b", passingFailure);
    return scene;
  }

  test("opens after failures in a row: nothing with its name starts, and this is told", () => {
    const scene = opened();
    // c had taken the slot of a before b failed.
    expect(scene.started).toEqual(["a#1", "b#1", "c#1"]);
    expect(scene.commands).toContainEqual({
      type: "EmitSignal",
      signal: {
        type: "circuit.opened",
        subject: "net",
        at: 1,
        data: { until: 101, because: "2 attempts in a row failed" },
      },
    });
    scene.fail("c", passingFailure);
    scene.fireTimer("retry");
    expect(scene.started).toHaveLength(3);
  });

  test("does not open by failures with a success between them, or that no retry can mend", () => {
    const scene = new RunByHand(four);
    scene.fail("a", passingFailure);
    scene.succeed("b");
    scene.fail("c", lastingFailure);
    scene.fail("d", passingFailure);
    expect(scene.commands.filter(({ type }) => type === "EmitSignal")).toEqual([]);
  });

  test("after its cool-down lets one attempt probe it, and closes when that succeeds", () => {
    const scene = opened();
    scene.succeed("c");
    scene.fireTimer("circuit", 101);
    expect(scene.started).toEqual(["a#1", "b#1", "c#1", "d#1"]);
    scene.fireTimer("retry", 2_000);
    expect(scene.started).toHaveLength(4);
    scene.succeed("d");
    expect(scene.started.at(-1)).toBe("b#2");
    expect(scene.commands).toContainEqual({
      type: "EmitSignal",
      signal: { type: "circuit.closed", subject: "net", at: 1, data: {} },
    });
  });

  test("a probe that is lost is no probe: the next one is", () => {
    const scene = opened();
    scene.fail("c", lastingFailure);
    scene.fireTimer("circuit", 101);
    scene.tell({ type: "AttemptLost", at: 102, tasks: ["d"], attempt: 1 });
    expect(scene.started.at(-1)).toBe("d#2");
  });

  test("a probe to which the other side answers, though with a refusal, closes it", () => {
    const scene = opened();
    scene.fail("c", passingFailure);
    scene.fireTimer("circuit", 101);
    scene.fail("d", lastingFailure);
    scene.fireTimer("retry");
    expect(scene.started.at(-1)).toBe("c#2");
  });

  test("after its last probe has failed, what waits for it fails, and others go on", () => {
    const scene = new RunByHand([...four, { id: "e", after: [["a", "last_good"]] }]);
    scene.fail("a", passingFailure);
    scene.fail("b", passingFailure);
    scene.fail("c", passingFailure);
    scene.fireTimer("circuit", 101);
    scene.fail("d", passingFailure, 1, 102);
    expect(scene.commands.at(-1)).toMatchObject({ type: "SetTimer" });
    scene.fireTimer("circuit", 202);
    scene.tell({ type: "TimerFired", at: 5_000, timer: "retry/1/a" });
    scene.fail("a", passingFailure, 2, 5_001);
    for (const task of ["b", "c", "d"]) {
      scene.tell({ type: "TimerFired", at: 6_000, timer: `retry/1/${task}` });
    }
    scene.tell({ type: "TimerFired", at: 9_000, timer: "retry/2/a" });
    expect(scene.statuses).toMatchObject({ a: "failed", b: "failed", c: "failed", d: "failed" });
    expect(scene.statuses["e"]).toBe("running");
    expect(describeRun(scene.state).tasks[3]?.failure).toMatchObject({ code: "CIRCUIT_OPEN" });
  });

  test("is open still after a crash, for as long as it would have been", () => {
    const scene = opened();
    scene.tell({ type: "RunResumed", at: 50 });
    expect(scene.commands).toContainEqual({
      type: "SetTimer",
      timer: "circuit/1/net",
      firesAt: 101,
    });
    expect(scene.started.slice(3)).toEqual([]);
    scene.fireTimer("circuit", 101);
    expect(scene.started.slice(3)).toHaveLength(1);
  });
});

describe("a deadline", () => {
  const deadlineMs = 50;

  test("fails what has not started, and those behind follow the policy of their edge", () => {
    const scene = new RunByHand([
      { id: "x" },
      { id: "a", after: ["x"], deadlineMs },
      { id: "b", after: [["a", "last_good"]] },
      { id: "c", after: ["a"] },
    ]);
    scene.fireTimer("deadline", 50);
    expect(scene.statuses).toMatchObject({ x: "running", a: "failed", b: "running", c: "skipped" });
    expect(describeRun(scene.state).tasks[0]?.failure).toMatchObject({ code: "DEADLINE_PASSED" });
  });

  test("asks what runs to end; it fails without another attempt, or succeeds all the same", () => {
    const late: readonly TaskSketch[] = [
      { id: "a", deadlineMs, attempts: 3 },
      { id: "b", deadlineMs, attempts: 3 },
    ];
    const scene = new RunByHand(late);
    scene.fireTimer("deadline", 50);
    expect(scene.commands).toContainEqual({
      type: "CancelAttempt",
      tasks: ["a"],
      attempt: 1,
      cause: "DEADLINE_PASSED",
    });
    scene.fail("a", { ...passingFailure, code: "DEADLINE_PASSED" });
    scene.succeed("b");
    expect(scene.statuses).toEqual({ a: "failed", b: "succeeded" });
  });

  test("fails what waits for its retry, and clears the timer", () => {
    const scene = new RunByHand([{ id: "a", deadlineMs, attempts: 3 }]);
    scene.fail("a", passingFailure);
    scene.fireTimer("deadline", 50);
    expect(scene.commands).toContainEqual({ type: "ClearTimer", timer: "retry/1/a" });
    expect(scene.state.status).toBe("failed");
  });

  test("of one in a batch lets the others go again", () => {
    const scene = new RunByHand([{ id: "a", deadlineMs }, { id: "b" }], { both: ["a", "b"] });
    scene.fireTimer("deadline", 50);
    scene.fail("a+b", { ...passingFailure, code: "DEADLINE_PASSED" });
    expect(scene.started).toEqual(["a+b#1", "b#2"]);
    expect(scene.statuses).toEqual({ a: "failed", b: "running" });
  });

  test("that passed while no process ran is told of at once by the next", () => {
    const scene = new RunByHand([{ id: "a", deadlineMs }]);
    scene.tell({ type: "RunResumed", at: 500 });
    const timers = scene.commands.filter(
      (command) => command.type === "SetTimer" && command.timer.startsWith("deadline"),
    );
    expect(timers).toHaveLength(2);
    scene.fireTimer("deadline", 500);
    scene.tell({ type: "AttemptLost", at: 501, tasks: ["a"], attempt: 2 });
    expect(scene.state.status).toBe("failed");
  });
});

describe("pressure", () => {
  const data = (level: 0 | 1 | 2 | 3) =>
    ({ type: "pressure", subject: "memory", data: { level } }) as const;
  const tasks: readonly TaskSketch[] = [
    { id: "a", tier: 1 },
    { id: "b", tier: 1 },
    { id: "c", tier: 1 },
    { id: "d", tier: 3 },
  ];

  test("of the first degree halves the slots, and no revision is asked for", () => {
    const scene = new RunByHand(tasks);
    scene.signal([], data(1));
    scene.succeed("a");
    expect(scene.started).toEqual(["a#1", "b#1"]);
    scene.succeed("b");
    expect(scene.started).toEqual(["a#1", "b#1", "c#1"]);
    scene.signal([], data(0));
    expect(scene.started).toEqual(["a#1", "b#1", "c#1", "d#1"]);
    expect(scene.asked).toEqual([]);
  });

  test("of the second puts off what neither tier 0 nor 1 waits for, while any of it is open", () => {
    const scene = new RunByHand([
      ...tasks,
      { id: "up", tier: 3, priority: -1 },
      { id: "down", tier: 0, after: ["up"], priority: -1 },
    ]);
    scene.signal([], data(2));
    scene.succeed("up");
    scene.succeed("a");
    expect(scene.started).toEqual(["up#1", "a#1", "down#1"]);
    scene.succeed("down");
    scene.succeed("b");
    scene.succeed("c");
    expect(scene.started).toEqual(["up#1", "a#1", "down#1", "b#1", "c#1", "d#1"]);
  });

  test("of the third asks for a revision of what is optional, and so does its end", () => {
    const scene = new RunByHand(tasks);
    scene.signal(["d"], data(3));
    expect(scene.asked).toMatchObject([{ held: ["d"] }]);
    scene.revise([...tasks.slice(0, 3), { id: "d", tier: 3, isBypassed: true }]);
    scene.signal(["d"], data(1));
    expect(scene.asked).toHaveLength(2);
  });
});
