import type { EpochMs } from "../../core/std/time.ts";

/** What was typed, checked, with every default written out. A command reads the flags that it declares. */
export interface CommandInput {
  readonly args: readonly string[];
  /** `--project`; `null` looks for the project from here upwards. */
  readonly project: string | null;
  /** `--now`; `null` takes the clock's. */
  readonly now: EpochMs | null;
  readonly isJson: boolean;
  /** `--color` and `--no-color`; `null` when neither was given. */
  readonly isColored: boolean | null;
  readonly isVerbose: boolean;
  /** `--full` */
  readonly isFull: boolean;
  /** `--detailed-exitcode` */
  readonly isExitCodeDetailed: boolean;
  /** `--resume` */
  readonly isResume: boolean;
  /** `--limit` */
  readonly limit: number;
  /** `--run` */
  readonly run: string | null;
}
