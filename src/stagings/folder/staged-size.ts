import { stat } from "node:fs/promises";
import { hasCode, toStagingError } from "./staging-errors.ts";

/** A file's bytes; `null` when it is not there, or is no file. */
export async function sizeOf(path: string): Promise<number | null> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : null;
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return null;
    throw toStagingError(error, "Looking at a staged file");
  }
}
