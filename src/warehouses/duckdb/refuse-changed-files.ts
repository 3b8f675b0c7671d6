import { stat } from "node:fs/promises";
import { OperatingError } from "../../errors/operating-error.ts";
import { fileStamp } from "../../ports/file-stamp.ts";
import type { StagedFile } from "../../ports/staging.ts";

/**
 * Files that are read where they lie may be written to meanwhile, and what was read of them is
 * then of no one state. Called after they were read, and before anything of them commits.
 * @param cause what their reader said of them, if it failed
 * @throws STAGING_STALE
 */
export async function refuseChangedFiles(
  files: readonly StagedFile[],
  cause?: unknown,
): Promise<void> {
  for (const { path, stamp } of files) {
    if (stamp === null || stamp === (await stampNow(path))) continue;
    throw new OperatingError("STAGING_STALE", `${path} has changed since it was extracted`, {
      hint: "Run again: the source is looked at afresh. Nothing of it was loaded.",
      cause,
    });
  }
}

async function stampNow(path: string): Promise<string | null> {
  try {
    return fileStamp(await stat(path, { bigint: true }));
  } catch {
    // A file that cannot be looked at is not in the state that it was in.
    return null;
  }
}
