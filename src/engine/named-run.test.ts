import { expect, test } from "vitest";
import type { RunSummary } from "../ports/catalog.ts";
import { namedRun } from "./named-run.ts";

const summary = (id: string): RunSummary => ({
  id,
  startedAt: 0,
  finishedAt: 1,
  status: "succeeded",
  blueprint: "b",
  decision: "d",
});

/** Three runs, the newest first. */
const runs = ["c", "b", "a"].map(summary);
const catalog = {
  run: async (name: string) => runs.find(({ id }) => id === name) ?? null,
  runs: async (limit: number) => runs.slice(0, limit),
};

test.each([
  ["latest", "c"],
  ["previous", "b"],
  ["a", "a"],
  ["x", undefined],
  ["constructor", undefined],
])("the run named %s", async (name, id) => {
  expect((await namedRun(catalog, name))?.id).toBe(id);
});

test("there is no latest where there is no run", async () => {
  expect(await namedRun({ ...catalog, runs: async () => [] }, "latest")).toBeNull();
});
