import type picocolors from "picocolors";
import type { EpochMs } from "../../core/std/time.ts";

/** How to print for one stream: what every renderer is given beside its value. */
export interface Style {
  readonly colors: Colors;
  /** Columns that a line may take; infinite when nobody looks at a terminal. */
  readonly width: number;
  /** What "ago" counts from. */
  readonly now: EpochMs;
}

export type Colors = ReturnType<typeof picocolors.createColors>;
