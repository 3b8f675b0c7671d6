import { OperatingError } from "../../errors/operating-error.ts";

/** Codes what the file system says; what others throw while they extract stays as it is. */
export function toStagingError(error: unknown, doing: string): unknown {
  if (error instanceof OperatingError || !(error instanceof Error) || !("syscall" in error)) {
    return error;
  }
  const isFull = hasCode(error, "ENOSPC") || hasCode(error, "EDQUOT");
  return new OperatingError(
    isFull ? "STAGING_FULL" : "STAGING_INVALID",
    `${doing}: ${error.message}`,
    {
      hint: isFull
        ? "Free some space on the disk of the staging folder, then run again."
        : "Check that the staging folder is there and may be written.",
      cause: error,
    },
  );
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
