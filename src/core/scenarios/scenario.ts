import type { EpochMs } from "../std/time.ts";
import type { DrillFault } from "./drill-form.ts";

/**
 * A world to try decisions in: what its sources do over some cycles, how long work takes, and what
 * goes wrong. With a seed it is the same world each time.
 */
export interface Scenario {
  readonly name: string;
  readonly description: string;
  /** The sources, models, rules and template of the project, or as many as are drawn by the seed. */
  readonly subjects: ScenarioSubjects;
  readonly cycles: number;
  /** From the start of one cycle to the next; a cycle that takes longer delays the next one. */
  readonly everyMs: number;
  readonly startAt: EpochMs;
  readonly seed: number;
  /** Of a source the first entry counts that names it. */
  readonly profiles: readonly ScenarioProfile[];
  /** Of a task the first entry counts that names it. */
  readonly tasks: readonly ScenarioTasks[];
  readonly events: readonly ScenarioEvent[];
  readonly faults: {
    /** Mean number of faults in a cycle. */
    readonly perCycle: number;
    /** Kinds that the simulator knows; `null` draws from all. */
    readonly kinds: readonly string[] | null;
  };
  /** What `sluice drill` does to a copy of the project; empty where it says nothing of that. */
  readonly drill: readonly DrillFault[];
}

export type ScenarioSubjects =
  | { readonly kind: "project" }
  | { readonly kind: "generated"; readonly sources: number; readonly models: number };

/** What the sources of a pattern do by chance. Chances are 0 to 1, per cycle. */
export interface ScenarioProfile {
  /** Names with `*` for any part. */
  readonly sources: readonly string[];
  /** At the start. */
  readonly rows: number;
  /** Rows of a cycle over those of the one before. */
  readonly growth: number;
  /** That there is something new. */
  readonly changes: number;
  /** That what is new comes later than its cycle. */
  readonly late: number;
  readonly lateByMs: number;
  /** That a column comes along. */
  readonly drift: number;
  /** That it is away while the cycle runs. */
  readonly missing: number;
  /** That some of what is new is bad. */
  readonly badRows: number;
}

/** How long attempts take, and how often one fails. */
export interface ScenarioTasks {
  /** Ids of tasks with `*` for any part, such as `*.transform`. */
  readonly tasks: readonly string[];
  readonly medianMs: number;
  /** Deviation of the logarithm; 0 when it always takes the median. */
  readonly spread: number;
  /** Added for each thousand rows. */
  readonly msPerThousandRows: number;
}

/** What happens to a source, once. */
export const sourceEvents = [
  "late",
  "missing",
  "partial",
  "drift",
  "bad_rows",
  "burst",
  "unchanged",
] as const;
export type SourceEventKind = (typeof sourceEvents)[number];

/** Something that happens at a stated cycle. */
export type ScenarioEvent =
  | {
      readonly kind: "source";
      /** Counting from 1, as in what people write. */
      readonly cycle: number;
      /** Names with `*` for any part. */
      readonly source: string;
      readonly event: SourceEventKind;
      /** How long it is late or away; `null` until the next cycle. */
      readonly forMs: number | null;
      /** Of `partial`: the share of its rows that is there. */
      readonly share: number;
    }
  | {
      readonly kind: "connection";
      readonly cycle: number;
      readonly connection: string;
      readonly forMs: number | null;
    }
  | {
      readonly kind: "fault";
      readonly cycle: number;
      /** A kind that the simulator knows. */
      readonly fault: string;
      /** Which chance of it in that cycle, counting from 0. */
      readonly nth: number;
      /** 0 to 1: how long, how much, how late. */
      readonly size: number;
    };
