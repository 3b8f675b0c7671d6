import type { TaskId } from "../decide/blueprint.ts";
import type { EpochMs } from "../std/time.ts";
import type { LeftistHeap } from "./leftist-heap.ts";
import { type PersistentVector, persistentVector } from "./persistent-vector.ts";
import type { CancelCause, Failure, RunStatus, TaskResult } from "./run-event.ts";
import type { RunPlan } from "./run-plan.ts";

/**
 * What is known of a run: the fold of its events over its plan.
 *
 *   planned ──RunStarted──▶ running ──(last task final)──▶ closing ──RunFinished──▶ finished
 *                              └─CancelRequested─▶ cancelling ─(last task final)─▶ closing
 *
 * A task is final with an outcome, or its unit says where it stands:
 *
 *   waiting ─(inputs there)─▶ ready ─(slot)─▶ starting ─AttemptStarted─▶ running ─▶ final
 *                               ▲                            retrying ◀──┤ failed, may try again
 *                               └──────────(its timer)──────────┘        └ lost: ready again
 *
 *   - waiting:  an input, or one of a fellow member of the batch, is not final yet.
 *   - ready:    would start if its pool had a free slot.
 *   - starting: has a slot and was asked to start; nothing has been done.
 *   - running:  AttemptStarted is recorded; the effect may be under way.
 *   - retrying: waits for its retry timer, without a slot.
 *   - split:    a batch that is none any more: each member goes on in a unit of its own.
 *   - closed:   its members are final.
 *
 * What happens to a task when one before it did not succeed, by the policy of the edge:
 *   - skip, hold: it is skipped, at once, with the first such upstream as the reason.
 *   - last_good:  the input counts as there: the data of an earlier run is.
 *   - without:    the input counts as absent. The task runs if another input is there or if it has
 *                 only this one; when it has several and all are absent, it is skipped.
 *
 * A batch starts when each of its members is ready or skipped, as one attempt of those that are
 * ready, with the rank it has by all of them. It is retried as a batch. A failure that a retry
 * cannot mend says that some member's data or code is at fault: then the members run singly, each
 * with the retries of its own, so that one bad member stops no other.
 *
 * Invariants:
 *   - nothing starts before all its inputs are final, and no unit has two attempts at once;
 *   - attempts of a pool never exceed its slots, and no ready unit waits while one is free;
 *   - of the ready units of a pool the one first by rank starts first;
 *   - an outcome never changes; events that come late, twice or for an old attempt change nothing;
 *   - a lost attempt costs nothing of the retry budget, because effects happen once by the ledger;
 *   - a run ends `cancelled` if that was asked for, `failed` if a task failed or was skipped, else
 *     `succeeded`.
 */
export interface RunState {
  readonly plan: RunPlan;
  readonly phase: "planned" | "running" | "cancelling" | "finished";
  readonly seed: number;
  readonly startedAt: EpochMs | null;
  readonly finishedAt: EpochMs | null;
  readonly status: RunStatus;
  readonly tasks: PersistentVector<TaskState>;
  readonly units: PersistentVector<UnitState>;
  /** By pool: the ranks of its ready units. */
  readonly ready: readonly LeftistHeap[];
  /** By pool. */
  readonly freeSlots: readonly number[];
  /** Tasks without an outcome. The run is closing at 0. */
  readonly openTasks: number;
  readonly hasUnsuccessful: boolean;
}

/** What a run knows of one task; where it stands without an outcome is a matter of its unit. */
export interface TaskState {
  /** Inputs that are not final. */
  readonly openNeeds: number;
  /** Final inputs that count as there. */
  readonly presentNeeds: number;
  readonly outcome: TaskOutcome | null;
  /** Attempts started so far. */
  readonly attempts: number;
  /** Of the first attempt. */
  readonly startedAt: EpochMs | null;
  readonly finishedAt: EpochMs | null;
  /** Of the last attempt that failed, also when a later one succeeded. */
  readonly failure: Failure | null;
}

/** How a task ended. It never changes. */
export type TaskOutcome =
  | { readonly status: "bypassed" }
  | { readonly status: "skipped"; readonly by: TaskId }
  | { readonly status: "succeeded"; readonly result: TaskResult | null }
  | { readonly status: "failed" }
  | { readonly status: "cancelled" };

/** Where the attempts of a unit stand. */
export interface UnitState {
  readonly phase: "waiting" | "ready" | "starting" | "running" | "retrying" | "split" | "closed";
  /** Members that are neither ready nor final. */
  readonly openMembers: number;
  /** From `ready` on: the members that go, in id order. */
  readonly members: readonly number[];
  /** The number of the last attempt that was given a slot; 0 before. */
  readonly attempt: number;
  /** Failed attempts: what counts against the retry budget. */
  readonly failures: number;
  readonly retryAt: EpochMs | null;
  /** Why the attempt under way was asked to end. */
  readonly cancelCause: CancelCause | null;
}

/** The state of a run before its first event. */
export function startRun(plan: RunPlan): RunState {
  const tasks = plan.tasks.map(
    (task): TaskState => ({
      openNeeds: task.needs.length,
      presentNeeds: 0,
      outcome: task.bypass === null ? null : { status: "bypassed" },
      attempts: 0,
      startedAt: null,
      finishedAt: null,
      failure: null,
    }),
  );
  const units = plan.units.map(
    (unit): UnitState => ({
      phase: "waiting",
      openMembers: unit.members.length,
      members: [],
      attempt: 0,
      failures: 0,
      retryAt: null,
      cancelCause: null,
    }),
  );
  return {
    plan,
    phase: "planned",
    seed: 0,
    startedAt: null,
    finishedAt: null,
    status: "running",
    tasks: persistentVector(tasks),
    units: persistentVector(units),
    ready: plan.pools.map(() => null),
    freeSlots: plan.pools.map(({ slots }) => slots),
    openTasks: tasks.filter(({ outcome }) => outcome === null).length,
    hasUnsuccessful: false,
  };
}
