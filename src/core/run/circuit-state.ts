import type { TaskId } from "../decide/blueprint.ts";
import type { EpochMs } from "../std/time.ts";

/**
 * What a run knows of one circuit: of all attempts that share its name.
 *
 *   closed ─(failures in a row)─▶ open ─(cool-down)─▶ halfOpen ─(a probe succeeds)─▶ closed
 *                                   ▲                    │
 *                                   └──(a probe fails)───┴─(the last probe fails)─▶ tripped
 *
 * - open:     no attempt starts.
 * - halfOpen: one attempt may; the others wait for what it shows.
 * - tripped:  what waits for it fails, for the rest of the run.
 *
 * Retryable failures count: they are the connection's. One that no retry can mend says nothing of
 * a closed circuit, and of a probe that the other side answered, which is a success.
 */
export interface CircuitState {
  readonly phase: "closed" | "open" | "halfOpen" | "tripped";
  /** Retryable failures since the last success. */
  readonly failures: number;
  /** How often it has opened so far: tells its timers apart. */
  readonly openings: number;
  /** When the cool-down ends. */
  readonly until: EpochMs;
  readonly failedProbes: number;
  /** The attempt that probes it, by its first task. */
  readonly probe: { readonly task: TaskId; readonly attempt: number } | null;
}

/** A circuit of which nothing bad is known. */
export const closedCircuit: CircuitState = {
  phase: "closed",
  failures: 0,
  openings: 0,
  until: 0,
  failedProbes: 0,
  probe: null,
};
