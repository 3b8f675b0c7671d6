import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { OperatingError } from "../../errors/operating-error.ts";
import { openDatabase } from "./sqlite-connection.ts";
import { failureCode } from "./sqlite-errors.ts";

/** Held from its opening to its release, or to the death of the process. */
export interface WriterLock {
  release(): void;
}

/**
 * Takes the right to write to the catalog at `path`. The lock is SQLite's own on an empty file
 * beside it: the operating system frees it when the process dies, however it dies, so that no
 * heartbeat and no clean-up is needed. Who holds it is told by a note in another file, because
 * opening and closing the lock's file from outside SQLite would free the lock of this process.
 * @param holder the command that asks, as in `sluice run`.
 * @throws CATALOG_LOCKED naming the holder.
 */
export function takeWriterLock(path: string, holder: string): WriterLock {
  const note = `${path}.holder`;
  const lock = openDatabase(`${path}.lock`, "create");
  try {
    lock.exec("BEGIN EXCLUSIVE");
    writeNote(note, holder);
  } catch (error) {
    lock.close();
    if (failureCode(error) !== "SQLITE_BUSY") throw error;
    throw new OperatingError(
      "CATALOG_LOCKED",
      `The catalog ${path} is held by ${readNote(note)}.`,
      {
        hint: "Wait for it to end, or stop it. Commands that only read work meanwhile.",
        cause: error,
      },
    );
  }
  return {
    release: () => {
      try {
        rmSync(note, { force: true });
      } finally {
        lock.exec("ROLLBACK");
        lock.close();
      }
    },
  };
}

/** Written whole or not at all, so that nobody reads half a note. */
function writeNote(note: string, holder: string): void {
  const own = `${note}.${process.pid}`;
  writeFileSync(own, JSON.stringify({ holder, pid: process.pid, host: hostname() }));
  renameSync(own, note);
}

/** Who holds the lock, in words. A note may be missing for a moment: its lock is taken first. */
function readNote(note: string): string {
  try {
    const content: unknown = JSON.parse(readFileSync(note, "utf8"));
    const { holder, pid, host } = noteFields(content);
    const elsewhere = host === hostname() ? "" : ` on ${host}`;
    const since = new Date(statSync(note).mtimeMs).toISOString();
    return `\`${holder}\` (pid ${pid}${elsewhere}, since ${since})`;
  } catch {
    // The note only adorns the message: the lock itself has already said no.
    return "another process";
  }
}

function noteFields(content: unknown): { holder: string; pid: number; host: string } {
  if (typeof content === "object" && content !== null && "holder" in content) {
    const { holder } = content;
    const pid: unknown = Reflect.get(content, "pid");
    const host: unknown = Reflect.get(content, "host");
    if (typeof holder === "string" && typeof pid === "number" && typeof host === "string") {
      return { holder, pid, host };
    }
  }
  throw new TypeError("not a note of a holder");
}
