import type { TaskId } from "../../core/decide/blueprint.ts";
import type { RunEvent } from "../../core/run/run-event.ts";
import type { PlanReport } from "../sluice-project.ts";
import type { CycleUnderWay } from "./place-trigger.ts";
import type { Trigger } from "./trigger.ts";

/** A cycle of this process, followed from its trigger to its end. */
export class OpenCycle implements CycleUnderWay {
  readonly id: number;
  readonly trigger: Trigger;
  readonly subjects: ReadonlySet<string>;
  readonly isWhole: boolean;
  readonly begun = new Set<string>();
  readonly done = new Set<string>();
  /** `null` until it is decided. */
  run: string | null = null;
  canShare = false;
  readonly #subjectOf = new Map<TaskId, string>();
  /** By subject: its tasks that have not succeeded. */
  readonly #left = new Map<string, Set<TaskId>>();

  constructor(id: number, trigger: Trigger, subjects: ReadonlySet<string>) {
    this.id = id;
    this.trigger = trigger;
    this.subjects = subjects;
    this.isWhole = trigger.subjects === null;
  }

  /** It is decided: from here on it may be told of. */
  plan({ blueprint }: PlanReport, run: string): void {
    this.run = run;
    for (const { subject, tasks } of blueprint.segments.values()) {
      for (const { id } of tasks) this.#subjectOf.set(id, subject);
      this.#left.set(subject, new Set(tasks.map(({ id }) => id)));
    }
  }

  follow(event: RunEvent): void {
    if (event.type === "AttemptStarted") {
      for (const task of event.tasks) this.begun.add(this.#subject(task));
    }
    if (event.type !== "AttemptSucceeded") return;
    for (const task of event.tasks) {
      const subject = this.#subject(task);
      const left = this.#left.get(subject);
      left?.delete(task);
      if (left?.size === 0) this.done.add(subject);
    }
  }

  /** A task that a revision added is not in the first plan; its name says whose it is. */
  #subject(task: TaskId): string {
    return this.#subjectOf.get(task) ?? task.slice(0, task.lastIndexOf("."));
  }
}
