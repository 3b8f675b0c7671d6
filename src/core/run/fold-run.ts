import { advance } from "./advance.ts";
import type { RunEvent } from "./run-event.ts";
import type { PlanOf, RunPlan } from "./run-plan.ts";
import { type RunState, startRun } from "./run-state.ts";

/**
 * What a run's log says about it: the state that a process which lived through it would have.
 * @param planOf gives the plans of the run's revisions; needed where there were any.
 */
export function foldRun(plan: RunPlan, events: Iterable<RunEvent>, planOf?: PlanOf): RunState {
  let state = startRun(plan);
  for (const event of events) state = advance(state, event, planOf).state;
  return state;
}
