import type { Failure } from "../core/run/run-event.ts";
import { consequenceOf } from "../errors/blame.ts";
import type { ErrorCode } from "../errors/catalogue.ts";

/** What a simulated system answers instead of doing what it was asked for. */
export class SimulatedFailure extends Error {
  override readonly name = "SimulatedFailure";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** As an attempt's failure is recorded; whether it may be tried again follows from the code, as ever. */
export function failureOf(code: ErrorCode, message: string): Failure {
  return { code, message, hint: null, isRetryable: consequenceOf(code).isRetryable };
}
