import type { Project, TaskKind } from "../project/project.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import type { Scenario } from "./scenario.ts";
import type { SimulationReport } from "./simulation-report.ts";

/** What is to be simulated, and what is known of the project. */
export interface SimulationRequest {
  readonly scenario: Scenario;
  readonly project: Pick<Project, "sources" | "models" | "template">;
  /** The first is what the others are held against. */
  readonly variants: readonly VariantRequest[];
  /** How long tasks took, where runs were recorded. */
  readonly recorded: readonly RecordedAttempt[];
  /** Takes one line for each event, for people. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** A way to decide that is to be held against others. */
export interface VariantRequest {
  readonly name: string;
  /** `null` for the fixed graph that runs everything. */
  readonly ruleSets: readonly RuleSet[] | null;
}

/** One task as it once ran. */
export interface RecordedAttempt {
  readonly task: string;
  readonly kind: TaskKind;
  readonly durationMs: number;
}

/** Plays a scenario once for each variant, all in the same world. */
export type Simulate = (request: SimulationRequest) => SimulationReport;
