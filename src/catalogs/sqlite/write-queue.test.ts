import { expect, test } from "vitest";
import { WriteQueue } from "./write-queue.ts";

/** A queue that notes its groups; a write of "bad" fails its whole group. */
function noting(): { queue: WriteQueue<string>; groups: string[] } {
  const groups: string[] = [];
  const queue = new WriteQueue<string>(async (writes) => {
    groups.push(writes.join("+"));
    await new Promise((resolve) => setImmediate(resolve));
    if (writes.includes("bad")) throw new Error("bad write");
  });
  return { queue, groups };
}

test("writes of one turn are one commit, and those that come during it are the next", async () => {
  const { queue, groups } = noting();
  const first = Promise.all([queue.add("a"), queue.add("b")]);
  await new Promise((resolve) => setImmediate(resolve));
  const second = Promise.all([queue.add("c"), queue.add("d")]);
  await first;
  await second;
  expect(groups).toEqual(["a+b", "c+d"]);
});

test("when a group fails, each write succeeds or fails on its own", async () => {
  const { queue, groups } = noting();
  const results = await Promise.allSettled(["a", "bad", "c"].map((write) => queue.add(write)));
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(groups).toEqual(["a+bad+c", "a", "bad", "c"]);
});

test("a queue goes on after a failure, and settles when it is empty", async () => {
  const { queue, groups } = noting();
  await expect(queue.add("bad")).rejects.toThrow("bad write");
  void queue.add("a");
  await queue.settled();
  await queue.settled();
  expect(groups).toEqual(["bad", "a"]);
});
