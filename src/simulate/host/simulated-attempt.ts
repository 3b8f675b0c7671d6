import type { TaskId } from "../../core/decide/blueprint.ts";
import type { CancelCause, Failure, TaskResult } from "../../core/run/run-event.ts";
import { present } from "../../core/std/assert.ts";
import type { ErrorCode } from "../../errors/catalogue.ts";
import type { FaultAt } from "../faults/fault.ts";
import { failureOf, SimulatedFailure } from "../simulated-failure.ts";
import { durationOf } from "./duration-model.ts";
import type { SimulatedProcess } from "./simulated-process.ts";
import { beginWork, plannedTask, type RunScope, type Work } from "./task-work.ts";

/** How an attempt ended. */
export type Ending =
  | { readonly isSuccess: true; readonly results: Readonly<Record<TaskId, TaskResult>> }
  | { readonly isSuccess: false; readonly failure: Failure };

/** Who started an attempt, and what it may do to whom. */
export interface AttemptHost {
  readonly scope: RunScope;
  readonly process: SimulatedProcess;
  /** The process dies of it. */
  readonly die: (why: string) => void;
  /** The process is taken for dead, and goes on after a while. */
  readonly becomeZombie: (forMs: number) => void;
}

/** What is to become of an attempt, before anyone asks it to end. */
interface Course {
  durationMs: number;
  failsWith: ErrorCode | null;
  isHanging: boolean;
  isDeaf: boolean;
}

const minuteMs = 60_000;

/** One attempt of some tasks under way: it reads at its beginning and commits at its end. */
export class SimulatedAttempt {
  readonly tasks: readonly TaskId[];
  readonly number: number;
  readonly #host: AttemptHost;
  readonly #end: (ending: Ending) => void;
  readonly #course: Course = { durationMs: 1, failsWith: null, isHanging: false, isDeaf: false };
  #work: Work | null = null;
  #isOver = false;
  #cause: CancelCause | null = null;

  constructor(
    tasks: readonly TaskId[],
    number: number,
    host: AttemptHost,
    end: (ending: Ending) => void,
  ) {
    this.tasks = tasks;
    this.number = number;
    this.#host = host;
    this.#end = end;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether somebody asked it to end. */
  get wasAsked(): boolean {
    return this.#cause !== null;
  }

  begin(): void {
    const { scope, process } = this.#host;
    const { faults } = scope.context;
    for (const fault of faults.due("attempt")) this.#bend(fault);
    try {
      this.#work = beginWork(this.tasks, scope);
    } catch (error) {
      this.#fail(error, 200);
      return;
    }
    const course = this.#course;
    course.durationMs = this.#durationOf(this.#work) * (course.durationMs > 1 ? 20 : 1);
    if (course.isHanging) {
      // One that does not listen ends when it likes; the others only when they are asked to.
      if (course.isDeaf) process.later(40 * minuteMs, () => this.#commit());
      return;
    }
    process.later(course.durationMs, () => this.#commit());
  }

  /** Asks it to end soon, by itself: it may still succeed. */
  cancel(cause: CancelCause): void {
    this.#cause ??= cause;
    if (this.#course.isDeaf) return;
    this.#host.process.later(150, () => {
      if (!this.#isOver) this.#finish({ isSuccess: false, failure: endedFor(cause) });
    });
  }

  #durationOf(work: Work): number {
    const { scope } = this.#host;
    const { context } = scope;
    const first = present(this.tasks[0], "an attempt has a task");
    const { kind } = plannedTask(scope.decided(), first).task;
    const task = { id: first, kind, rows: work.rows };
    const instance = `${context.cycle}/${this.number}`;
    return durationOf(context.durations, task, context.seed, instance);
  }

  #bend(fault: FaultAt<"attempt">): void {
    const { scope, process } = this.#host;
    const course = this.#course;
    const isExtract = this.tasks[0]?.endsWith(".extract") === true;
    switch (fault.kind) {
      case "task-error":
        course.failsWith = isExtract ? "CONNECTION_FAILED" : "WAREHOUSE_REFUSED";
        break;
      case "task-refused":
        course.failsWith = "SCHEMA_INCOMPATIBLE";
        break;
      case "hang":
        course.isHanging = true;
        break;
      case "deaf-hang":
        course.isHanging = true;
        course.isDeaf = true;
        break;
      case "slow-task":
        course.durationMs = 20;
        break;
      case "changed-while-read":
        if (!isExtract) return;
        course.failsWith = "SOURCE_CHANGED";
        break;
      case "half-read":
        if (!isExtract) return;
        course.failsWith = "STAGING_INVALID";
        break;
      case "staging-full":
        if (!isExtract) return;
        course.failsWith = "STAGING_FULL";
        break;
      case "staged-files-gone":
        scope.context.staging.sweep(new Set());
        break;
      case "out-of-memory":
        process.later(100 + fault.size * 2_000, () => this.#host.die("it ran out of memory"));
        break;
    }
    scope.context.faults.count(fault.kind);
  }

  /** Its work is done, and is to be there from now on. */
  #commit(delayMs = 0, faults = this.#commitFaults()): void {
    if (this.#isOver) return;
    const { scope, process } = this.#host;
    let isLast = false;
    for (const [index, fault] of faults.entries()) {
      const rest = faults.slice(index + 1);
      scope.context.faults.count(fault.kind);
      switch (fault.kind) {
        case "crash-before-commit":
          this.#host.die("it was killed before a commit");
          return;
        case "crash-after-commit":
          isLast = true;
          break;
        case "zombie":
          this.#host.becomeZombie(10_000 + fault.size * 5 * minuteMs);
          process.later(delayMs, () => this.#commit(0, rest));
          return;
        case "commit-refused":
          this.#fail(new SimulatedFailure("WAREHOUSE_REFUSED", "The commit was refused"), 0);
          return;
        case "warehouse-full":
          this.#fail(new SimulatedFailure("WAREHOUSE_FULL", "No space is left"), 0);
          return;
        case "slow-commit":
          process.later(minuteMs * (1 + 9 * fault.size), () => this.#commit(0, rest));
          return;
      }
    }
    this.#commitNow(isLast);
  }

  #commitNow(isLast: boolean): void {
    const work = present(this.#work, "what commits has begun");
    const code = this.#course.failsWith;
    try {
      if (code !== null) throw new SimulatedFailure(code, "As it was to be");
      const results = work.commit();
      if (isLast) {
        this.#host.die("it was killed after a commit");
        return;
      }
      const byTask: Record<TaskId, TaskResult> = {};
      for (const [index, task] of this.tasks.entries()) {
        byTask[task] = present(results[index], `${task} has a result`);
      }
      this.#finish({ isSuccess: true, results: byTask });
    } catch (error) {
      this.#fail(error, 0);
    }
  }

  #commitFaults(): readonly FaultAt<"commit">[] {
    const isEffect = this.#work?.isEffect === true && this.#course.failsWith === null;
    return isEffect ? this.#host.scope.context.faults.due("commit") : [];
  }

  #fail(error: unknown, afterMs: number): void {
    if (!(error instanceof SimulatedFailure)) throw error;
    const { code, message } = error;
    const ending: Ending = {
      isSuccess: false,
      failure: this.#cause === null ? failureOf(code, message) : endedFor(this.#cause),
    };
    if (afterMs === 0) this.#finish(ending);
    else this.#host.process.later(afterMs, () => this.#finish(ending));
  }

  #finish(ending: Ending): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#end(ending);
  }
}

function endedFor(cause: CancelCause): Failure {
  return failureOf(cause, "It was asked to end.");
}
