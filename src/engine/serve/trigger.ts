import type { Signal } from "../../core/signals/signal.ts";

/** Why a cycle is due. */
export type TriggerCause =
  /** Nobody has looked since this process has begun. */
  | "start"
  /** A source's cadence has passed. */
  | "cadence"
  /** A timetable names this time. */
  | "timetable"
  /** A source is seen to be other than before. */
  | "changed"
  /** Somebody has sent a signal. */
  | "signal"
  /** What somebody said holds no longer. */
  | "expired"
  /** The last cycle failed, and it is time to try again. */
  | "retry";

/** A wish for a cycle. */
export interface Trigger {
  readonly causes: ReadonlySet<TriggerCause>;
  /** What it is about; `null` for all of the project. What reads of that is meant, too. */
  readonly subjects: ReadonlySet<string> | null;
  /** The received signals that it stands for. */
  readonly signals: readonly TriggerSignal[];
}

/** A received signal with its place in the inbox. */
export interface TriggerSignal {
  readonly seq: number;
  readonly signal: Signal;
}

export function triggerOf(
  cause: TriggerCause,
  subjects: Iterable<string> | null,
  signals: readonly TriggerSignal[] = [],
): Trigger {
  return {
    causes: new Set([cause]),
    subjects: subjects === null ? null : new Set(subjects),
    signals,
  };
}

/** Two wishes as one. */
export function together(left: Trigger, right: Trigger): Trigger {
  const isAll = left.subjects === null || right.subjects === null;
  return {
    causes: new Set([...left.causes, ...right.causes]),
    subjects: isAll ? null : new Set([...(left.subjects ?? []), ...(right.subjects ?? [])]),
    signals: [...left.signals, ...right.signals],
  };
}
