import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { plainResult, runBlueprintOf, type TaskSketch } from "../../test/support/run-blueprint.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { sqliteCatalogs } from "../catalogs/sqlite/sqlite-catalogs.ts";
import { describeRun } from "../core/run/describe-run.ts";
import { foldRun } from "../core/run/fold-run.ts";
import type { RunEvent } from "../core/run/run-event.ts";
import { planRun } from "../core/run/run-plan.ts";
import { OperatingError } from "../errors/operating-error.ts";
import type { Catalog, StoredEvent } from "../ports/catalog.ts";
import type { TaskExecutor } from "../ports/task-executor.ts";
import { abandonRun } from "./journal.ts";
import { type LocalRun, runBlueprint } from "./local-host.ts";

async function openCatalog(): Promise<Catalog> {
  const folder = temporaryFolder();
  const catalog = await sqliteCatalogs.openWriter(join(folder.path, "catalog.db"), "a test");
  onTestFinished(async () => {
    await catalog[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });
  await catalog.createRun({
    id: "r",
    startedAt: 1,
    finishedAt: null,
    status: "running",
    blueprint: "b".repeat(64),
    decision: "d",
  });
  return catalog;
}

/** Does nothing, and says so, unless the task has something of its own to do. */
function executorOf(own: Readonly<Record<string, TaskExecutor["execute"]>> = {}): TaskExecutor {
  return {
    execute: async (tasks, signal, attempt) => {
      const execute = own[tasks[0] ?? ""];
      if (execute !== undefined) return await execute(tasks, signal, attempt);
      return Object.fromEntries(tasks.map((task) => [task, plainResult]));
    },
  };
}

function runOf(
  catalog: Catalog,
  sketches: readonly TaskSketch[],
  executor: TaskExecutor = executorOf(),
): LocalRun {
  return {
    run: "r",
    plan: planRun(runBlueprintOf(sketches), { pools: { main: 2 } }),
    catalog,
    executor,
    clock: new ManualClock(),
    seed: 5,
    redact: (text) => text.replaceAll("hunter2", "***"),
  };
}

function statusesOf(state: Awaited<ReturnType<typeof runBlueprint>>): Record<string, string> {
  return Object.fromEntries(describeRun(state).tasks.map(({ id, status }) => [id, status]));
}

/** An attempt that ends only when it is asked to. */
const untilAborted: TaskExecutor["execute"] = (_, signal) =>
  new Promise((_resolve, reject) => {
    const stop = () => reject(new OperatingError("CANCELLED", "Stopped."));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop);
  });

describe("a run", () => {
  test("leaves a log that folds to the state it ended in, and a closed summary", async () => {
    const catalog = await openCatalog();
    const run = runOf(catalog, [{ id: "a" }, { id: "b", after: ["a"] }, { id: "c" }]);
    const told: RunEvent[] = [];
    const state = await runBlueprint({ ...run, onEvent: (event) => told.push(event) });
    const events = (await catalog.events("r")).map(({ event }) => event);
    expect(told).toEqual(events);
    expect(foldRun(run.plan, events)).toEqual(state);
    expect(await catalog.run("r")).toMatchObject({
      status: "succeeded",
      finishedAt: expect.any(Number),
    });
  });

  test("does nothing before its start is durable", async () => {
    const catalog = await openCatalog();
    const seen: string[] = [];
    const execute: TaskExecutor["execute"] = async ([task = ""]) => {
      const started = (await catalog.events("r")).filter(
        ({ event }) => event.type === "AttemptStarted" && event.tasks.includes(task),
      );
      seen.push(`${task} ${started.length}`);
      return { [task]: plainResult };
    };
    await runBlueprint(runOf(catalog, [{ id: "a" }, { id: "b", after: ["a"] }], { execute }));
    expect(seen).toEqual(["a 1", "b 1"]);
  });

  test("writes a chain with one append for each task, and a fan-out with few", async () => {
    const appends: number[] = [];
    const catalog = await openCatalog();
    const counted: LocalRun["catalog"] = {
      append: (run, events) => {
        appends.push(events.length);
        return catalog.append(run, events);
      },
      finishRun: (...all) => catalog.finishRun(...all),
    };
    const chain = [{ id: "a" }, { id: "b", after: ["a"] }, { id: "c", after: ["b"] }];
    await runBlueprint({ ...runOf(catalog, chain), catalog: counted });
    expect(appends).toEqual([2, 2, 2, 2]);
  });

  test("records what an executor throws, with secrets taken out and with what follows from its code", async () => {
    const catalog = await openCatalog();
    const executor = executorOf({
      a: () =>
        Promise.reject(new OperatingError("GATE_FAILED", "hunter2 is null", { hint: "hunter2" })),
      b: () => {
        throw new TypeError("x is not a function");
      },
      c: async () => ({}),
    });
    const state = await runBlueprint(
      runOf(catalog, [{ id: "a", attempts: 3 }, { id: "b", attempts: 3 }, { id: "c" }], executor),
    );
    const failures = describeRun(state).tasks.map(({ failure }) => failure);
    expect(failures).toMatchObject([
      { code: "GATE_FAILED", message: "*** is null", hint: "***", isRetryable: false },
      { code: "INTERNAL", message: "x is not a function", isRetryable: false },
      { code: "INTERNAL", message: expect.stringContaining("c has a result") },
    ]);
    expect(state.status).toBe("failed");
  });

  test("tries again when the backoff is over, by the clock", async () => {
    const catalog = await openCatalog();
    const clock = new ManualClock();
    let attempts = 0;
    const executor = executorOf({
      a: async () => {
        attempts += 1;
        if (attempts === 1) throw new OperatingError("CONNECTION_FAILED", "gone");
        return { a: plainResult };
      },
    });
    const state = await runBlueprint({
      ...runOf(catalog, [{ id: "a", attempts: 2 }], executor),
      clock,
      onEvent: (event) => {
        if (event.type === "AttemptFailed") queueMicrotask(() => clock.advance(1_000));
      },
    });
    expect(describeRun(state)).toMatchObject({ status: "succeeded", tasks: [{ attempts: 2 }] });
    expect(clock.timers).toBe(0);
  });

  test("asks an attempt to end when its time is up, and records that as the failure", async () => {
    const catalog = await openCatalog();
    const clock = new ManualClock();
    const state = await runBlueprint({
      ...runOf(catalog, [{ id: "a", timeoutMs: 50 }], executorOf({ a: untilAborted })),
      clock,
      onEvent: (event) => {
        if (event.type === "AttemptStarted") queueMicrotask(() => clock.advance(50));
      },
    });
    expect(describeRun(state).tasks[0]?.failure).toMatchObject({
      code: "TIMED_OUT",
      isRetryable: true,
    });
  });

  test("does not record time that goes back", async () => {
    const catalog = await openCatalog();
    const clock = new ManualClock();
    await runBlueprint({
      ...runOf(catalog, [{ id: "a" }, { id: "b", after: ["a"] }]),
      clock,
      onEvent: () => clock.advance(-10_000),
    });
    const times = (await catalog.events("r")).map(({ event }) => event.at);
    expect(times).toEqual(times.toSorted((left, right) => left - right));
  });
});

describe("cancelling", () => {
  test("lets running attempts finish or roll back, starts nothing, and says why", async () => {
    const catalog = await openCatalog();
    const controller = new AbortController();
    const executor = executorOf({
      a: untilAborted,
      b: async (_, signal) => {
        await untilAborted([], signal, 1).catch(() => {});
        return { b: plainResult };
      },
    });
    const state = await runBlueprint({
      ...runOf(catalog, [{ id: "a" }, { id: "b" }, { id: "c" }], executor),
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === "AttemptStarted" && event.tasks.includes("b"))
          controller.abort("SIGINT");
      },
    });
    expect(statusesOf(state)).toEqual({ a: "cancelled", b: "succeeded", c: "cancelled" });
    expect(await catalog.run("r")).toMatchObject({ status: "cancelled" });
    const events = (await catalog.events("r")).map(({ event }) => event);
    expect(events).toContainEqual(
      expect.objectContaining({ type: "CancelRequested", cause: "SIGINT" }),
    );
  });

  test("before the run begins leaves a cancelled run in which nothing was done", async () => {
    const catalog = await openCatalog();
    const state = await runBlueprint({
      ...runOf(
        catalog,
        [{ id: "a" }, { id: "b" }, { id: "c" }],
        executorOf({ a: untilAborted, b: untilAborted }),
      ),
      signal: AbortSignal.abort(new Error("not today")),
    });
    expect(statusesOf(state)).toEqual({ a: "cancelled", b: "cancelled", c: "cancelled" });
  });
});

describe("an interruption", () => {
  test("of the journal ends the run loudly, after running attempts have ended", async () => {
    const catalog = await openCatalog();
    let hasEnded = false;
    const executor = executorOf({
      a: async (_, signal) => {
        await untilAborted([], signal, 1).catch(() => {});
        await new Promise((resolve) => setImmediate(resolve));
        hasEnded = true;
        return { a: plainResult };
      },
    });
    const failing: LocalRun["catalog"] = {
      append: (run, events) =>
        events.some(({ event }) => event.type === "AttemptSucceeded")
          ? Promise.reject(new OperatingError("CATALOG_FULL", "no space"))
          : catalog.append(run, events),
      finishRun: (...all) => catalog.finishRun(...all),
    };
    const run = { ...runOf(catalog, [{ id: "a" }, { id: "b" }], executor), catalog: failing };
    await expect(runBlueprint(run)).rejects.toMatchObject({ code: "CATALOG_FULL" });
    expect(hasEnded).toBe(true);
    expect(await catalog.run("r")).toMatchObject({ status: "running" });
  });

  test("by an observer that throws ends the run loudly", async () => {
    const catalog = await openCatalog();
    const onEvent = () => {
      throw new Error("the screen is gone");
    };
    await expect(runBlueprint({ ...runOf(catalog, [{ id: "a" }]), onEvent })).rejects.toThrow(
      "the screen is gone",
    );
  });

  test("at any event is healed by resuming: every task is done, and none again that was", async () => {
    const sketches: TaskSketch[] = [
      { id: "a" },
      { id: "b", after: ["a"] },
      { id: "c", after: ["a"] },
      { id: "d", after: ["b", "c"] },
    ];
    const whole = await openCatalog();
    await runBlueprint(runOf(whole, sketches));
    const log = await whole.events("r");
    for (let length = 0; length <= log.length; length += 1) {
      const catalog = await openCatalog();
      const durable = log.slice(0, length);
      await catalog.append("r", durable);
      const again: string[] = [];
      const execute: TaskExecutor["execute"] = async ([task = ""]) => {
        again.push(task);
        return { [task]: plainResult };
      };
      const state = await runBlueprint({
        ...runOf(catalog, sketches, { execute }),
        resumedEvents: durable,
      });
      expect(state.status).toBe("succeeded");
      expect(again.sort()).toEqual(["a", "b", "c", "d"].filter((id) => !isDone(durable, id)));
    }
  });

  test("that nobody will resume is closed as cancelled", async () => {
    const catalog = await openCatalog();
    const run = runOf(catalog, [{ id: "a" }]);
    await catalog.append("r", [
      { seq: 0, event: { type: "RunStarted", at: 1, blueprint: run.plan.blueprint, seed: 1 } },
    ]);
    await abandonRun(catalog, "r", 9, "a newer run took its place");
    const events = (await catalog.events("r")).map(({ event }) => event);
    expect(describeRun(foldRun(run.plan, events))).toMatchObject({
      status: "cancelled",
      tasks: [{ status: "cancelled" }],
    });
    expect(await catalog.run("r")).toMatchObject({ status: "cancelled", finishedAt: 9 });
  });
});

function isDone(log: readonly StoredEvent[], task: string): boolean {
  return log.some(({ event }) => event.type === "AttemptSucceeded" && event.tasks.includes(task));
}
