import type { RunEvent } from "../../core/run/run-event.ts";
import type { PlanReport, ProbeProgress } from "../../engine/sluice-project.ts";

/** Shows on stderr how a command gets on. All views are driven by the same calls. */
export interface ProgressView {
  /** A source was probed. */
  probe(progress: ProbeProgress): void;
  /** The blueprint is decided, and the run's first task is about to start. */
  plan(plan: PlanReport, run: string): void;
  /** Something happened in the run, and is durable. */
  event(event: RunEvent): void;
  /** Writes whole lines beside the view. */
  note(text: string): void;
  /** Takes down whatever moves, and gives the cursor back. May be called more than once. */
  close(): void;
}
