import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { RunEvent } from "../../src/core/run/run-event.ts";
import { hashOf } from "../../src/core/std/hash.ts";
import type { Json } from "../../src/core/std/json.ts";
import type { Catalog, CatalogStore, RunSummary, StoredEvent } from "../../src/ports/catalog.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** What every catalog must do. */
export function catalogContract(name: string, store: CatalogStore): void {
  const newPath = () => {
    const folder = temporaryFolder();
    onTestFinished(() => folder[Symbol.dispose]());
    return join(folder.path, "state", "catalog.db");
  };

  const openWriter = async (path = newPath()): Promise<Catalog> => {
    const catalog = await store.openWriter(path, "a test");
    onTestFinished(async () => {
      if (!closed.has(catalog)) await catalog[Symbol.asyncDispose]();
    });
    return catalog;
  };

  const closed = new WeakSet<object>();
  const close = async (catalog: Catalog) => {
    closed.add(catalog);
    await catalog[Symbol.asyncDispose]();
  };

  describe(`${name} keeps objects`, () => {
    test("an object is found under its hash, also by the next process", async () => {
      const path = newPath();
      const catalog = await openWriter(path);
      const values: Json[] = [null, 0, "", [1, [2]], { a: { b: "ü\u0000\u{1f600}'\"" }, c: [] }];
      await catalog.putObjects(values.map((value) => ({ id: hashOf(value), value })));
      await close(catalog);
      const again = await openWriter(path);
      const found = await again.objects(values.map(hashOf));
      expect(values.map((value) => found.get(hashOf(value)))).toEqual(values);
    });

    test("what is not there is absent from the answer, and asking for nothing gives nothing", async () => {
      const catalog = await openWriter();
      await catalog.putObjects([{ id: "aa", value: 1 }]);
      expect(await catalog.objects(["aa", "bb", "aa"])).toEqual(new Map([["aa", 1]]));
      expect(await catalog.objects([])).toEqual(new Map());
      await catalog.putObjects([]);
    });

    test("a hundred thousand objects go in and come out, and go in again at little cost", async () => {
      const catalog = await openWriter();
      const objects = Array.from({ length: 100_000 }, (_, index) => ({
        id: hashOf(index),
        value: { index, text: "x".repeat(100) },
      }));
      await catalog.putObjects(objects);
      await catalog.putObjects(objects);
      const found = await catalog.objects(objects.map(({ id }) => id));
      expect(found.size).toBe(100_000);
      expect(found.get(hashOf(77_777))).toEqual(objects[77_777]?.value);
    });

    test("ids are found by how they begin", async () => {
      const catalog = await openWriter();
      const ids = ["aa1", "aa2", "aa3", "ab1", "b%_"];
      await catalog.putObjects(ids.map((id) => ({ id, value: id })));
      expect(await catalog.idsByPrefix("aa", 10)).toEqual(["aa1", "aa2", "aa3"]);
      expect(await catalog.idsByPrefix("a", 2)).toEqual(["aa1", "aa2"]);
      expect(await catalog.idsByPrefix("b%_", 2)).toEqual(["b%_"]);
      expect(await catalog.idsByPrefix("%", 2)).toEqual([]);
    });
  });

  describe(`${name} keeps runs`, () => {
    test("the newest run comes first, and a limit is kept", async () => {
      const catalog = await openWriter();
      for (const [id, startedAt] of [
        ["b", 2],
        ["a", 1],
        ["c", 3],
      ] as const) {
        await catalog.createRun(runOf(id, startedAt));
      }
      expect((await catalog.runs(2)).map(({ id }) => id)).toEqual(["c", "b"]);
    });

    test("a run is found by its id, or by a prefix that only one has", async () => {
      const catalog = await openWriter();
      for (const id of ["20260101-a", "20260101-ab", "20260202-c"]) {
        await catalog.createRun(runOf(id, 1));
      }
      expect((await catalog.run("20260202"))?.id).toBe("20260202-c");
      expect((await catalog.run("20260101-a"))?.id).toBe("20260101-a");
      expect(await catalog.run("20260101")).toBe(null);
      expect(await catalog.run("nope")).toBe(null);
    });

    test("a finished run has its status and its end", async () => {
      const catalog = await openWriter();
      await catalog.createRun(runOf("r", 1));
      await catalog.finishRun("r", "failed", 1_790_000_000_123);
      expect(await catalog.run("r")).toEqual({
        ...runOf("r", 1),
        status: "failed",
        finishedAt: 1_790_000_000_123,
      });
    });
  });

  describe(`${name} is a journal`, () => {
    test("events come back as they were, in their order, run by run", async () => {
      const catalog = await openWriter();
      await Promise.all(["r", "s"].map((id) => catalog.createRun(runOf(id, 1))));
      const events = eventsFrom(0, 25);
      await catalog.append("r", events.slice(0, 10));
      await Promise.all([
        catalog.append("r", events.slice(10, 20)),
        catalog.append("s", events.slice(0, 1)),
        catalog.append("r", events.slice(20)),
        catalog.append("r", []),
      ]);
      expect(await catalog.events("r")).toEqual(events);
      expect(await catalog.events("s")).toEqual(events.slice(0, 1));
      expect(await catalog.events("unknown")).toEqual([]);
    });

    test("an event at another place than the next one is refused, and nothing of it is kept", async () => {
      const catalog = await openWriter();
      await catalog.createRun(runOf("r", 1));
      await catalog.append("r", eventsFrom(0, 2));
      await expect(catalog.append("r", eventsFrom(3, 1))).rejects.toThrow(/place/);
      await expect(catalog.append("r", eventsFrom(1, 3))).rejects.toThrow(/place/);
      expect(await catalog.events("r")).toEqual(eventsFrom(0, 2));
    });

    test("a write that fails takes no other with it that was asked for at the same time", async () => {
      const catalog = await openWriter();
      await catalog.createRun(runOf("r", 1));
      const results = await Promise.allSettled([
        catalog.append("r", eventsFrom(0, 1)),
        catalog.append("r", eventsFrom(7, 1)),
        catalog.putNotes("memo", new Map([["a", 1]])),
        catalog.append("r", eventsFrom(1, 1)),
      ]);
      expect(results.map(({ status }) => status)).toEqual([
        "fulfilled",
        "rejected",
        "fulfilled",
        "fulfilled",
      ]);
      expect(await catalog.events("r")).toEqual(eventsFrom(0, 2));
      expect(await catalog.notes("memo")).toEqual(new Map([["a", 1]]));
    });

    test("what was asked for before the catalog is closed is durable", async () => {
      const path = newPath();
      const catalog = await openWriter(path);
      const writes = [catalog.createRun(runOf("r", 1)), catalog.append("r", eventsFrom(0, 3))];
      await close(catalog);
      await Promise.all(writes);
      expect(await (await openWriter(path)).events("r")).toEqual(eventsFrom(0, 3));
    });
  });

  describe(`${name} keeps notes`, () => {
    test("notes are kept by kind and name, and the later one replaces the earlier one", async () => {
      const catalog = await openWriter();
      const first: readonly [string, Json][] = [
        ["a", 1],
        ["b", { deep: [null] }],
      ];
      await catalog.putNotes("memo", new Map(first));
      await catalog.putNotes("memo", new Map([["a", "new"]]));
      await catalog.putNotes("other", new Map([["a", 3]]));
      expect(await catalog.notes("memo")).toEqual(
        new Map<string, Json>([
          ["a", "new"],
          ["b", { deep: [null] }],
        ]),
      );
      expect(await catalog.notes("none")).toEqual(new Map());
    });
  });

  describe(`${name} has one writer and many readers`, () => {
    test("a second writer is refused, with the name of the first", async () => {
      const path = newPath();
      const first = await openWriter(path);
      await expect(store.openWriter(path, "another test")).rejects.toMatchObject({
        code: "CATALOG_LOCKED",
        message: expect.stringMatching(/held by `a test` \(pid \d+, since \d{4}-.*Z\)/),
      });
      await expect(store.openWriter(path, "another test")).rejects.toThrow();
      await close(first);
      await openWriter(path);
    });

    test("a reader of a catalog that does not exist is none, and makes none", async () => {
      const path = newPath();
      expect(await store.openReader(path)).toBe(null);
      expect(await store.openReader(path)).toBe(null);
    });

    test("readers see what is durable while a writer writes, and change nothing", async () => {
      const path = newPath();
      const catalog = await openWriter(path);
      await catalog.createRun(runOf("r", 1));
      const readers = await Promise.all([store.openReader(path), store.openReader(path)]);
      for (const reader of readers) {
        if (reader !== null) onTestFinished(() => reader[Symbol.asyncDispose]());
      }
      for (let seq = 0; seq < 5; seq += 1) {
        await catalog.append("r", eventsFrom(seq, 1));
        for (const reader of readers) {
          expect(await reader?.events("r")).toEqual(eventsFrom(0, seq + 1));
        }
      }
    });
  });
}

function runOf(id: string, startedAt: number): RunSummary {
  return { id, startedAt, finishedAt: null, status: "running", blueprint: "b", decision: "d" };
}

function eventsFrom(seq: number, count: number): readonly StoredEvent[] {
  return Array.from({ length: count }, (_, index) => ({
    seq: seq + index,
    event: eventAt(seq + index),
  }));
}

function eventAt(seq: number): RunEvent {
  return { type: "CancelRequested", at: 1_790_000_000_000 + seq, cause: `"${seq}"\n\u0000ü` };
}
