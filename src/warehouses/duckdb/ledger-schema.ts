import { OperatingError } from "../../errors/operating-error.ts";
import type { Session } from "./duckdb-session.ts";

/**
 * The ledger's tables, one list of statements per version; a version is never edited once released.
 *
 * - epoch: one row, the epoch of the newest runner that has written;
 * - fences: one row per target; every transaction on the target first changes its token;
 * - loads: one row per committed load or build; `seq` counts from 1 without a gap for each target;
 * - cursors: how far each source has been read into its target;
 * - adapters: what each view over a loaded table was made from;
 * - releases: one row per release of rows from quarantine that let any back in;
 * - kept: for each load or build that can be undone, what stood before it;
 * - parts: committed parts of loads that have not yet finished.
 */
const migrations: readonly (readonly string[])[] = [
  [
    "CREATE TABLE _sluice.fences (target VARCHAR PRIMARY KEY, token BIGINT NOT NULL)",
    `CREATE TABLE _sluice.loads (
       id VARCHAR PRIMARY KEY,
       target VARCHAR NOT NULL,
       seq BIGINT NOT NULL,
       schema_name VARCHAR NOT NULL,
       table_name VARCHAR NOT NULL,
       kind VARCHAR NOT NULL,
       strategy VARCHAR NOT NULL,
       work VARCHAR NOT NULL,
       foundation VARCHAR NOT NULL,
       fingerprint VARCHAR NOT NULL,
       manifest VARCHAR,
       cursor_before VARCHAR,
       cursor_after VARCHAR,
       columns_json VARCHAR NOT NULL,
       rows_staged BIGINT NOT NULL,
       rows_inserted BIGINT NOT NULL,
       rows_updated BIGINT NOT NULL,
       rows_quarantined BIGINT NOT NULL,
       rows_committed BIGINT NOT NULL,
       parts INTEGER NOT NULL,
       measurements_json VARCHAR NOT NULL,
       run VARCHAR NOT NULL,
       task VARCHAR NOT NULL,
       blueprint VARCHAR NOT NULL,
       decision VARCHAR NOT NULL,
       committed_at BIGINT NOT NULL
     )`,
    `CREATE TABLE _sluice.cursors (
       source VARCHAR PRIMARY KEY,
       target VARCHAR NOT NULL,
       value VARCHAR NOT NULL,
       load VARCHAR NOT NULL
     )`,
    `CREATE TABLE _sluice.parts (
       load VARCHAR NOT NULL,
       part INTEGER NOT NULL,
       target VARCHAR NOT NULL,
       rows_staged BIGINT NOT NULL,
       run VARCHAR NOT NULL,
       committed_at BIGINT NOT NULL,
       PRIMARY KEY (load, part)
     )`,
  ],
  ["ALTER TABLE _sluice.loads ADD COLUMN rows_superseded BIGINT DEFAULT 0"],
  [
    "ALTER TABLE _sluice.loads ADD COLUMN rows_replaced BIGINT DEFAULT 0",
    `CREATE TABLE _sluice.releases (
       id VARCHAR PRIMARY KEY,
       target VARCHAR NOT NULL,
       after_load VARCHAR NOT NULL,
       source VARCHAR NOT NULL,
       rows_released BIGINT NOT NULL,
       rows_of_load BIGINT NOT NULL,
       rows_kept BIGINT NOT NULL,
       released_by VARCHAR NOT NULL,
       released_at BIGINT NOT NULL
     )`,
    "CREATE TABLE _sluice.adapters (view_name VARCHAR PRIMARY KEY, definition VARCHAR NOT NULL)",
  ],
  ["CREATE TABLE _sluice.epoch (value BIGINT NOT NULL)", "INSERT INTO _sluice.epoch VALUES (0)"],
  [
    "ALTER TABLE _sluice.loads ADD COLUMN rows_deleted BIGINT DEFAULT 0",
    // What stands once the entry has committed, where that is not the entry itself.
    "ALTER TABLE _sluice.loads ADD COLUMN stands VARCHAR",
    "ALTER TABLE _sluice.loads ADD COLUMN undoes VARCHAR",
    "ALTER TABLE _sluice.loads ADD COLUMN condemned VARCHAR",
    "ALTER TABLE _sluice.loads ADD COLUMN reason VARCHAR",
    `CREATE TABLE _sluice.kept (
       load VARCHAR PRIMARY KEY,
       target VARCHAR NOT NULL,
       form VARCHAR NOT NULL,
       definition VARCHAR,
       before VARCHAR,
       source VARCHAR,
       cursor_json VARCHAR,
       has_quarantine BOOLEAN NOT NULL,
       kept_at BIGINT NOT NULL
     )`,
  ],
];

/** Makes the schemas and brings the ledger's tables to this version. Runs inside a transaction. */
export async function migrateLedger(session: Session): Promise<void> {
  for (const schema of [
    "raw",
    "quarantine",
    "main",
    "adapted",
    "_sluice",
    "_sluice_build",
    "_sluice_versions",
  ]) {
    await session.run(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  }
  await session.run("CREATE TABLE IF NOT EXISTS _sluice.versions (version INTEGER PRIMARY KEY)");
  const version = await session.count("SELECT coalesce(max(version), 0) FROM _sluice.versions");
  if (version > migrations.length) {
    throw new OperatingError(
      "WAREHOUSE_INVALID",
      `The warehouse's ledger has version ${version}; this Sluice knows ${migrations.length}`,
      { hint: "Use the newer Sluice that wrote it." },
    );
  }
  for (const [index, statements] of migrations.entries()) {
    if (index < version) continue;
    for (const statement of statements) await session.run(statement);
    await session.run(`INSERT INTO _sluice.versions VALUES (${index + 1})`);
  }
}
