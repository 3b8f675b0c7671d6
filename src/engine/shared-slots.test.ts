import { expect, test } from "vitest";
import { SharedSlots } from "./shared-slots.ts";

const never = new AbortController().signal;

/** Works that go on until they are let go, by name. */
function working(shared: SharedSlots) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const start = (name: string, slots: number, signal = never) =>
    shared.hold({ pool: "p", slots, signal }, () => {
      begun.push(name);
      return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
    });
  return { begun, start, end: (name: string) => ends.get(name)?.() };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("only so many of a pool are at work, and the others follow in their order", async () => {
  const { begun, start, end } = working(new SharedSlots());
  const all = ["a", "b", "c", "d"].map((name) => start(name, 2));
  await turn();
  expect(begun).toEqual(["a", "b"]);
  end("b");
  await turn();
  expect(begun).toEqual(["a", "b", "c"]);
  end("a");
  end("c");
  await turn();
  end("d");
  expect(await Promise.all(all)).toEqual(["a", "b", "c", "d"]);
});

test("pools do not wait for each other, and a work that fails gives its slot back", async () => {
  const shared = new SharedSlots();
  const { begun, start } = working(shared);
  void start("a", 1);
  const failing = { pool: "q", slots: 1, signal: never };
  await expect(shared.hold(failing, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await shared.hold(failing, async () => "yes")).toBe("yes");
  expect(begun).toEqual(["a"]);
});

test("whoever is called off while it waits begins nothing and keeps nobody waiting", async () => {
  const { begun, start, end } = working(new SharedSlots());
  const calling = new AbortController();
  const first = start("a", 1);
  const second = start("b", 1, calling.signal);
  const third = start("c", 1);
  calling.abort(new Error("called off"));
  await expect(second).rejects.toThrow("called off");
  end("a");
  await first;
  await turn();
  expect(begun).toEqual(["a", "c"]);
  end("c");
  await third;
});
