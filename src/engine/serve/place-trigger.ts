import type { SubjectGraph } from "./subject-graph.ts";
import type { Trigger } from "./trigger.ts";

/** A cycle that goes on, as far as others must mind it. */
export interface CycleUnderWay {
  readonly id: number;
  /** What it is about, with all that reads of that. */
  readonly subjects: ReadonlySet<string>;
  /** True when it is about all there is, also what it only finds on its way. */
  readonly isWhole: boolean;
  /** Those of which something was started. */
  readonly begun: ReadonlySet<string>;
  /** Those of which all is done. */
  readonly done: ReadonlySet<string>;
  /** Whether it is decided, and can be decided again. */
  readonly canShare: boolean;
}

/** What becomes of a trigger now. */
export type Placement =
  /** Nothing of it is open anywhere: it gets a cycle of its own. */
  | { readonly do: "start"; readonly subjects: ReadonlySet<string> }
  /** A cycle that goes on has not come to it yet, and takes it in. */
  | { readonly do: "share"; readonly cycle: number }
  /** Some of it is being worked on as it was before. */
  | { readonly do: "wait" };

/** Cycles at once: each of them holds memory and connections of its own. */
const cyclesMax = 4;

/**
 * Where a trigger belongs beside the cycles that go on. No subject is ever open in two of them:
 * that is what keeps one subject from running twice at once.
 */
export function placeTrigger(
  trigger: Trigger,
  cycles: readonly CycleUnderWay[],
  graph: SubjectGraph,
): Placement {
  const subjects = graph.withReaders(trigger.subjects);
  const inTheWay = cycles.filter((cycle) => isOpenIn(cycle, subjects));
  const [only, ...others] = inTheWay;
  if (only === undefined) {
    return cycles.length < cyclesMax ? { do: "start", subjects } : { do: "wait" };
  }
  const canShare = others.length === 0 && only.canShare && isBefore(trigger.subjects, only);
  return canShare ? { do: "share", cycle: only.id } : { do: "wait" };
}

function isOpenIn(cycle: CycleUnderWay, wanted: ReadonlySet<string>): boolean {
  for (const subject of wanted) {
    if (isAbout(cycle, subject) && !cycle.done.has(subject)) return true;
  }
  return false;
}

function isAbout({ isWhole, subjects }: CycleUnderWay, subject: string): boolean {
  return isWhole || subjects.has(subject);
}

/** Whether a cycle is about all of this and has come to none of it. */
function isBefore(wanted: ReadonlySet<string> | null, cycle: CycleUnderWay): boolean {
  if (wanted === null) return false;
  for (const subject of wanted) {
    if (!isAbout(cycle, subject)) return false;
    if (cycle.begun.has(subject) || cycle.done.has(subject)) return false;
  }
  return true;
}
