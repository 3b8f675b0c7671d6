import type { CancelCause, Failure } from "../core/run/run-event.ts";
import { consequenceOf } from "../errors/blame.ts";
import { OperatingError, toOperatingError } from "../errors/operating-error.ts";

/** More would be data, not a message. */
const messageLengthMax = 4_000;

/**
 * What is recorded of an attempt that threw.
 * @param cause why the attempt was asked to end, if it was: an attempt that then ends without its
 * effect has failed for that reason.
 * @param redact takes secrets out of a text.
 */
export function failureOf(
  error: unknown,
  cause: CancelCause | null,
  redact: (text: string) => string,
): Failure {
  const known = cause !== null && isAbort(error) ? endedFor(cause) : toOperatingError(error);
  return {
    code: known.code,
    message: redact(known.message).slice(0, messageLengthMax),
    hint: known.hint === undefined ? null : redact(known.hint),
    isRetryable: consequenceOf(known.code).isRetryable,
  };
}

/** Whether an executor says that it stopped because it was asked to. */
function isAbort(error: unknown): boolean {
  if (error instanceof OperatingError) return Object.hasOwn(endings, error.code);
  return error instanceof Error && error.name === "AbortError";
}

const endings: {
  readonly [C in CancelCause]: { readonly detail: string; readonly hint?: string };
} = {
  CANCELLED: { detail: "The run was cancelled." },
  REVISED: { detail: "The run was decided otherwise, and this is not to go on." },
  DEADLINE_PASSED: {
    detail: "The attempt was under way when the task's deadline passed.",
    hint: "Raise the deadline by a rule with the effect `deadline`, or make the work smaller.",
  },
  TIMED_OUT: {
    detail: "The attempt took longer than its timeout allows.",
    hint: "Raise the timeout by a rule with the effect `timeout`, or make the work smaller.",
  },
};

/** What an attempt is told when it is asked to end, and what it then ends with. */
export function endedFor(cause: CancelCause): OperatingError {
  const { detail, hint } = endings[cause];
  return new OperatingError(cause, detail, hint === undefined ? {} : { hint });
}
