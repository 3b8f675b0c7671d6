import type { Project, SourceSpec } from "../../core/project/project.ts";
import { nextDue } from "../../core/schedule/timetable.ts";
import type { EpochMs } from "../../core/std/time.ts";
import type { SubjectGraph } from "./subject-graph.ts";
import { type Trigger, triggerOf } from "./trigger.ts";

/** When something will be due, and what. */
export interface Due {
  readonly at: EpochMs;
  readonly trigger: Trigger;
}

/** What is known of when things were last done. */
export interface DueContext {
  readonly graph: SubjectGraph;
  /** Declared and found. */
  readonly sources: readonly SourceSpec[];
  /** By source: when a cycle last looked at it. */
  readonly lookedAt: ReadonlyMap<string, EpochMs>;
  /** Until when timetables have been followed. */
  readonly followedUntil: EpochMs;
}

/**
 * When cadences and timetables are due next, each once. A timetable of a model is about the model
 * and all that it reads: at that time, what it rests on is looked at.
 */
export function dueTimes(
  project: Pick<Project, "timetables">,
  context: DueContext,
): readonly Due[] {
  const dues: Due[] = [];
  for (const { name, cadenceMs } of context.sources) {
    const lookedAt = context.lookedAt.get(name);
    if (cadenceMs === null || lookedAt === undefined) continue;
    dues.push({ at: lookedAt + cadenceMs, trigger: triggerOf("cadence", [name]) });
  }
  for (const { subject, timetable } of project.timetables) {
    const at = nextDue(timetable, context.followedUntil);
    if (at === null) continue;
    const subjects = subject === null ? null : context.graph.withInputs(subject);
    dues.push({ at, trigger: triggerOf("timetable", subjects) });
  }
  return dues;
}
