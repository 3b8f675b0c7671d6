import type { Problem } from "../../core/project/problem.ts";
import type { OperatingError } from "../../errors/operating-error.ts";
import { problemsOf } from "../problems-of.ts";

/** What every command prints with `--json` when it fails. */
export interface ErrorJson {
  readonly error: {
    readonly code: string;
    readonly message: string;
    /** The next action, when one is known. */
    readonly hint: string | null;
    /** Everything that is wrong with the project's files, when that is the failure. */
    readonly problems?: readonly Problem[];
  };
}

/** The JSON form of a failure. */
export function errorJson(error: OperatingError): ErrorJson {
  const { problems } = problemsOf(error);
  return {
    error: {
      code: error.code,
      message: error.message,
      hint: error.hint ?? null,
      ...(problems.length === 0 ? {} : { problems }),
    },
  };
}
