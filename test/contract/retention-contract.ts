import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import type { RunEvent, RunStatus } from "../../src/core/run/run-event.ts";
import { hashOf } from "../../src/core/std/hash.ts";
import type { Json } from "../../src/core/std/json.ts";
import type { Catalog, CatalogRetention, CatalogStore } from "../../src/ports/catalog.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const now: CatalogRetention = {
  ...{ runsBefore: 1_000, runsKept: 1, runsAtOnce: 1_000, signals: [], objects: "all" },
};

/** A run as it is stored: its decision leads to `leaves` by way of a list. */
interface StoredRun {
  readonly id: string;
  readonly at: number;
  readonly status: RunStatus;
  readonly leaves: readonly number[];
  /** Events; the last names a revision's object. */
  readonly events: number;
}

const leafOf = (leaf: number): Json => ({ leaf, text: "x".repeat(50) });
const listOf = (run: StoredRun): Json => run.leaves.map((leaf) => hashOf(leafOf(leaf)));
const decisionOf = (run: StoredRun): Json => ({ at: run.at, list: hashOf(listOf(run)) });
const revisionOf = (run: StoredRun): Json => ({ of: run.id, base: hashOf(decisionOf(run)) });

function objectsOf(run: StoredRun) {
  const values = [...run.leaves.map(leafOf), ...[listOf(run), decisionOf(run), revisionOf(run)]];
  return values.map((value) => ({ id: hashOf(value), value }));
}

async function write(catalog: Catalog, run: StoredRun): Promise<void> {
  const { id, at, status } = run;
  await catalog.putObjects(objectsOf(run));
  const decision = hashOf(decisionOf(run));
  const summary = { id, startedAt: at, finishedAt: null, status, blueprint: decision, decision };
  await catalog.createRun({ ...summary, status: "running" });
  const events = Array.from({ length: run.events }, (_, seq): RunEvent => {
    const cause = seq === run.events - 1 ? hashOf(revisionOf(run)) : `event ${seq}`;
    return { type: "CancelRequested", at: at + seq, cause };
  });
  await catalog.append(
    id,
    events.map((event, seq) => ({ seq, event })),
  );
  if (status !== "running") await catalog.finishRun(id, status, at + 1);
}

/** What every catalog forgets, and what never. */
export function retentionContract(name: string, store: CatalogStore): void {
  const newPath = () => {
    const folder = temporaryFolder();
    onTestFinished(() => folder[Symbol.dispose]());
    return join(folder.path, "catalog.db");
  };

  describe(`${name} forgets`, () => {
    test("what is old goes, what a run that stays leads to does not (seed 17)", async () => {
      const runs = fc.array(
        fc.record({
          at: fc.integer({ min: 0, max: 2_000 }),
          status: fc.constantFrom<RunStatus>("running", "succeeded", "failed", "cancelled"),
          leaves: fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { maxLength: 5 }),
          events: fc.integer({ min: 1, max: 4 }),
        }),
        { minLength: 1, maxLength: 12 },
      );
      await fc.assert(
        fc.asyncProperty(runs, fc.integer({ min: 1, max: 4 }), async (drawn, runsKept) => {
          const path = newPath();
          const stored = drawn.map((run, index): StoredRun => ({ ...run, id: `r${index}` }));
          await using catalog = await store.openWriter(path, "a test");
          for (const run of stored) await write(catalog, run);
          const trial = await catalog.prune({ ...now, runsKept, isTrial: true });
          expect((await catalog.runs(100)).length).toBe(stored.length);
          const removal = await catalog.prune({ ...now, runsKept });
          expect(removal).toEqual(trial);

          const newest = [...stored].sort((a, b) => b.at - a.at || (b.id < a.id ? -1 : 1));
          const isKept = (run: StoredRun) =>
            run.status === "running" || run.at + 1 >= 1_000 || newest.indexOf(run) < runsKept;
          const kept = stored.filter(isKept);
          expect((await catalog.runs(100)).map(({ id }) => id).sort()).toEqual(
            kept.map(({ id }) => id).sort(),
          );
          const needed = new Map(kept.flatMap(objectsOf).map(({ id, value }) => [id, value]));
          const all = stored.flatMap(objectsOf).map(({ id }) => id);
          expect(await catalog.objects(all)).toEqual(needed);
          for (const run of stored) {
            expect(await catalog.events(run.id)).toHaveLength(isKept(run) ? run.events : 0);
          }
          expect(await catalog.prune({ ...now, runsKept })).toEqual({
            ...{ runs: 0, events: 0, objects: 0, signals: 0 },
          });
        }),
        { seed: 17, numRuns: 40 },
      );
    });

    test("a decision that is written meanwhile keeps what it relies on", async () => {
      await using catalog = await store.openWriter(newPath(), "a test");
      const old = { id: "old", at: 1, status: "succeeded", leaves: [1, 2, 3], events: 1 } as const;
      await write(catalog, old);
      await write(catalog, { ...old, id: "new", at: 2_000, leaves: [9] });
      const next = { ...old, id: "next", at: 3_000 };
      const pruning = catalog.prune(now);
      await Promise.all([pruning, catalog.putObjects(objectsOf(next))]);
      await write(catalog, next);
      const found = await catalog.objects(objectsOf(next).map(({ id }) => id));
      expect(found.size).toBe(objectsOf(next).length);
    });

    test("objects are looked through once it is worthwhile, and only a part of the runs goes at once", async () => {
      await using catalog = await store.openWriter(newPath(), "a test");
      for (let at = 0; at < 40; at += 1) {
        await write(catalog, { id: `r${at}`, at, status: "succeeded", leaves: [at], events: 2 });
      }
      const some: CatalogRetention = {
        ...now,
        ...{ runsKept: 20, runsAtOnce: 1, objects: "when_worthwhile" },
      };
      expect(await catalog.prune(some)).toEqual({ runs: 1, events: 2, objects: 0, signals: 0 });
      const removed = [];
      for (let time = 0; time < 5; time += 1) removed.push((await catalog.prune(some)).objects);
      expect(removed.filter((count) => count > 0).length).toBeGreaterThan(0);
      expect(removed.filter((count) => count > 0).length).toBeLessThan(4);
    });

    test("a reader sees whole runs all the while", async () => {
      const path = newPath();
      await using catalog = await store.openWriter(path, "a test");
      for (let at = 0; at < 60; at += 1) {
        const leaves = Array.from({ length: 20 }, (_, leaf) => at + leaf);
        await write(catalog, { id: `r${at}`, at, status: "succeeded", leaves, events: 5 });
      }
      const reader = await store.openReader(path);
      if (reader === null) throw new Error("there is a catalog");
      let isOver = false;
      const pruning = catalog.prune({ ...now, runsKept: 20 }).finally(() => {
        isOver = true;
      });
      let looks = 0;
      while (!isOver || looks === 0) {
        for (const { id, decision } of (await reader.runs(20)).slice(-3)) {
          expect(await reader.events(id)).toHaveLength(5);
          expect((await reader.objects([decision])).size).toBe(1);
        }
        looks += 1;
      }
      expect((await pruning).runs).toBe(40);
      await reader[Symbol.asyncDispose]();
    });

    test("a hundred thousand events and forty thousand objects go in less time than they came", async () => {
      await using catalog = await store.openWriter(newPath(), "a test");
      const start = performance.now();
      for (let at = 0; at < 40; at += 1) {
        const leaves = Array.from({ length: 1_000 }, (_, leaf) => at * 1_000 + leaf);
        await write(catalog, { id: `r${at}`, at, status: "succeeded", leaves, events: 2_500 });
      }
      const writing = performance.now() - start;
      const removal = await catalog.prune({ ...now, runsKept: 20 });
      const pruning = performance.now() - start - writing;
      expect(removal).toEqual({ runs: 20, events: 50_000, objects: 20 * 1_003, signals: 0 });
      expect(pruning / writing).toBeLessThan(1);
    });
  });
}
