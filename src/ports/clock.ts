import type { EpochMs } from "../core/std/time.ts";

/** The only source of time outside the core. */
export interface Clock {
  now(): EpochMs;
  /** Calls `fire` once, `delayMs` from now. The returned function cancels it. */
  setTimer(delayMs: number, fire: () => void): () => void;
}
