import { z } from "zod";
import type { Hash } from "../../core/std/hash.ts";
import { hashOf } from "../../core/std/hash.ts";
import type { Json } from "../../core/std/json.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { PostgresLocator } from "./postgres-locator.ts";
import { quoteName } from "./quote-postgres.ts";
import type { Query, TableFacts } from "./table-facts.ts";

/**
 * What identifies a table's content.
 *
 * `scan` hashes place and inserting transaction (ctid, xmin) of every visible row. Each insert,
 * update and delete changes that set: a new version carries the id of a transaction that no
 * version had before. Views and foreign tables have no versions, so their rows' text is hashed.
 *
 * The scan is left out when the write-ahead log stands where it stood before the last one. That is
 * sound, because a transaction becomes visible only after its commit record is in the log, and
 * - the log's position was read *before* the last scan took its snapshot, so that whoever began
 *   after the snapshot has written beyond that position;
 * - no transaction was under way in that snapshot (its xmin was its xmax), so that none could have
 *   written its commit record before the position and become visible after the scan;
 * - the log was flushed up to the position, so that a crash cannot make the server write the same
 *   positions again; and server, timeline and start are the same.
 */
export interface TableFingerprint {
  readonly fingerprint: Hash;
  readonly rows: number | null;
  readonly isExact: boolean;
  /** The greatest instant in the cursor column, in milliseconds; `null` for other cursors. */
  readonly changedAt: number | null;
  readonly memo: Json;
}

const memoSchema = z.strictObject({
  version: z.literal(1),
  server: z.string(),
  position: z.string(),
  /** Hash of the shape and the storage that the scan saw. */
  seen: z.string(),
  fingerprint: z.string(),
  rows: z.number(),
  changedAt: z.number().nullable(),
});

const lookSchema = z.object({
  rows: z.coerce.number().nullable(),
  first: z.string().nullable(),
  second: z.string().nullable(),
  changedAt: z.coerce.number().nullable(),
  isQuiet: z.boolean(),
});

/**
 * Reads a table's fingerprint, each statement with a snapshot of its own.
 * @throws PROJECT_INVALID when the cursor is asked for and there is none
 */
export async function readFingerprint(
  query: Query,
  facts: TableFacts,
  locator: PostgresLocator,
  given: { readonly memo: Json; readonly system: string | null },
): Promise<TableFingerprint> {
  if (locator.fingerprint === "cursor") return readCursorFingerprint(query, facts, locator);
  const log = facts.isLogged ? await readLog(query, given.system) : null;
  const seen = hashOf([facts.shape, facts.storage]);
  const memo = memoSchema.safeParse(given.memo);
  if (memo.success && log && isSame(memo.data, { ...log, seen })) {
    const { fingerprint, rows, changedAt } = memo.data;
    return { fingerprint, rows, isExact: true, changedAt, memo: given.memo };
  }
  const [row] = await query(scanSql(facts, locator));
  const look = lookSchema.parse(row);
  const rows = look.rows ?? 0;
  const { first, second, changedAt } = look;
  const fingerprint = hashOf({ version: 1, shape: facts.shape, rows, first, second });
  const isProven = log !== null && look.isQuiet && (await isFlushed(query, log.position));
  return {
    fingerprint,
    rows,
    isExact: true,
    changedAt,
    memo: isProven ? { version: 1, ...log, seen, fingerprint, rows, changedAt } : null,
  };
}

function isSame(
  memo: z.output<typeof memoSchema>,
  now: { readonly server: string; readonly position: string; readonly seen: string },
): boolean {
  return memo.server === now.server && memo.position === now.position && memo.seen === now.seen;
}

/** Where the log stands; `null` on a standby, which writes none, and on a server without identity. */
async function readLog(query: Query, system: string | null) {
  if (system === null) return null;
  const [row] = await query(
    `SELECT CASE WHEN pg_is_in_recovery() THEN NULL
         ELSE pg_current_wal_insert_lsn()::text END AS position,
       CASE WHEN pg_is_in_recovery() THEN NULL
         ELSE left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) END AS timeline,
       extract(epoch FROM pg_postmaster_start_time())::text AS started`,
  );
  const position = row?.["position"];
  if (typeof position !== "string") return null;
  return {
    server: hashOf([system, String(row?.["timeline"]), String(row?.["started"])]),
    position,
  };
}

async function isFlushed(query: Query, position: string): Promise<boolean> {
  const [row] = await query(
    `SELECT NOT pg_is_in_recovery() AND pg_current_wal_flush_lsn() >= $1::pg_lsn AS "isFlushed"`,
    [position],
  );
  return row?.["isFlushed"] === true;
}

function scanSql(facts: TableFacts, locator: PostgresLocator): string {
  const changed = changedAtSql(facts, locator);
  const tail =
    `${changed} AS "changedAt", pg_snapshot_xmin(pg_current_snapshot()) = ` +
    `pg_snapshot_xmax(pg_current_snapshot()) AS "isQuiet" FROM ${facts.sqlName} AS source`;
  if (facts.hasVersions) {
    const version = "((source.tableoid::bigint << 32) | source.xmin::text::bigint)";
    return (
      `SELECT count(*) AS rows, sum(hashtidextended(source.ctid, ${version}))::text AS first, ` +
      `sum(hashtidextended(source.ctid, ~${version}))::text AS second, ${tail}`
    );
  }
  const row = `ROW(${facts.columns.map((column) => column.select).join(", ")})::text`;
  return (
    `SELECT count(*) AS rows, sum(hashtextextended(${row}, 0))::text AS first, ` +
    `sum(hashtextextended(${row}, 1))::text AS second, ${tail}`
  );
}

/** The newest instant of a cursor column that holds instants. */
function changedAtSql(facts: TableFacts, locator: PostgresLocator): string {
  const column = facts.columns.find(({ name }) => name === locator.cursor);
  if (!column || !["date", "timestamp", "timestamptz"].includes(column.typeName)) {
    return "NULL::float8";
  }
  const name = quoteName(column.name);
  return `trunc(extract(epoch FROM max(${name}) FILTER (WHERE isfinite(${name}))) * 1000)::float8`;
}

async function readCursorFingerprint(
  query: Query,
  facts: TableFacts,
  locator: PostgresLocator,
): Promise<TableFingerprint> {
  if (locator.cursor === null || locator.cursor === "xmin") {
    throw new OperatingError(
      "PROJECT_INVALID",
      `${facts.schema}.${facts.table}: fingerprint: cursor needs a cursor column.`,
      { hint: "Name a column that grows with every change, or use fingerprint: scan." },
    );
  }
  const [row] = await query(
    `SELECT max(${quoteName(locator.cursor)})::text AS last, ` +
      `${changedAtSql(facts, locator)} AS "changedAt" FROM ${facts.sqlName} AS source`,
  );
  const last = row?.["last"] ?? null;
  const changedAt = row?.["changedAt"] ?? null;
  const rows = facts.rowEstimate;
  return {
    fingerprint: hashOf({ version: 1, shape: facts.shape, rows, last: last && String(last) }),
    rows,
    isExact: false,
    changedAt: changedAt === null ? null : Number(changedAt),
    memo: null,
  };
}
