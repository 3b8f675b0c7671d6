import type { TaskId } from "../decide/blueprint.ts";
import { present } from "../std/assert.ts";
import type { EpochMs } from "../std/time.ts";
import type { CircuitState } from "./circuit-state.ts";
import type { LeftistHeap } from "./leftist-heap.ts";
import { type PersistentVector, persistentVector } from "./persistent-vector.ts";
import type { PlannedTask } from "./planned-unit.ts";
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
 *   - ready:    would start if its pool had a free slot, memory were there, and nothing kept it:
 *               a revision that may change it, an open circuit, or pressure. What is kept is *parked*.
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
 * A signal that may change subjects which have not begun holds those, and asks for a revision; one
 * is decided at a time, and signals that come meanwhile are asked for next. A revision gives the run
 * another plan. What has begun stays as it was and is carried over by the ids of its tasks; so are
 * all outcomes but `bypassed` and `skipped`, which follow from the plan and are found anew. Subjects
 * that it cancels end: what waits at once, what runs when its attempt has ended.
 *
 * Invariants:
 *   - nothing starts before all its inputs are final, and no unit has two attempts at once;
 *   - attempts of a pool never exceed its slots, nor all together the memory, save for one that
 *     needs more than there is and runs beside none that needs any;
 *   - of the ready units of a pool that may start the one first by rank does, save for one that has
 *     waited so long that it is taken for more urgent, though never for tier 0, and for small ones
 *     that go while the first waits for memory;
 *   - an outcome never changes but by a revision, and then only `bypassed` and `skipped`; events
 *     that come late, twice or for an old attempt, and revisions that were applied, change nothing;
 *   - a subject that has begun stays as it was decided, and no subject begins while it is held;
 *   - a lost attempt costs nothing of the retry budget, because effects happen once by the ledger;
 *   - a run ends when its last task is final and no revision is being decided: as `cancelled` if
 *     that was asked for, as `failed` if a task failed or was skipped, else as `succeeded`.
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
  /** By pool: the ranks of its ready units. Entries of units that are not ready any more do no harm. */
  readonly ready: readonly LeftistHeap[];
  /** By pool: its ready units by arrival, as `arrivals.ts` numbers them; only where that counts. */
  readonly arrivals: readonly LeftistHeap[];
  /** Units that have become ready so far, each time counted. */
  readonly arrived: number;
  /** By pool: attempts that have a slot. */
  readonly busy: readonly number[];
  /** What these attempts are thought to need. */
  readonly memoryInUse: number;
  /** Ready units that something keeps from starting, by what that is. */
  readonly parked: ReadonlyMap<Obstacle, ParkedUnits>;
  /** Tasks without an outcome. The run is closing at 0. */
  readonly openTasks: number;
  /** Of them, those that tier 0 or 1 waits for. */
  readonly openUrgentTasks: number;
  /** Tasks that failed or were skipped. */
  readonly unsuccessfulTasks: number;
  /** By name. */
  readonly circuits: ReadonlyMap<string, CircuitState>;
  /** By resource: how short it runs, 1 to 3. */
  readonly pressure: ReadonlyMap<string, number>;
  /** The longest deadline that has passed, in milliseconds after the start; 0 before the first. */
  readonly passedDeadlineMs: number;
  readonly revisions: RevisionState;
  /** Of the process that runs it; `null` where none was told. */
  readonly epoch: number | null;
}

/** What keeps a ready unit from starting: `circuit/<name>` an open circuit. */
export type Obstacle = "held" | "pressure" | `circuit/${string}`;

/** Units, the last one to be parked first. */
export type ParkedUnits = { readonly unit: number; readonly next: ParkedUnits } | null;

/** Where a run stands with what was decided while it went on. */
export interface RevisionState {
  /** The number of the last revision that was applied; 0 before the first. */
  readonly applied: number;
  /** The revision that is being decided. */
  readonly asked: Concern | null;
  /** What to ask for next. */
  readonly next: readonly Concern[];
  /** All subjects of `asked` and `next`. */
  readonly held: ReadonlySet<string>;
  /** Subjects that a revision has cancelled. */
  readonly cancelled: ReadonlySet<string>;
  /** Signals that were received, by sender and id. */
  readonly seen: ReadonlySet<string>;
}

/** Signals, and the subjects that they may change and that have not begun. */
export interface Concern {
  /** Ids. */
  readonly signals: readonly string[];
  readonly subjects: readonly string[];
}

/** What a run knows of one task; where it stands without an outcome is a matter of its unit. */
export interface TaskState {
  /** The unit that it is in: that of its plan, until it goes alone. */
  readonly unit: number;
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
  | {
      readonly status: "succeeded";
      readonly result: TaskResult | null;
      /** The earlier run that did it; `null` where this one did. */
      readonly from: string | null;
    }
  | { readonly status: "failed" }
  | { readonly status: "cancelled" };

/** Where the attempts of a unit stand. */
export interface UnitState {
  readonly phase: "waiting" | "ready" | "starting" | "running" | "retrying" | "split" | "closed";
  /** Tasks in it that are neither ready nor final. */
  readonly openMembers: number;
  /** From `ready` on: the members that go, in id order. */
  readonly members: readonly number[];
  /** The number of the last attempt that was given a slot; 0 before. */
  readonly attempt: number;
  /** Failed attempts: what counts against the retry budget. */
  readonly failures: number;
  readonly retryAt: EpochMs | null;
  /** When it last became ready. */
  readonly readyAt: EpochMs;
  /** Why the attempt under way was asked to end. */
  readonly cancelCause: CancelCause | null;
}

/** Nothing was decided while the run went on. */
const noRevisions: RevisionState = {
  applied: 0,
  asked: null,
  next: [],
  held: new Set(),
  cancelled: new Set(),
  seen: new Set(),
};

/** The state of a run before its first event. */
export function startRun(plan: RunPlan): RunState {
  const tasks = plan.tasks.map((_, task) => initialTask(plan, task));
  const open = plan.tasks.filter(({ bypass }) => bypass === null);
  return {
    plan,
    phase: "planned",
    seed: 0,
    startedAt: null,
    finishedAt: null,
    status: "running",
    tasks: persistentVector(tasks),
    units: persistentVector(plan.units.map(({ members }) => initialUnit(members.length))),
    ready: plan.pools.map(() => null),
    arrivals: plan.pools.map(() => null),
    arrived: 0,
    busy: plan.pools.map(() => 0),
    memoryInUse: 0,
    parked: new Map(),
    openTasks: open.length,
    openUrgentTasks: open.filter((task) => isUrgent(plan, task)).length,
    unsuccessfulTasks: 0,
    circuits: new Map(),
    pressure: new Map(),
    passedDeadlineMs: 0,
    revisions: noRevisions,
    epoch: null,
  };
}

/** A task of which nothing has happened. */
export function initialTask(plan: RunPlan, task: number): TaskState {
  const { unit, needs, bypass } = present(plan.tasks[task], "a task number is in the plan");
  return {
    unit,
    openNeeds: needs.length,
    presentNeeds: 0,
    outcome: bypass === null ? null : { status: "bypassed" },
    attempts: 0,
    startedAt: null,
    finishedAt: null,
    failure: null,
  };
}

/** A unit of which nothing has happened. */
export function initialUnit(openMembers: number): UnitState {
  return {
    phase: "waiting",
    openMembers,
    members: [],
    attempt: 0,
    failures: 0,
    retryAt: null,
    readyAt: 0,
    cancelCause: null,
  };
}

/** Whether tier 0 or 1 waits for a task. */
export function isUrgent(plan: RunPlan, { unit }: PlannedTask): boolean {
  return present(plan.units[unit], "every task has a unit").urgentTier <= 1;
}
