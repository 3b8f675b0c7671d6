import { expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import type { Signal } from "../core/signals/signal.ts";
import { standingOf } from "../core/signals/standing.ts";
import { endOfPressure, ResourceWatch } from "./watch-resources.ts";

/** A machine of 100 bytes, and what a watch on it has told. */
function watching(usualMs: ReadonlyMap<string, number> = new Map()) {
  const clock = new ManualClock(0);
  const machine = { memory: 10, free: 1024 ** 3 };
  const told: Signal[] = [];
  const watch = new ResourceWatch({
    parts: {
      clock,
      capacity: { cores: 2, memoryBytes: 100 },
      memoryInUse: () => machine.memory,
      freeBytes: () => Promise.resolve(machine.free),
    },
    feed: { send: async (signal) => void told.push(await Promise.resolve(signal)) },
    run: "r",
    usualMs,
    fail: (error) => {
      throw error;
    },
  });
  /** A second passes, and the look in it ends. */
  const pass = async (seconds = 1) => {
    for (let second = 0; second < seconds; second += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const levels = () => told.map(({ subject, data }) => [subject, "level" in data && data.level]);
  return { watch, machine, pass, told, levels };
}

test("pressure is told when it comes, grows and is over, and not while it stays", async () => {
  const { watch, machine, pass, told, levels } = watching();
  await pass(2);
  expect(told).toEqual([]);
  machine.memory = 93;
  await pass(2);
  machine.memory = 99;
  await pass();
  machine.memory = 20;
  machine.free = 50 * 1024 * 1024;
  await pass(2);
  expect(levels()).toEqual([
    ["memory", 2],
    ["memory", 3],
    ["memory", 0],
    ["disk", 2],
  ]);
  expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
  await watch.stop();
  const holding = standingOf(told, 1_000_000);
  expect(endOfPressure(holding, "later", 9).map(({ subject }) => subject)).toEqual(["disk"]);
});

test("a warehouse in which all takes far longer than ever is under pressure", async () => {
  const { watch, pass, levels } = watching(
    new Map([
      ["a.load", 1_000],
      ["b.load", 1_000],
    ]),
  );
  const ends: (() => void)[] = [];
  const work = () => new Promise<void>((resolve) => ends.push(resolve));
  const attempts = [watch.follow(["a.load"], work), watch.follow(["b.load"], work)];
  await pass(9);
  expect(levels()).toEqual([]);
  await pass(4);
  expect(levels()).toEqual([["warehouse", 1]]);
  for (const end of ends) end();
  await Promise.all(attempts);
  await pass();
  expect(levels()).toEqual([
    ["warehouse", 1],
    ["warehouse", 0],
  ]);
  await watch.stop();
});

test("what memory grows by while attempts run is theirs, in equal parts", async () => {
  const { watch, machine, pass } = watching();
  const ends: (() => void)[] = [];
  const work = () => new Promise<void>((resolve) => ends.push(resolve));
  const attempts = [watch.follow(["a.load"], work), watch.follow(["b.load"], work)];
  machine.memory = 50;
  await pass();
  machine.memory = 10;
  for (const end of ends) end();
  await Promise.all(attempts);
  expect([...watch.peaks]).toEqual([
    ["a.load", 20],
    ["b.load", 20],
  ]);
  await watch.stop();
});
