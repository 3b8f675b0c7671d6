import { open } from "node:fs/promises";
import { OperatingError } from "../errors/operating-error.ts";
import { decodeText } from "./decode-text.ts";

/** The largest file that is read, in bytes. */
const fileBytesMax = 16 * 1_048_576;
const chunkBytes = 65_536;

/**
 * Reads a file that a person named, which may be a pipe: its end is found by reading.
 * @param path relative to where the process was started, or absolute
 * @throws NOT_FOUND when there is nothing to read; USAGE_INVALID when it is no text in UTF-8, or
 *   larger than 16 MiB
 */
export async function readTextFile(path: string): Promise<string> {
  const { text, problem } = decodeText(await readBytes(path), path);
  if (problem === null) return text;
  throw new OperatingError("USAGE_INVALID", `${path}: ${problem.message}`, {
    ...(problem.fix === undefined ? {} : { hint: problem.fix }),
  });
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    await using file = await open(path, "r");
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for (;;) {
      const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(chunkBytes) });
      if (bytesRead === 0) return Buffer.concat(chunks);
      chunks.push(buffer.subarray(0, bytesRead));
      bytes += bytesRead;
      if (bytes > fileBytesMax) throw tooLarge(path);
    }
  } catch (error) {
    throw error instanceof OperatingError ? error : unreadable(path, error);
  }
}

function tooLarge(path: string): OperatingError {
  const detail = `${path} is larger than ${fileBytesMax / 1_048_576} MiB.`;
  return new OperatingError("USAGE_INVALID", detail, { hint: "Name a smaller file." });
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "There is no file",
  ENOTDIR: "There is no file",
  EISDIR: "This is a folder, not a file:",
  EACCES: "Nobody may read the file",
  EPERM: "Nobody may read the file",
};

function unreadable(path: string, error: unknown): OperatingError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const reason = Object.hasOwn(reasons, code) ? reasons[code] : "This cannot be read:";
  return new OperatingError("NOT_FOUND", `${reason} ${path}`, {
    hint: "Paths are relative to the folder in which the command is started.",
    cause: error,
  });
}
