import type { TaskId } from "../../core/decide/blueprint.ts";
import type { RunEvent } from "../../core/run/run-event.ts";
import type { Signal } from "../../core/signals/signal.ts";
import type { PlanReport } from "../sluice-project.ts";
import { CycleFeed, type FeedPlace } from "./cycle-feed.ts";
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
  readonly feed: CycleFeed;
  readonly #subjectOf = new Map<TaskId, string>();
  /** By subject: its tasks that have not succeeded. */
  readonly #left = new Map<string, Set<TaskId>>();

  /** By id: what was asked of it while it went on, and has not come to anything yet. */
  readonly #revising = new Map<string, Signal>();
  readonly #unanswered: Signal[] = [];

  constructor(
    id: number,
    about: { readonly trigger: Trigger; readonly subjects: ReadonlySet<string> },
    place: FeedPlace,
  ) {
    const { trigger, subjects } = about;
    this.id = id;
    this.trigger = trigger;
    this.subjects = subjects;
    this.feed = new CycleFeed(place);
    this.isWhole = trigger.subjects === null;
  }

  get canShare(): boolean {
    return this.run !== null && this.feed.isHeard;
  }

  /** What it was told and could not go on with; it is for a cycle after this one. */
  get unanswered(): readonly Signal[] {
    return [...this.feed.unheard, ...this.#unanswered];
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
    if (event.type === "SignalReceived") this.#revising.set(event.signal.id, event.signal);
    if (event.type === "RevisionFailed") {
      for (const id of event.cause) {
        const signal = this.#revising.get(id);
        if (signal !== undefined) this.#unanswered.push(signal);
      }
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
