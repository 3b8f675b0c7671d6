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
  /** `--from-failed`: a run, `latest` when none was named; `null` without the flag. */
  readonly fromFailed: string | null;
  /** `--dry-run` */
  readonly isDryRun: boolean;
  /** `--limit` */
  readonly limit: number;
  /** `--run` */
  readonly run: string | null;
  /** `--by` */
  readonly by: string | null;
  /** `--reason` */
  readonly reason: string | null;
  /** `--route`, as typed. */
  readonly route: string | null;
  /** `--sql`: path of a file with a query. */
  readonly sql: string | null;
  /** `--schema`: path of a file with the shapes of tables. */
  readonly schema: string | null;
  /** `--dialect`, as typed. */
  readonly dialect: string | null;
  /** `--upstream` */
  readonly isUpstream: boolean;
  /** `--downstream` */
  readonly isDownstream: boolean;
  /** `--data`, as typed. */
  readonly data: string | null;
  /** `--why` */
  readonly why: string | null;
  /** `--until`, as typed. */
  readonly until: string | null;
  /** `--cancel` */
  readonly isCancelling: boolean;
  /** `--id` */
  readonly id: string | null;
  /** `--standby` */
  readonly isStandby: boolean;
  /** `--host` */
  readonly host: string | null;
  /** `--port` */
  readonly port: number | null;
  /** `--expose` */
  readonly isExposed: boolean;
  /** False after `--no-http`. */
  readonly isHttpWanted: boolean;
  /** `--new-token` */
  readonly isNewToken: boolean;
  /** `--grace`, in milliseconds. */
  readonly graceMs: number | null;
  /** `--cycles`; `null` takes the scenario's. */
  readonly cycles: number | null;
  /** `--seed`; `null` takes the scenario's. */
  readonly seed: number | null;
  /** `--rules`, as typed. */
  readonly rules: string | null;
  /** `--against`, as typed. */
  readonly against: string | null;
  /** `--report`: the path of a file to write. */
  readonly report: string | null;
  /** `--trace` */
  readonly isTraced: boolean;
  /** `--depth`: steps of a graph; `null` goes on to the end. */
  readonly depth: number | null;
}
