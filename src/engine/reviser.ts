import type { RunCommand, RunEvent } from "../core/run/run-event.ts";
import type { RunPlan } from "../core/run/run-plan.ts";
import type { Signal } from "../core/signals/signal.ts";

/** What is to be decided again, with what its signals say. */
export interface RevisionRequest
  extends Omit<Extract<RunCommand, { readonly type: "AskRevision" }>, "type" | "signals"> {
  readonly signals: readonly Signal[];
}

/** What a run goes on with. */
export interface Revision
  extends Pick<
    Extract<RunEvent, { readonly type: "RevisionDecided" }>,
    "blueprint" | "decision" | "segments" | "cancel"
  > {
  readonly plan: RunPlan;
  /** Called once the run goes on with it, before any of its tasks starts. */
  adopt(): void;
}

/** Decides a run again while it goes on. */
export interface Reviser {
  /** The subjects that a signal may change, in name order. */
  concernOf(signal: Signal): readonly string[];
  /** Looks and decides again, and writes the decision down. */
  revise(request: RevisionRequest, signal: AbortSignal): Promise<Revision>;
}
