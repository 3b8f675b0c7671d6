import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { plainResult, runBlueprintOf, type TaskSketch } from "../../test/support/run-blueprint.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { sqliteCatalogs } from "../catalogs/sqlite/sqlite-catalogs.ts";
import { describeRun } from "../core/run/describe-run.ts";
import { foldRun } from "../core/run/fold-run.ts";
import { planRun } from "../core/run/run-plan.ts";
import type { Signal } from "../core/signals/signal.ts";
import { OperatingError } from "../errors/operating-error.ts";
import type { Catalog } from "../ports/catalog.ts";
import { type LocalRun, runBlueprint } from "./local-host.ts";
import type { Reviser } from "./reviser.ts";
import { inboxFeed, type SignalFeed } from "./signal-feed.ts";

const pools = { main: 1 };

interface Scene {
  readonly path: string;
  readonly catalog: Catalog;
}

async function openScene(): Promise<Scene> {
  const folder = temporaryFolder();
  const path = join(folder.path, "catalog.db");
  const catalog = await sqliteCatalogs.openWriter(path, "a test");
  onTestFinished(async () => {
    await catalog[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });
  const summary = { id: "r", startedAt: 1, finishedAt: null, status: "running" } as const;
  await catalog.createRun({ ...summary, blueprint: "b".repeat(64), decision: "d" });
  return { path, catalog };
}

const changed: Signal = {
  ...{ id: "1", source: "test", type: "source.changed", subject: "b", at: 1, data: {} },
};

/** A feed of which a test says when it tells what, and what it was told. */
class HandFeed implements SignalFeed {
  readonly taken_: string[] = [];
  readonly sent: Signal[] = [];
  #hear: (signal: Signal) => void = () => {};

  listen(hear: (signal: Signal) => void): () => Promise<void> {
    this.#hear = hear;
    return () => Promise.resolve();
  }

  tell(signal: Signal): void {
    this.#hear(signal);
  }

  async taken({ id }: Signal): Promise<void> {
    this.taken_.push(await Promise.resolve(id));
  }

  async send(signal: Signal): Promise<void> {
    this.sent.push(await Promise.resolve(signal));
  }
}

const before: readonly TaskSketch[] = [{ id: "a" }, { id: "b" }];
const after = {
  ...runBlueprintOf([{ id: "a" }, { id: "b", isBypassed: true }]),
  id: "c".repeat(64),
};
const revisedPlan = planRun(after, { pools });

function reviserOf(revise: Reviser["revise"]): Reviser {
  return { concernOf: ({ subject }) => [subject], revise };
}

function runOf(catalog: Catalog, signals: SignalFeed, reviser: Reviser): LocalRun {
  return {
    run: "r",
    plan: planRun(runBlueprintOf(before), { pools }),
    catalog,
    executor: {
      execute: (tasks) => Promise.resolve(Object.fromEntries(tasks.map((id) => [id, plainResult]))),
    },
    clock: new ManualClock(),
    seed: 5,
    redact: (text) => text,
    live: { signals, reviser },
  };
}

describe("a run that hears of signals", () => {
  test("has what they concern decided again, and goes on with that", async () => {
    const { catalog } = await openScene();
    const feed = new HandFeed();
    let adopted = 0;
    const reviser = reviserOf(({ revision, signals, begun, held }) => {
      expect({ revision, begun, held }).toEqual({ revision: 1, begun: ["a"], held: ["b"] });
      expect(signals).toEqual([changed]);
      return Promise.resolve({
        ...{ blueprint: after.id, decision: "d2", plan: revisedPlan, cancel: [] },
        segments: { added: [], removed: [], changed: ["b"] },
        adopt: () => {
          adopted += 1;
        },
      });
    });
    const run = runOf(catalog, feed, reviser);
    const state = await runBlueprint({
      ...run,
      onEvent: (event) => {
        if (event.type === "AttemptStarted") feed.tell(changed);
      },
    });
    expect(describeRun(state)).toMatchObject({
      status: "succeeded",
      tasks: [{ status: "succeeded" }, { status: "bypassed" }],
    });
    expect(adopted).toBe(1);
    expect(feed.taken_).toEqual(["1"]);
    const events = (await catalog.events("r")).map(({ event }) => event);
    expect(foldRun(run.plan, events, () => revisedPlan)).toEqual(state);
  });

  test("goes on as it was when it cannot be decided again, and says why", async () => {
    const { catalog } = await openScene();
    const feed = new HandFeed();
    const reviser = reviserOf(() => {
      throw new OperatingError("CONNECTION_FAILED", "nobody answers");
    });
    const state = await runBlueprint({
      ...runOf(catalog, feed, reviser),
      onEvent: (event) => {
        if (event.type === "AttemptStarted" && event.tasks.includes("a")) feed.tell(changed);
      },
    });
    expect(state.status).toBe("succeeded");
    const events = (await catalog.events("r")).map(({ event }) => event);
    expect(events).toContainEqual(
      expect.objectContaining({
        type: "RevisionFailed",
        cause: ["1"],
        failure: expect.objectContaining({ code: "CONNECTION_FAILED" }),
      }),
    );
  });

  test("does not wait for a decision when it is cancelled, and writes nothing after its end", async () => {
    const { catalog } = await openScene();
    const feed = new HandFeed();
    const controller = new AbortController();
    const reviser = reviserOf(
      (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            reject(new OperatingError("CANCELLED", "enough"));
          });
          feed.tell({ ...changed, id: "2" });
          controller.abort("SIGINT");
        }),
    );
    const state = await runBlueprint({
      ...runOf(catalog, feed, reviser),
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === "AttemptStarted" && event.tasks.includes("a")) feed.tell(changed);
        if (event.type === "RunFinished") feed.tell({ ...changed, id: "3" });
      },
    });
    expect(state.phase).toBe("finished");
    const events = (await catalog.events("r")).map(({ event }) => event);
    expect(events.at(-1)).toMatchObject({ type: "RunFinished" });
    expect(feed.taken_).not.toContain("3");
  });

  test("sends what it has to say itself, such as that a circuit has opened", async () => {
    const { catalog } = await openScene();
    const feed = new HandFeed();
    const circuit = { name: "net", failures: 1, coolDownMs: 50, probes: 1 };
    const clock = new ManualClock();
    let attempts = 0;
    const state = await runBlueprint({
      ...runOf(
        catalog,
        feed,
        reviserOf(() => Promise.reject(new Error("never asked"))),
      ),
      plan: planRun(runBlueprintOf([{ id: "a", circuit, attempts: 2 }]), { pools }),
      clock,
      executor: {
        execute: () => {
          attempts += 1;
          const failure = new OperatingError("CONNECTION_FAILED", "gone");
          return attempts === 1 ? Promise.reject(failure) : Promise.resolve({ a: plainResult });
        },
      },
      onEvent: (event) => {
        if (event.type === "AttemptFailed") queueMicrotask(() => clock.advance(5_000));
      },
    });
    expect(state.status).toBe("succeeded");
    expect(feed.sent.map(({ type, subject }) => [type, subject])).toEqual([
      ["circuit.opened", "net"],
      ["circuit.closed", "net"],
    ]);
  });
});

test("the inbox tells what was left in it, each once, and knows what was taken", async () => {
  const { path, catalog } = await openScene();
  const clock = new ManualClock();
  const feed = inboxFeed({ catalog, catalogs: sqliteCatalogs, path }, "r", clock);
  const heard: Signal[] = [];
  const first = new Promise<void>((resolve) => {
    const stop = feed.listen(
      (signal) => {
        heard.push(signal);
        void stop().then(resolve);
      },
      (error) => {
        throw error;
      },
    );
    // The inbox is looked at again until there is something in it.
    void feed.send(changed).then(() => {
      const again = setInterval(() => clock.advance(1_000), 1);
      void first.finally(() => clearInterval(again));
    });
  });
  await first;
  expect(heard).toEqual([changed]);
  await feed.taken(changed);
  expect(await catalog.signals()).toMatchObject([{ takenBy: "r" }]);
});
