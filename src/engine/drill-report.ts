/** Which drills, of which project. */
export interface DrillRequest {
  /** `null` looks for the project from here upwards. */
  readonly folder: string | null;
  /** Names of scenarios; all that have a drill when there are none, and else the default set. */
  readonly scenarios: readonly string[];
  readonly seed: number;
  /** Called before each drill begins, with what is done. */
  readonly onDrill: (fault: string) => void;
  readonly signal: AbortSignal;
}

/** What a drill holds a project to. */
export const drillInvariants = [
  "no_row_lost",
  "no_row_doubled",
  "others_finished",
  "recovered",
  "explained",
  "replay_identical",
  "nothing_left",
] as const;

export type DrillInvariant = (typeof drillInvariants)[number];

/** Whether one of them held, and what there is to say of it. */
export interface InvariantResult {
  readonly name: DrillInvariant;
  readonly holds: boolean;
  /** What was seen instead; `null` where it held. */
  readonly detail: string | null;
}

/** One fault, and how the project took it. */
export interface DrillResult {
  /** The scenario that asks for it; `null` for a drill of the default set. */
  readonly scenario: string | null;
  /** What was done, in words. */
  readonly fault: string;
  readonly state: "passed" | "failed" | "skipped";
  /** Why it was skipped, or could not be carried out. */
  readonly because: string | null;
  readonly seconds: number;
  /** Processes that were killed. */
  readonly kills: number;
  readonly invariants: readonly InvariantResult[];
}

export interface DrillReport {
  readonly project: string;
  /** Chooses the instants of the kills. */
  readonly seed: number;
  readonly passed: boolean;
  readonly drills: readonly DrillResult[];
}
