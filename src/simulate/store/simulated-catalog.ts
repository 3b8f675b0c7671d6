import type { Decided } from "../../core/decide/decided.ts";
import type { SubjectRecord } from "../../core/metadata/subject-record.ts";
import type { RunEvent, RunStatus } from "../../core/run/run-event.ts";
import type { RunPlan } from "../../core/run/run-plan.ts";
import type { RunState } from "../../core/run/run-state.ts";
import type { Schedule } from "../../core/run/schedule.ts";
import type { Signal } from "../../core/signals/signal.ts";
import { present } from "../../core/std/assert.ts";
import type { Hash } from "../../core/std/hash.ts";
import { SimulatedFailure } from "../simulated-failure.ts";

/** What a run is to do: a decision, and how it is planned. */
export interface PlannedDecision {
  readonly decided: Decided;
  readonly plan: RunPlan;
}

/** A run as the catalog keeps it. */
export interface StoredRun {
  readonly id: string;
  /** What it began with. */
  readonly first: PlannedDecision;
  /** What it may go on with, by blueprint; what it began with among them. */
  readonly decisions: Map<Hash, PlannedDecision>;
  /** What it is planned with, from its beginning to its end. */
  readonly resources: Schedule;
  readonly seed: number;
  readonly events: RunEvent[];
  status: RunStatus;
  /** What the process that wrote the last event had made of it: replaying the log must give the same. */
  stateThen: RunState | null;
}

/** What a run goes on with, by its log. */
export function decisionNow({ first, decisions, events }: StoredRun): PlannedDecision {
  const last = events.findLast((event) => event.type === "RevisionDecided");
  return last?.type === "RevisionDecided"
    ? decisionOf({ first, decisions }, last.blueprint)
    : first;
}

/** One of the decisions of a run, by its blueprint. */
export function decisionOf(
  { decisions }: Pick<StoredRun, "first" | "decisions">,
  blueprint: Hash,
): PlannedDecision {
  return present(decisions.get(blueprint), "a revision is written down before it is told");
}

/** What is durable: runs with their logs, and notes. Who is not the newest writer is refused. */
export class SimulatedCatalog {
  readonly runs: StoredRun[] = [];
  records: ReadonlyMap<string, SubjectRecord> = new Map();
  /** In the order of arrival. */
  readonly signals: Signal[] = [];
  #epoch = 0;
  #isHeld = false;

  get epoch(): number {
    return this.#epoch;
  }

  /**
   * Takes the lock.
   * @param isTakeover whether who holds it is taken for dead.
   * @throws CATALOG_LOCKED when somebody lives who holds it.
   */
  open(isTakeover: boolean): number {
    if (this.#isHeld && !isTakeover) throw new SimulatedFailure("CATALOG_LOCKED", "It is held");
    this.#isHeld = true;
    this.#epoch += 1;
    return this.#epoch;
  }

  /** Gives the lock back; it also dies with its process. */
  close(epoch: number): void {
    if (epoch === this.#epoch) this.#isHeld = false;
  }

  /** @throws FENCED_OUT when a newer writer has the catalog. */
  check(epoch: number): void {
    if (epoch !== this.#epoch) {
      throw new SimulatedFailure("FENCED_OUT", `Epoch ${this.#epoch} writes, not ${epoch}`);
    }
  }

  createRun(run: StoredRun, epoch: number): void {
    this.check(epoch);
    this.runs.push(run);
  }

  append(run: StoredRun, events: readonly RunEvent[], epoch: number): void {
    this.check(epoch);
    for (const event of events) {
      run.events.push(event);
      if (event.type === "RunFinished") run.status = event.status;
    }
  }

  writeRecords(changed: ReadonlyMap<string, SubjectRecord>, epoch: number): void {
    this.check(epoch);
    if (changed.size > 0) this.records = new Map([...this.records, ...changed]);
  }
}
