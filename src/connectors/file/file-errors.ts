import { OperatingError } from "../../errors/operating-error.ts";

/**
 * Codes a failure of reading `subject` (a path as people wrote it, or a source) in the words of
 * the file system, of gzip or of DuckDB. Anything else is a bug and comes back as it is.
 */
export function toFileError(error: unknown, subject: string): unknown {
  if (!(error instanceof Error) || error instanceof OperatingError) return error;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const unreadable = (detail: string, hint?: string) =>
    new OperatingError("SOURCE_UNREADABLE", `${subject} ${detail}`, {
      cause: error,
      ...(hint === undefined ? {} : { hint }),
    });
  if (error.name === "AbortError") {
    return new OperatingError("CANCELLED", `Reading ${subject} was cancelled`, { cause: error });
  }
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return new OperatingError("SOURCE_MISSING", `${subject} is not there`, { cause: error });
    case "EACCES":
    case "EPERM":
      return unreadable("may not be read", "Give the user that runs Sluice read access to it.");
    case "EISDIR":
      return unreadable("is a folder, not a file", "Name its files, for example folder/*.csv.");
    case "ELOOP":
      return unreadable("is a symbolic link that leads back to itself");
    case "ENOSPC":
    case "EDQUOT":
      return stagingFull(error, subject);
    case "EIO":
    case "ESTALE":
    case "EMFILE":
    case "ENFILE":
    case "ETIMEDOUT":
      return new OperatingError("CONNECTION_FAILED", `${subject}: ${error.message}`, {
        cause: error,
      });
  }
  if (code.startsWith("Z_") || code.startsWith("ERR_ZLIB") || code === "ERR_BUFFER_TOO_LARGE") {
    return unreadable(
      `is not a whole gzip file: ${error.message}`,
      "Check that it was written to its end, and that its name ends in .gz only when it is gzip.",
    );
  }
  if (isDuckdbError(error) && /No space left/i.test(error.message)) {
    return stagingFull(error, subject);
  }
  if (error.message.startsWith("Out of Memory Error")) {
    return new OperatingError("READER_MEMORY", `${subject}: ${firstLine(error.message)}`, {
      hint: "Split the file, or write it as Parquet with smaller row groups or shorter lines.",
      cause: error,
    });
  }
  return isDuckdbError(error) ? unreadable(`cannot be read: ${firstLine(error.message)}`) : error;
}

function stagingFull(cause: Error, subject: string): OperatingError {
  return new OperatingError("STAGING_FULL", `No space is left to convert ${subject}`, {
    hint: "Free some space on the disks of the staging and of temporary files, then run again.",
    cause,
  });
}

/** DuckDB's messages begin with their kind; the driver throws them as plain errors. */
function isDuckdbError(error: Error): boolean {
  return /^[A-Z][A-Za-z ]* Error: /.test(error.message);
}

/** The first paragraph, without DuckDB's echo of our own statement. */
function firstLine(message: string): string {
  const [paragraph = ""] = message.split(/\n\s*\n|\nLINE /);
  return paragraph.replaceAll(/\s+/g, " ").trim().slice(0, 500).replace(/\.+$/, "");
}
