import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Catalog, CatalogStore } from "../../src/ports/catalog.ts";
import {
  type SentSignal,
  type SignalInbox,
  signalBytesMax,
  signalsPendingMax,
} from "../../src/ports/signal-inbox.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** What every catalog must do with signals that others leave in it. */
export function inboxContract(name: string, store: CatalogStore): void {
  const newPath = () => {
    const folder = temporaryFolder();
    onTestFinished(() => folder[Symbol.dispose]());
    return join(folder.path, "state", "catalog.db");
  };
  const openWriter = async (path: string): Promise<Catalog> => {
    const catalog = await store.openWriter(path, "a test");
    onTestFinished(() => catalog[Symbol.asyncDispose]());
    return catalog;
  };
  const openInbox = async (path: string): Promise<SignalInbox> => {
    const inbox = await store.openInbox(path);
    onTestFinished(() => inbox[Symbol.asyncDispose]());
    return inbox;
  };

  describe(`${name} has an inbox`, () => {
    test("a signal that was left before there was any run is there for the first one", async () => {
      const path = newPath();
      await (await openInbox(path)).send([signalOf("a")], 7);
      const [stored, ...others] = await (await openWriter(path)).signals();
      expect(stored).toMatchObject({ ...signalOf("a"), receivedAt: 7, takenBy: null });
      expect(others).toEqual([]);
    });

    test("a signal comes in while another holds the right to write, who notices it", async () => {
      const path = newPath();
      const catalog = await openWriter(path);
      const inbox = await openInbox(path);
      const before = await catalog.changes();
      await catalog.putNotes("memo", new Map([["a", 1]]));
      expect(await catalog.changes()).toBe(before);
      await inbox.send([signalOf("a"), signalOf("b")], 1);
      expect(await catalog.changes()).not.toBe(before);
      const [first] = await catalog.signals();
      const rest = await catalog.signals({ after: first?.seq ?? 0 });
      expect(rest.map(({ id }) => id)).toEqual(["b"]);
    });

    test("the same signal twice is one, and another sender's of that id is another", async () => {
      const path = newPath();
      const inbox = await openInbox(path);
      expect(await inbox.send([signalOf("a"), signalOf("a")], 1)).toEqual([true, false]);
      const other = { ...signalOf("a"), source: "another" };
      expect(await inbox.send([signalOf("a"), other], 2)).toEqual([false, true]);
      const stored = await (await openWriter(path)).signals();
      expect(stored.map(({ source }) => source)).toEqual(["a test", "another"]);
    });

    test("what a run has taken is no longer pending, and stays with the run that was first", async () => {
      const path = newPath();
      await (await openInbox(path)).send([signalOf("a"), signalOf("b")], 1);
      const catalog = await openWriter(path);
      const [first] = await catalog.signals();
      await catalog.takeSignals([first?.seq ?? 0], "run-1", 2);
      await catalog.takeSignals([first?.seq ?? 0], "run-2", 3);
      expect((await catalog.signals({ isPending: true })).map(({ id }) => id)).toEqual(["b"]);
      expect((await catalog.signals()).map(({ takenBy }) => takenBy)).toEqual(["run-1", null]);
    });

    test("what is forgotten is gone, and would be new", async () => {
      const path = newPath();
      const inbox = await openInbox(path);
      await inbox.send([signalOf("a"), signalOf("b")], 1);
      const catalog = await openWriter(path);
      await catalog.forgetSignals([1]);
      expect((await catalog.signals()).map(({ id }) => id)).toEqual(["b"]);
      expect(await inbox.send([signalOf("a"), signalOf("b")], 2)).toEqual([true, false]);
    });

    test("a signal that is too large is refused, and nothing that came with it is kept", async () => {
      const path = newPath();
      const large = { ...signalOf("large"), event: "x".repeat(signalBytesMax) };
      await expect((await openInbox(path)).send([signalOf("a"), large], 1)).rejects.toMatchObject({
        code: "SIGNAL_INVALID",
      });
      expect(await (await openWriter(path)).signals()).toEqual([]);
    });

    test("only so many wait; when some were taken there is room again", async () => {
      const path = newPath();
      const inbox = await openInbox(path);
      const many = Array.from({ length: signalsPendingMax }, (_, index) => signalOf(`${index}`));
      await inbox.send(many, 1);
      await expect(inbox.send([signalOf("more")], 1)).rejects.toMatchObject({ code: "INBOX_FULL" });
      expect(await inbox.send([signalOf("0")], 1)).toEqual([false]);
      const catalog = await openWriter(path);
      expect((await catalog.signals()).length).toBe(signalsPendingMax);
      await catalog.takeSignals([1], "run-1", 2);
      expect(await inbox.send([signalOf("more")], 1)).toEqual([true]);
    });
  });

  describe(`${name} fences former writers out`, () => {
    test("each opening for writing has a higher epoch than all before", async () => {
      const path = newPath();
      const epochs: number[] = [];
      for (let opening = 0; opening < 3; opening += 1) {
        await using catalog = await store.openWriter(path, "a test");
        epochs.push(catalog.epoch);
      }
      expect(epochs).toEqual([1, 2, 3]);
    });
  });
}

function signalOf(id: string): SentSignal {
  return { source: "a test", id, event: { id, type: "dev.sluice.source.late" } };
}
