import type { SimulationReport } from "../core/scenarios/simulation-report.ts";

/** The part of a project that tries things before they are live. */
export interface SimulationDesk {
  /**
   * Plays a scenario of the project with its rules, and beside them with others. Nothing is read or
   * loaded. @throws NOT_FOUND when there is no such scenario, PROJECT_INVALID
   */
  simulate(scenario: string, options?: SimulateOptions): Promise<SimulationReport>;
}

export interface SimulateOptions {
  /** Instead of the scenario's. */
  readonly cycles?: number;
  /** Instead of the scenario's. */
  readonly seed?: number;
  /** What is tried; the project's own rules by default. */
  readonly rules?: RulesChoice;
  /** What it is held against; by default the fixed graph that runs everything each cycle. */
  readonly against?: RulesChoice;
  /** Takes one line for each event. */
  readonly onLine?: (line: string) => void;
}

/**
 * Rules to decide by: those of the project, none at all, no decision at all (the fixed graph), or
 * those of the project with a file's rule sets in the place of those of the same name.
 */
export type RulesChoice =
  | "current"
  | "none"
  | "static"
  | { readonly path: string; readonly text: string };
