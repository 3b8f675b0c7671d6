import type { Segment, Task, TaskId } from "../core/decide/blueprint.ts";
import type { Profile } from "../core/metadata/profile.ts";
import type { UsualRows } from "../core/metadata/subject-record.ts";
import type { ModelSpec, SourceSpec } from "../core/project/project.ts";
import type { TaskResult } from "../core/run/run-event.ts";
import type { TableName } from "../core/schema/table-schema.ts";
import type { Hash } from "../core/std/hash.ts";
import type { EpochMs } from "../core/std/time.ts";
import type { Staging } from "../ports/staging.ts";
import type { Provenance, Warehouse } from "../ports/warehouse.ts";
import type { Connections } from "./connections.ts";

/** What the tasks of one run work with. Everything comes from the run's own decision, not from the files of today. */
export interface TaskContext {
  readonly run: string;
  readonly blueprint: Hash;
  readonly decision: Hash;
  readonly at: EpochMs;
  /** The catalog's, of the writer whose run it is. */
  readonly epoch: number;
  readonly sources: ReadonlyMap<string, SourceSpec>;
  readonly models: ReadonlyMap<string, ModelSpec>;
  /** By source. */
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly connections: Connections;
  readonly staging: Staging;
  readonly warehouse: Warehouse;
  /** How many rows the last good loads of a source had; `null` before the first. */
  readonly usualRows: (source: string) => UsualRows | null;
  /** Subjects of which somebody says that they are right as they are. */
  readonly forced: ReadonlySet<string>;
  /** The number of the attempt, from 1. */
  readonly attempt: number;
  /** What tasks of this run have reported so far, in this process or before. */
  readonly results: ReadonlyMap<TaskId, TaskResult>;
}

/** A task with the segment that it belongs to. */
export interface PlannedTask {
  readonly task: Task;
  readonly segment: Segment;
}

/** Runs the tasks of one attempt, all of one kind, and gives each one's result in their order. */
export type TaskHandler = (
  planned: readonly PlannedTask[],
  context: TaskContext,
  signal: AbortSignal,
) => Promise<readonly TaskResult[]>;

/** Where a source lands. */
export function rawTable(source: string): TableName {
  return { schema: "raw", name: source };
}

/** What the ledger keeps of where an effect came from. */
export function provenanceOf(task: Task, context: TaskContext): Provenance {
  const { run, blueprint, decision, at, epoch } = context;
  return { run, task: task.id, blueprint, decision, at, epoch };
}
