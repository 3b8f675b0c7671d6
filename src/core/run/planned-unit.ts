import type { Bypass, Circuit, TaskId } from "../decide/blueprint.ts";
import type { BypassPolicy, RetryPolicy } from "../project/project.ts";

/** A task by number, with its edges to tasks that will run. */
export interface PlannedTask {
  readonly id: TaskId;
  readonly subject: string;
  /** `null` for a task that is to run. */
  readonly bypass: Bypass | null;
  /** The unit that it begins in: its own, or its batch's. */
  readonly unit: number;
  /** Active tasks that come first, in id order. */
  readonly needs: readonly number[];
  readonly neededBy: readonly PlannedEdge[];
  /** After the run's start. */
  readonly deadlineMs: number | null;
  /** At its peak. */
  readonly memoryBytes: number;
}

/** An edge to a task that will run. */
export interface PlannedEdge {
  readonly task: number;
  readonly onBypass: BypassPolicy;
}

/**
 * What holds for the attempts of a unit. A batch has its members' largest priority, their longest
 * timeout, and the retry policy of the member that allows the fewest attempts; it takes as long as
 * all of them.
 */
export interface PlannedUnit {
  /** In id order. */
  readonly members: readonly number[];
  readonly pool: number;
  readonly rank: number;
  /** 0 for what serves tier 0, then by priority. Waiting may lift a unit, but never to 0. */
  readonly priorityClass: number;
  /** The smallest tier of all that waits for it, itself included. */
  readonly urgentTier: number;
  readonly retry: RetryPolicy;
  readonly timeoutMs: number;
  readonly circuit: Circuit | null;
  /** As it usually takes. */
  readonly durationMs: number;
  /** Of the longest chain from here to an end, itself included. */
  readonly chainMs: number;
}
