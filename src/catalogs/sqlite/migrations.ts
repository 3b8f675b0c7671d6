import type Database from "libsql";
import { hashText } from "../../core/std/hash.ts";
import { OperatingError } from "../../errors/operating-error.ts";

/** One step of the catalog's shape. Once released it is never changed: add the next one. */
export interface Migration {
  /** Counts from 1, without gaps. */
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

export const migrations: readonly Migration[] = [
  {
    number: 1,
    name: "objects, runs, events and notes",
    sql: `
      CREATE TABLE objects (
        id TEXT PRIMARY KEY NOT NULL,
        value TEXT NOT NULL
      ) STRICT;
      CREATE TABLE runs (
        id TEXT PRIMARY KEY NOT NULL,
        started_at INTEGER NOT NULL,
        finished_at INTEGER,
        status TEXT NOT NULL CHECK (status IN ('running', 'succeeded', 'failed', 'cancelled')),
        blueprint TEXT NOT NULL,
        decision TEXT NOT NULL
      ) STRICT;
      CREATE INDEX runs_by_start ON runs (started_at);
      CREATE TABLE run_events (
        run TEXT NOT NULL REFERENCES runs (id),
        seq INTEGER NOT NULL,
        event TEXT NOT NULL,
        PRIMARY KEY (run, seq)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE notes (
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (kind, name)
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    number: 2,
    name: "signals and the writers' epoch",
    sql: `
      CREATE TABLE signals (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        source TEXT NOT NULL,
        id TEXT NOT NULL,
        event TEXT NOT NULL,
        received_at INTEGER NOT NULL,
        taken_by TEXT,
        taken_at INTEGER,
        UNIQUE (source, id)
      ) STRICT;
      CREATE INDEX signals_pending ON signals (seq) WHERE taken_by IS NULL;
      CREATE TABLE epoch (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        value INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      INSERT INTO epoch (one, value) VALUES (1, 0);
    `,
  },
];

/** "SLIC": what tells a catalog from other SQLite files, in the file's header. */
const applicationId = 0x534c4943;

/** What a file turned out to be. */
export type CatalogVersion =
  | { readonly kind: "empty" }
  | { readonly kind: "catalog"; readonly version: number };

/**
 * Brings a catalog up to the newest version, in one transaction.
 * @throws CATALOG_INVALID when it is not a catalog, or one from a newer Sluice.
 */
export function migrate(
  db: Database.Database,
  path: string,
  steps: readonly Migration[] = migrations,
): void {
  if (versionIn(readVersion(db, path, steps)) === steps.length) return;
  db.transaction(() => {
    // Looked at again under the lock: whoever sends a signal may bring a catalog up to date too.
    const found = readVersion(db, path, steps);
    if (found.kind === "empty") {
      db.exec(`PRAGMA application_id = ${applicationId}`);
      db.exec(
        "CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL) STRICT",
      );
    }
    const record = db.prepare("INSERT INTO migrations (number, name, checksum) VALUES (?, ?, ?)");
    for (const step of steps.slice(versionIn(found))) {
      db.exec(step.sql);
      record.run([step.number, step.name, hashText(step.sql)]);
    }
  }).immediate();
}

function versionIn(found: CatalogVersion): number {
  return found.kind === "empty" ? 0 : found.version;
}

/**
 * Reads which version a file has.
 * @throws CATALOG_INVALID when it is not a catalog, one from a newer Sluice, or one whose steps are
 * not ours.
 */
export function readVersion(
  db: Database.Database,
  path: string,
  steps: readonly Migration[] = migrations,
): CatalogVersion {
  const id = readNumber(db, "SELECT application_id AS number FROM pragma_application_id");
  const tables = readNumber(db, "SELECT count(*) AS number FROM sqlite_schema");
  if (id === 0 && tables === 0) return { kind: "empty" };
  if (id !== applicationId) {
    throw new OperatingError(
      "CATALOG_INVALID",
      `${path} is a database, but not Sluice's catalog.`,
      {
        hint: "Name another file as the catalog in sluice.yaml.",
      },
    );
  }
  const version = readNumber(db, "SELECT max(number) AS number FROM migrations");
  if (version > steps.length) {
    throw new OperatingError(
      "CATALOG_INVALID",
      `${path} was written by a newer Sluice: it has version ${version}, and this one knows up to ${steps.length}.`,
      { hint: "Use the newer Sluice, or name another file as the catalog in sluice.yaml." },
    );
  }
  for (const step of steps.slice(0, version)) {
    const known = db.prepare("SELECT checksum FROM migrations WHERE number = ?").all([step.number]);
    if (fieldOf(known[0], "checksum") === hashText(step.sql)) continue;
    throw new OperatingError(
      "CATALOG_INVALID",
      `${path} was made by another build of Sluice: its step ${step.number} is not "${step.name}" as this one knows it.`,
      { hint: "Use the Sluice that made it, or name another file as the catalog in sluice.yaml." },
    );
  }
  return { kind: "catalog", version };
}

function readNumber(db: Database.Database, sql: string): number {
  return Number(fieldOf(db.prepare(sql).all()[0], "number") ?? 0);
}

function fieldOf(row: unknown, field: string): unknown {
  return typeof row === "object" && row !== null ? Reflect.get(row, field) : undefined;
}
