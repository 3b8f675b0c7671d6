import { recordedGraphs } from "../test/support/task-graphs.ts";
import { fifoMakespanOf, lowerBoundOf, makespanOf } from "../test/support/virtual-run.ts";
import type { BenchResult } from "./bench-result.ts";

const count = 200;

/**
 * How long recorded graphs of tasks take in the run machine, in virtual time, against what no order
 * can beat, and against starting tasks in the order in which they become ready.
 */
export async function bench(): Promise<BenchResult[]> {
  const graphs = recordedGraphs(count).map((graph) => ({
    ours: makespanOf(graph),
    fifo: fifoMakespanOf(graph),
    bound: lowerBoundOf(graph),
  }));
  const toBound = mean(graphs.map(({ ours, bound }) => ours / bound));
  const toFifo = 1 / mean(graphs.map(({ ours, fifo }) => fifo / ours));
  const worst = Math.max(...graphs.map(({ ours, fifo }) => ours / fifo));
  const total = {
    ours: sum(graphs.map(({ ours }) => ours)),
    fifo: sum(graphs.map(({ fifo }) => fifo)),
    bound: sum(graphs.map(({ bound }) => bound)),
  };
  const unit = "ms";
  return [
    {
      ...{ name: `${count} graphs, against the lower bound`, unit, ours: total.ours },
      ...{ theirs: total.bound, ratio: toBound, isMet: toBound <= 1.15 },
      target: "on average at most 1.15 × the longest chain or the work over the slots",
    },
    {
      ...{ name: `${count} graphs, against first come first served`, unit, ours: total.ours },
      ...{ theirs: total.fifo, ratio: toFifo, isMet: toFifo <= 1 / 1.15 },
      target: "first come first served takes on average at least 1.15 × as long",
    },
    {
      ...{ name: "the graph that comes off worst", unit, ours: total.ours },
      ...{ theirs: total.fifo, ratio: worst, isMet: worst <= 1.05 },
      target: "at most 1.05 × first come first served",
    },
  ];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
