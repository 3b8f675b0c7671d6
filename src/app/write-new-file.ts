import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { OperatingError } from "../errors/operating-error.ts";

/** Writes a file that is not there yet. @throws USAGE_INVALID when it is. */
export async function writeNewFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(path, text, { flag: "wx" });
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
    if (code !== "EEXIST") throw error;
    throw new OperatingError("USAGE_INVALID", `${path} is there already`, {
      hint: "Change it by hand, or move it away first.",
      cause: error,
    });
  }
}
