import { consequenceOf } from "../../errors/blame.ts";
import { catalogue, type ErrorCode } from "../../errors/catalogue.ts";
import type { TaskReport } from "../sluice-project.ts";

/** How a run ended, by subject. */
export interface Outcome {
  /** Those that may succeed when they are tried again without anyone acting. */
  readonly failed: ReadonlySet<string>;
  readonly succeeded: ReadonlySet<string>;
  /** How many tasks ended how. */
  readonly tasks: {
    readonly succeeded: number;
    readonly failed: number;
    readonly bypassed: number;
  };
}

/** Stands for a cycle about all of the project, beside the names of subjects. */
export const wholeProject = "*";

export function outcomeOf(tasks: readonly TaskReport[], isWhole: boolean): Outcome {
  const failed = new Set<string>();
  const succeeded = new Set<string>(isWhole ? [wholeProject] : []);
  const counts = { succeeded: 0, failed: 0, bypassed: 0 };
  for (const { id, status, reason } of tasks) {
    const subject = id.slice(0, id.lastIndexOf("."));
    if (status === "succeeded") {
      counts.succeeded += 1;
      succeeded.add(subject);
    } else if (status === "failed") {
      counts.failed += 1;
      if (isRetryable(reason)) failed.add(subject);
    } else if (status === "bypassed") counts.bypassed += 1;
  }
  for (const subject of failed) succeeded.delete(subject);
  return { failed, succeeded, tasks: counts };
}

function isRetryable(code: string | undefined): boolean {
  return code !== undefined && isErrorCode(code) && consequenceOf(code).isRetryable;
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(catalogue, code);
}
