import { expect, test } from "vitest";
import { recordedGraphs } from "../support/task-graphs.ts";
import { fifoMakespanOf, lowerBoundOf, makespanOf } from "../support/virtual-run.ts";

// A small form of bench/schedule.bench.ts.
test("recorded graphs take little longer than any order must, and less than first come first served", () => {
  const graphs = recordedGraphs(40).map((graph) => {
    const ours = makespanOf(graph);
    const [bound, fifo] = [lowerBoundOf(graph), fifoMakespanOf(graph)];
    expect(ours, graph.name).toBeGreaterThanOrEqual(bound);
    expect(ours / fifo, graph.name).toBeLessThanOrEqual(1.05);
    return { toBound: ours / bound, toFifo: ours / fifo };
  });
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(graphs.map(({ toBound }) => toBound))).toBeLessThanOrEqual(1.15);
  expect(mean(graphs.map(({ toFifo }) => toFifo))).toBeLessThanOrEqual(0.9);
});
