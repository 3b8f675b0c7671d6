import { chmod, cp, rename, stat, truncate } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { findFiles } from "../../connectors/file/find-files.ts";
import { OperatingError } from "../../errors/operating-error.ts";

/** A file of a source that something is done to. */
export interface StruckFile {
  /** Does it. */
  strike(): Promise<void>;
  /** Makes it what it was. */
  mend(): Promise<void>;
}

/** What can be done to a file. */
export type FileFault =
  | { readonly kind: "late" | "unreadable" }
  | { readonly kind: "truncate"; readonly share: number };

/**
 * Prepares to strike the first file of a source.
 * @param root the folder of its connection
 * @throws NOT_FOUND when the source has no file
 */
export async function struckFile(
  root: string,
  pattern: string,
  fault: FileFault,
): Promise<StruckFile> {
  const [first] = await findFiles(root, pattern, new AbortController().signal);
  if (first === undefined) {
    throw new OperatingError("NOT_FOUND", `There is no file ${pattern} to strike`, {
      hint: "Name a source of a file connection whose file is there.",
    });
  }
  const path = join(root, first.path);
  const aside = `${path}.drill`;
  const { size, mode } = await stat(path);
  switch (fault.kind) {
    case "late":
      return { strike: () => rename(path, aside), mend: () => rename(aside, path) };
    case "unreadable":
      return { strike: () => chmod(path, 0o000), mend: () => chmod(path, mode) };
    case "truncate":
      return {
        strike: async () => {
          await cp(path, aside, { preserveTimestamps: true });
          await truncate(path, Math.floor(size * fault.share));
        },
        mend: () => rename(aside, path),
      };
  }
}

/** Whether the modes of files bind this user: the superuser is above them. */
export function isBoundByModes(): boolean {
  return process.platform !== "win32" && userInfo().uid !== 0;
}
