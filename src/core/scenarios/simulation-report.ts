/** What a simulation came to: each variant in the same world, side by side. */
export interface SimulationReport {
  readonly scenario: string;
  readonly seed: number;
  readonly cycles: number;
  /** In the order in which they were asked for. */
  readonly variants: readonly VariantReport[];
  /** Invariants that did not hold; none is the rule. */
  readonly violations: readonly ViolationReport[];
}

/** What one variant did and gave. */
export interface VariantReport {
  readonly name: string;
  /** Attempts of tasks, over all cycles. */
  readonly tasksRun: number;
  /** Durations of all attempts together. */
  readonly computeMs: number;
  /**
   * By tier: from the instant at which something new can be seen in a source until a model that
   * reads it, itself or through others, holds it.
   */
  readonly latencyMs: Readonly<Record<string, Percentiles>>;
  /** Times that a model with an `sla` held something new later than that, or not by the end. */
  readonly slaMisses: number;
  /** Bad rows that no gate stood before, each counted once. */
  readonly badRowsServed: number;
  /** Sources that did not come and tasks that failed, by cycle. */
  readonly failures: number;
  /** Those of them after which every reader ran all the same, or had nothing to do. */
  readonly failuresContained: number;
  /** By cycle of the timetable, for a picture. */
  readonly perCycle: readonly CycleFigures[];
}

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

/** One cycle of a variant, with what came of the changes that it was due for. */
export interface CycleFigures {
  readonly tasksRun: number;
  readonly computeMs: number;
  readonly failures: number;
}

/** Something that must hold did not. */
export interface ViolationReport {
  readonly variant: string;
  readonly invariant: string;
  readonly detail: string;
  /** How to see it again. */
  readonly seed: number;
}
