import type { Probe, ProbeResult } from "../core/compatibility/evidence.ts";
import type { Manifest } from "./staging.ts";

/** The part of a warehouse that looks at staged rows before they are loaded. */
export interface BatchProber {
  /** Answers in the order of the probes. A probe of a column that is not there finds nothing. */
  probe(
    manifest: Manifest,
    probes: readonly Probe[],
    signal: AbortSignal,
  ): Promise<readonly ProbeResult[]>;
}
