import { z } from "zod";
import type { Blueprint, Task, TaskId } from "../decide/blueprint.ts";
import type { Capacity } from "../metadata/snapshot.ts";
import type { SubjectRecord, TaskUse } from "../metadata/subject-record.ts";
import { compareText } from "../std/compare.ts";
import type { Json } from "../std/json.ts";
import type { Demand, Resources } from "./run-plan.ts";

/** What a run may use and what its tasks are thought to need, as it is kept with the run. */
export type Schedule = Required<Resources>;

/** What a project says that may be used; `null` where it leaves that to the machine. */
export interface Limits {
  readonly memoryBytes: number | null;
  readonly threads: number | null;
}

/** How the memory and the cores of a machine are shared. */
export interface Budget {
  /** For all attempts of a run together, the warehouse's work included. */
  readonly runBytes: number;
  /** For the embedded warehouse, which puts on disk what exceeds it. */
  readonly warehouseBytes: number;
  readonly threads: number;
  /** Attempts of one pool at once, whatever its slots. */
  readonly slotsMax: number;
}

/** Of the machine's memory: the rest is for the system and what was not foreseen. */
const runShare = 0.8;
/** Of that, the warehouse's: the rest is for reading sources and writing staged files. */
const warehouseShare = 0.6;
const slotsPerCore = 4;

/** Shares what the machine has. What a project says itself comes first. */
export function budgetOf({ cores, memoryBytes }: Capacity, limits: Limits): Budget {
  const runBytes = Math.floor(memoryBytes * runShare);
  return {
    runBytes,
    warehouseBytes: limits.memoryBytes ?? Math.floor(runBytes * warehouseShare),
    threads: limits.threads ?? cores,
    slotsMax: Math.max(2, cores * slotsPerCore),
  };
}

/** What is known of the tasks of a blueprint. */
export interface DemandSources {
  /** By subject. */
  readonly records: ReadonlyMap<string, SubjectRecord>;
  /** Rows of a subject as far as they are known now. */
  readonly rowsOf: (subject: string) => number | null;
}

/** Plans with what a machine has, and what earlier runs have shown. */
export function scheduleOf(
  blueprint: Blueprint,
  pools: Schedule["pools"],
  budget: Pick<Budget, "runBytes" | "slotsMax">,
  known: DemandSources,
): Schedule {
  const capped = Object.entries(pools).map(([pool, slots]) => [
    pool,
    Math.min(slots, budget.slotsMax),
  ]);
  const demands = new Map<TaskId, Demand>();
  for (const { subject, tasks } of blueprint.segments.values()) {
    const uses = known.records.get(subject)?.uses ?? {};
    const rows = known.rowsOf(subject);
    for (const task of tasks) {
      // What is not to run is not kept: in most cycles of a large project that is nearly all of it.
      if (task.state === "bypassed") continue;
      demands.set(task.id, demandOf(task, uses[task.kind] ?? [], rows));
    }
  }
  return { pools: Object.fromEntries(capped), memoryBytes: budget.runBytes, demands };
}

/**
 * What a task is thought to need: the median and the 95th percentile of what it took, and the most
 * memory that it took. Without a past, what a task of its kind usually takes for so many rows.
 */
export function demandOf(
  { kind }: Pick<Task, "kind">,
  uses: readonly TaskUse[],
  rows: number | null,
): Demand {
  const prior = priorOf(kind, rows);
  const durations = uses.map(({ durationMs }) => durationMs).sort((left, right) => left - right);
  const peaks = uses.flatMap(({ memoryBytes }) => memoryBytes ?? []);
  return {
    durationMs:
      durations.length === 0
        ? prior.durationMs
        : { p50: quantile(durations, 0.5), p95: quantile(durations, 0.95) },
    memoryBytes: peaks.length === 0 ? prior.memoryBytes : Math.max(...peaks),
    rows: rows ?? uses.at(-1)?.rows ?? null,
  };
}

/** Fewer attempts than that say nothing of how long nearly all of them take. */
const usesMin = 3;

/** By task: what nearly all of its attempts took, of those that there are enough of. */
export function usualDurations(
  { segments }: Blueprint,
  records: ReadonlyMap<string, SubjectRecord>,
): ReadonlyMap<TaskId, number> {
  const usual = new Map<TaskId, number>();
  for (const { subject, tasks } of segments.values()) {
    for (const task of tasks) {
      const uses = records.get(subject)?.uses[task.kind] ?? [];
      if (uses.length < usesMin) continue;
      usual.set(task.id, demandOf(task, uses, null).durationMs.p95);
    }
  }
  return usual;
}

/** Rows a second that a task of this kind gets through, on a machine of no great speed. */
const rowsPerSecond: Readonly<Record<Task["kind"], number>> = {
  extract: 200_000,
  load: 400_000,
  verify: 2_000_000,
  transform: 500_000,
  check: 2_000_000,
};

const rowsPrior = 100_000;
const startMs = 200;
const memoryBase = 32 * 1024 * 1024;
const bytesPerRow = 100;
const memoryPriorMax = 512 * 1024 * 1024;

function priorOf(kind: Task["kind"], rows: number | null): Demand {
  const many = rows ?? rowsPrior;
  const p50 = Math.round(startMs + (many / rowsPerSecond[kind]) * 1_000);
  return {
    durationMs: { p50, p95: p50 * 4 },
    // Work is done in pieces, so that memory does not grow with the rows for ever.
    memoryBytes: Math.min(memoryPriorMax, memoryBase + many * bytesPerRow),
    rows,
  };
}

/** By the nearest rank; the values ascend. */
function quantile(values: readonly number[], share: number): number {
  return values[Math.max(0, Math.ceil(values.length * share) - 1)] ?? 0;
}

/** A schedule as it is stored: small, for it is kept with every run. */
export function scheduleToJson({ pools, memoryBytes, demands }: Schedule): Json {
  const sorted = [...demands].sort(([left], [right]) => compareText(left, right));
  return {
    pools,
    memoryBytes,
    demands: sorted.map(([task, { durationMs, memoryBytes: needed, rows }]) => [
      task,
      ...[durationMs.p50, durationMs.p95, needed, rows],
    ]),
  };
}

const storedSchema = z.strictObject({
  pools: z.record(z.string(), z.number()),
  memoryBytes: z.number().nullable(),
  demands: z.array(
    z.tuple([z.string(), z.number(), z.number(), z.number(), z.number().nullable()]),
  ),
});

/** Reads what `scheduleToJson` wrote; `null` for anything else. */
export function parseSchedule(value: Json): Schedule | null {
  const parsed = storedSchema.safeParse(value);
  if (!parsed.success) return null;
  const { pools, memoryBytes, demands } = parsed.data;
  return {
    pools,
    memoryBytes,
    demands: new Map(
      demands.map(([task, p50, p95, needed, rows]) => [
        task,
        { durationMs: { p50, p95 }, memoryBytes: needed, rows },
      ]),
    ),
  };
}
