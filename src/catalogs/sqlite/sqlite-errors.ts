import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { OperatingError } from "../../errors/operating-error.ts";

/**
 * Says what a failure of SQLite or of the file system means for the catalog at `path`. What is
 * neither is given back as it is.
 */
export function toCatalogError(error: unknown, path: string): unknown {
  const told = failureCode(error);
  if (told === null) return error;
  // Its index is grown by other means than its file, and on a full disk SQLite calls that IO.
  const code = told.startsWith("SQLITE_IOERR") && isFull(path) ? "SQLITE_FULL" : told;
  const known = meanings.find(({ pattern }) => pattern.test(code));
  const message = error instanceof Error ? error.message : String(error);
  return new OperatingError(
    known?.code ?? "CATALOG_INVALID",
    known === undefined ? `The catalog ${path} failed: ${message}` : `${path} ${known.says}`,
    {
      hint: known?.hint ?? "Run `sluice doctor`; if the file is damaged, restore it.",
      cause: error,
    },
  );
}

/** Less than what SQLite adds to the index of its log at once, with as much again for the log. */
const leastBytes = 65_536;

function isFull(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize < leastBytes;
  } catch {
    // Where the disk does not answer, what SQLite said has to do.
    return false;
  }
}

/** The symbolic code of SQLite or of the system, or `null` for what neither threw. */
export function failureCode(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const code: unknown = Reflect.get(error, "code");
  if (typeof code === "string" && /^(SQLITE_|E[A-Z]+$)/.test(code)) return code;
  // The driver does not name all of SQLite's extended codes; the plain code is their lowest byte.
  const extended = /^UNKNOWN_SQLITE_ERROR_(\d+)$/.exec(String(code))?.[1];
  if (extended !== undefined) return plainCodes[Number(extended) & 0xff] ?? "SQLITE_ERROR";
  // The driver opens files without coding their failures; its text ends with SQLite's number.
  return /^ConnectionFailed\(.*: \d+"\)$/su.test(error.message) ? "SQLITE_CANTOPEN" : null;
}

const plainCodes: Readonly<Record<number, string>> = {
  5: "SQLITE_BUSY",
  8: "SQLITE_READONLY",
  10: "SQLITE_IOERR",
  11: "SQLITE_CORRUPT",
  14: "SQLITE_CANTOPEN",
};

const meanings = [
  {
    pattern: /^(SQLITE_FULL|ENOSPC|EDQUOT)/,
    code: "CATALOG_FULL",
    says: "cannot grow: there is no space left on its disk.",
    hint: "Free some space and run again with --resume.",
  },
  {
    pattern: /^SQLITE_(BUSY|LOCKED)/,
    code: "CATALOG_LOCKED",
    says: "is busy: another process is using it.",
    hint: "Wait for the other process to end, and try again.",
  },
  {
    pattern: /^SQLITE_NOTADB/,
    code: "CATALOG_INVALID",
    says: "is not a catalog: it is no SQLite database.",
    hint: "Name another file as the catalog in sluice.yaml.",
  },
  {
    pattern: /^SQLITE_CORRUPT/,
    code: "CATALOG_INVALID",
    says: "is damaged.",
    hint: "Restore it from a copy, or move it away: the warehouse is complete without it, but the history of runs is lost.",
  },
  {
    pattern: /^(SQLITE_(READONLY|PERM|AUTH)|EACCES|EPERM|EROFS)/,
    code: "CATALOG_INVALID",
    says: "cannot be written.",
    hint: "Make the file and its folder writable for the user who runs Sluice.",
  },
  {
    pattern: /^(SQLITE_CANTOPEN|ENOTDIR|EISDIR|EEXIST)/,
    code: "CATALOG_INVALID",
    says: "cannot be opened.",
    hint: "See that its folder can be made and that both are readable and writable for you.",
  },
] as const;
