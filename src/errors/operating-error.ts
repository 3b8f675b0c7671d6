import type { ErrorCode } from "./catalogue.ts";

/** A failure of the world, not of Sluice: expected, coded, and shown to a person as it is. */
export class OperatingError extends Error {
  override readonly name = "OperatingError";
  readonly code: ErrorCode;
  /** The next action, when one is known. */
  readonly hint: string | undefined;

  constructor(
    code: ErrorCode,
    detail: string,
    options: { readonly hint?: string; readonly cause?: unknown } = {},
  ) {
    super(detail, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/**
 * Keeps a coded failure as it is, and codes anything else as a bug, once, at a boundary. Where
 * closing something failed as well, the failure that came first is the one to tell.
 */
export function toOperatingError(error: unknown): OperatingError {
  if (error instanceof OperatingError) return error;
  if (error instanceof Error && error.name === "SuppressedError" && "suppressed" in error) {
    return toOperatingError(error.suppressed);
  }
  const detail = error instanceof Error ? error.message : String(error);
  return new OperatingError("INTERNAL", detail, {
    hint: "This is a bug in Sluice: please report it with the command and this message.",
    cause: error,
  });
}
