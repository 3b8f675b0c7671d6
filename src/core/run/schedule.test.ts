import { expect, test } from "vitest";
import { runBlueprintOf } from "../../../test/support/run-blueprint.ts";
import { emptyRecord, type TaskUse } from "../metadata/subject-record.ts";
import { budgetOf, demandOf, parseSchedule, scheduleOf, scheduleToJson } from "./schedule.ts";

const gigabyte = 1024 ** 3;
const took = (durationMs: number, memoryBytes: number | null = null): TaskUse => ({
  ...{ durationMs, memoryBytes },
  rows: 7,
});

test("a task needs what it took: the median, the 95th percentile, and its highest peak", () => {
  const uses = [took(300), took(100, 5), took(900, 3), took(200)];
  expect(demandOf({ kind: "load" }, uses, null)).toEqual({
    durationMs: { p50: 200, p95: 900 },
    memoryBytes: 5,
    rows: 7,
  });
});

test("a task that was never done is thought to take longer the more rows it has", () => {
  const small = demandOf({ kind: "extract" }, [], 1_000);
  const large = demandOf({ kind: "extract" }, [], 10_000_000);
  expect(large.durationMs.p50).toBeGreaterThan(10 * small.durationMs.p50);
  expect(large.memoryBytes).toBeGreaterThan(small.memoryBytes);
  expect(large.memoryBytes).toBeLessThanOrEqual(gigabyte);
});

test("what a project says comes before what the machine has, and the shares never exceed it", () => {
  const machine = { cores: 2, memoryBytes: 8 * gigabyte };
  const budget = budgetOf(machine, { memoryBytes: null, threads: null });
  expect(budget.threads).toBe(2);
  expect(budget.warehouseBytes).toBeLessThan(budget.runBytes);
  expect(budget.runBytes).toBeLessThan(machine.memoryBytes);
  expect(budgetOf(machine, { memoryBytes: gigabyte, threads: 1 })).toMatchObject({
    warehouseBytes: gigabyte,
    threads: 1,
  });
});

test("a schedule is the same after it was stored, and what is none is told", () => {
  const blueprint = runBlueprintOf([{ id: "b.load" }, { id: "a.load", subject: "a" }]);
  const records = new Map([["a", { ...emptyRecord("a"), uses: { load: [took(5)] } }]]);
  const budget = { runBytes: gigabyte, slotsMax: 8 };
  const schedule = scheduleOf(blueprint, { main: 99 }, budget, { records, rowsOf: () => null });
  expect(schedule.pools).toEqual({ main: 8 });
  expect(schedule.demands.get("a.load")?.durationMs.p50).toBe(5);
  const stored = JSON.parse(JSON.stringify(scheduleToJson(schedule)));
  expect(parseSchedule(stored)?.demands).toEqual(new Map([...schedule.demands].sort()));
  expect(parseSchedule({ pools: 3 })).toBeNull();
});
