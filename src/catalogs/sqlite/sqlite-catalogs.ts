import { accessSync, constants, existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type Database from "libsql";
import { OperatingError } from "../../errors/operating-error.ts";
import type { Catalog, CatalogReader, CatalogStore } from "../../ports/catalog.ts";
import type { SignalInbox } from "../../ports/signal-inbox.ts";
import { migrate, migrations, readVersion } from "./migrations.ts";
import { type OpenMode, openDatabase, queriesOver } from "./sqlite-connection.ts";
import { failureCode, toCatalogError } from "./sqlite-errors.ts";
import { SqliteInbox } from "./sqlite-inbox.ts";
import { SqliteReader } from "./sqlite-reader.ts";
import { SqliteWriter } from "./sqlite-writer.ts";
import { takeWriterLock } from "./writer-lock.ts";

/**
 * Catalogs in SQLite files. A write that was acknowledged survives the death of the process and of
 * the machine: write-ahead log, flushed at each commit. Beside the file there are its log and index
 * (`-wal`, `-shm`), the writers' lock (`.lock`, empty) and a note of who holds it (`.holder`).
 */
export const sqliteCatalogs: CatalogStore = { openWriter, openReader, openInbox };

async function openWriter(path: string, holder: string): Promise<Catalog> {
  const file = resolve(path);
  return guarded(file, () => {
    mkdirSync(dirname(file), { recursive: true });
    refuseReadOnly(file);
    const lock = takeWriterLock(file, holder);
    let db: Database.Database | null = null;
    try {
      db = openDatabase(file, "create");
      bringUpToDate(db, file);
      const epoch = raiseEpoch(db);
      return new SqliteWriter(queriesOver(db), file, { epoch, closed: () => lock.release() });
    } catch (error) {
      db?.close();
      lock.release();
      throw error;
    }
  });
}

async function openInbox(path: string): Promise<SignalInbox> {
  const file = resolve(path);
  return guarded(file, () => {
    mkdirSync(dirname(file), { recursive: true });
    const db = openDatabase(file, "create");
    try {
      bringUpToDate(db, file);
      return new SqliteInbox(queriesOver(db), file);
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** Makes a file that will be written a catalog of the newest version. */
function bringUpToDate(db: Database.Database, file: string): void {
  db.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
  // Before anything is written: the file may be someone else's.
  readVersion(db, file);
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
  migrate(db, file);
}

/** From here on, whoever opened the catalog for writing before writes no more. */
function raiseEpoch(db: Database.Database): number {
  const raise = db.prepare("UPDATE epoch SET value = value + 1 RETURNING value");
  const row: unknown = raise.get([]);
  return typeof row === "object" && row !== null ? Number(Reflect.get(row, "value")) : Number.NaN;
}

async function openReader(path: string): Promise<CatalogReader | null> {
  const file = resolve(path);
  if (!existsSync(file)) return null;
  return guarded(file, () => {
    try {
      refuseReadOnly(file);
      return readerOf(file, "existing");
    } catch (error) {
      // A folder that this user may only look into. Without a log nobody is writing.
      const isShut = /^(SQLITE_(READONLY|CANTOPEN)|EACCES|EROFS|EPERM)/.test(
        failureCode(error) ?? "",
      );
      if (!isShut || existsSync(`${file}-wal`) || !statSync(file).isFile()) throw error;
      return readerOf(file, "still");
    }
  });
}

/**
 * Found before the file is opened: SQLite would make a log and an index as read-only as the file,
 * and these would still be so when the file may be written again.
 */
function refuseReadOnly(file: string): void {
  if (existsSync(file)) accessSync(file, constants.W_OK);
}

function readerOf(file: string, mode: OpenMode): CatalogReader | null {
  const db = openDatabase(file, mode);
  try {
    db.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}; PRAGMA query_only = ON`);
    const found = readVersion(db, file);
    if (found.kind === "empty") {
      db.close();
      return null;
    }
    if (found.version < migrations.length) throw outdated(file, found.version);
    return new SqliteReader(queriesOver(db), file);
  } catch (error) {
    db.close();
    throw error;
  }
}

/** How long a statement waits for another process's checkpoint or recovery. */
const busyTimeoutMs = 5_000;

function outdated(file: string, version: number): OperatingError {
  return new OperatingError(
    "CATALOG_INVALID",
    `${file} was written by an older Sluice: it has version ${version} of ${migrations.length}.`,
    { hint: "Run `sluice run` once: it brings the catalog up to date." },
  );
}

function guarded<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toCatalogError(error, file);
  }
}
