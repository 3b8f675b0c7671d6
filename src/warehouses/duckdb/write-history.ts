import { tableText } from "../../core/schema/table-schema.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { LoadRequest, Provenance } from "../../ports/warehouse.ts";
import { temporaryName } from "./claim-load.ts";
import { refuseVanishing } from "./delete-rows.ts";
import type { Session } from "./duckdb-session.ts";
import { literal, quoteName, quoteTable } from "./quote-duckdb.ts";
import { timeName } from "./settle-rows.ts";
import { markers, validity } from "./shape-target.ts";
import {
  joinOn,
  prepareTarget,
  storedItems,
  type WritingRows,
  type Written,
} from "./write-rows.ts";

/** What a load, or a release of rows that were set aside, has to say of the target. */
type HistoryRequest = Pick<LoadRequest, "source" | "target" | "key" | "loading"> & {
  readonly provenance: Pick<Provenance, "at">;
};

/** One load's work on a table of versions. */
interface Histories {
  readonly request: HistoryRequest;
  readonly rows: WritingRows;
  readonly target: string;
  /** Names as SQL: of the key, of what makes a new version when it differs, and of all columns. */
  readonly key: readonly string[];
  readonly tracked: readonly string[];
  readonly all: readonly string[];
  /** The instant of rows that have no time of their own, as SQL. */
  readonly now: string;
  /** Temporary tables: what was observed, the keys that it changes, and their versions after it. */
  readonly observed: string;
  readonly touched: string;
  readonly rebuilt: string;
}

/**
 * Adds what the staged rows say to the versions of their keys. Each row observes a key at a time. A
 * key's versions are made anew from those that it has and from what was observed: at one time the
 * later word counts, equal neighbours are one version, and each version ends where the next begins.
 * So a row that comes late splits the version that it falls into.
 * @param time the SQL of a staged row's time; `null` where all are of the cycle's instant
 */
export async function writeHistory(
  session: Session,
  request: HistoryRequest,
  rows: WritingRows,
  { time, index }: { readonly time: string | null; readonly index: number },
): Promise<Written> {
  const target = quoteTable(request.target);
  if (rows.claim.relation === null) await makeTarget(session, request, rows);
  else await prepareTarget(session, request, rows);
  const columns = rows.shape.stored.map(({ name }) => name);
  const { deletes, eventTime } = request.loading;
  const key = new Set(request.key.map((name) => name.toLowerCase()));
  const untracked = new Set(
    [eventTime, deletes?.by === "column" ? deletes.column : null].map((name) =>
      name?.toLowerCase(),
    ),
  );
  const histories: Histories = {
    request,
    rows,
    target,
    key: columns.filter((name) => key.has(name.toLowerCase())).map(quoteName),
    tracked: columns
      .filter((name) => !key.has(name.toLowerCase()) && !untracked.has(name.toLowerCase()))
      .map(quoteName),
    all: columns.map(quoteName),
    now: time === null ? await instantOf(session, request) : `epoch_ms(${request.provenance.at})`,
    observed: temporaryName("observed", index),
    touched: temporaryName("touched", index),
    rebuilt: temporaryName("rebuilt", index),
  };
  await observe(session, histories, time);
  await observeAbsent(session, histories, time);
  await touch(session, histories);
  await rebuild(session, histories);
  const written = await exchange(session, histories);
  await assertVersions(session, histories);
  return written;
}

async function makeTarget(
  session: Session,
  request: HistoryRequest,
  { shape, staged }: WritingRows,
): Promise<void> {
  const own = [...markers, ...validity].map(({ name, type }) => `CAST(NULL AS ${type}) AS ${name}`);
  const items = [...storedItems(shape), ...own].join(", ");
  await session.run(
    `CREATE TABLE ${quoteTable(request.target)} AS SELECT ${items} FROM ${staged.rows} LIMIT 0`,
  );
}

/** The cycle's instant, or the table's last one where a clock has gone back: time only grows. */
async function instantOf(session: Session, request: HistoryRequest): Promise<string> {
  const [row] = await session.rows(
    `SELECT CAST(greatest(epoch_ms(${request.provenance.at}), max(_valid_from), max(_valid_to)) AS VARCHAR)
     FROM ${quoteTable(request.target)}`,
  );
  return `TIMESTAMP ${literal(String(row?.[0]))}`;
}

/** Brings together what the staged rows say of their keys, and what marked rows say. */
async function observe(session: Session, histories: Histories, time: string | null): Promise<void> {
  const { request, rows, observed, now } = histories;
  const { shape, staged, settled } = rows;
  const said = `SELECT ${storedItems(shape).join(", ")}, ${time ?? now} AS ${timeName},
      false AS _sluice_gone, s.rowid AS _sluice_place
    FROM ${staged.rows} AS s`;
  const { items } = joinOn(shape, request.key, "=");
  const marks =
    settled.marked === null
      ? ""
      : ` UNION ALL BY NAME SELECT ${items}, ${time === null ? now : timeName} AS ${timeName},
            true AS _sluice_gone, _sluice_place FROM ${settled.marked.rows}`;
  await session.run(`CREATE TEMP TABLE ${observed} AS ${said}${marks}`);
}

/**
 * A complete read that does not have a key says that it is gone; one that has a key which was gone
 * says that it is back, though its row may be of a time before that.
 */
async function observeAbsent(
  session: Session,
  histories: Histories,
  time: string | null,
): Promise<void> {
  const { request, rows, target, key, all, now, observed } = histories;
  const { seen } = rows.settled;
  if (seen === null) return;
  const names = key.join(", ");
  const { items, on } = joinOn(rows.shape, request.key, "=");
  const gone = `SELECT ${key.map((name) => `t.${name}`).join(", ")},
      greatest(${now}, t.${timeName} + INTERVAL 1 MICROSECOND) AS ${timeName},
      true AS _sluice_gone, 0 AS _sluice_place
    FROM ${target} AS t ANTI JOIN (SELECT ${items} FROM ${seen}) AS s ON (${on})
    WHERE t._is_current`;
  refuseVanishing(request, {
    vanishing: await session.count(`SELECT count(*) FROM (${gone})`),
    keys: await session.count(`SELECT count(*) FROM ${target} WHERE _is_current`),
  });
  if (time !== null) {
    await session.run(
      `INSERT INTO ${observed} BY NAME
       SELECT ${all.map((name) => `o.${name}`).join(", ")}, greatest(${now}, l.last) AS ${timeName},
         false AS _sluice_gone, o._sluice_place
       FROM (SELECT * FROM ${observed} WHERE NOT _sluice_gone
             QUALIFY row_number() OVER (PARTITION BY ${names} ORDER BY ${timeName} DESC) = 1) AS o
       JOIN (SELECT ${names}, max(coalesce(_valid_to, 'infinity')) AS last FROM ${target}
             GROUP BY ${names}) AS l USING (${names})
       WHERE isfinite(l.last) AND o.${timeName} < l.last`,
    );
  }
  await session.run(`INSERT INTO ${observed} BY NAME ${gone}`);
}

/**
 * Keys of which something was observed that their versions do not say. Each condition of the join
 * compares two values: with an OR among them the engine would look at all pairs of rows.
 */
async function touch(session: Session, histories: Histories): Promise<void> {
  const { target, key, observed, touched } = histories;
  await session.run(
    `CREATE TEMP TABLE ${touched} AS
     SELECT DISTINCT ${key.map((name) => `o.${name}`).join(", ")}
     FROM ${observed} AS o LEFT JOIN ${target} AS t
       ON ${onKey(key)} AND t.${timeName} <= o.${timeName}
         AND o.${timeName} < coalesce(t._valid_to, TIMESTAMP 'infinity')
     WHERE CASE WHEN o._sluice_gone THEN t.${timeName} IS NOT NULL
                ELSE t.${timeName} IS NULL OR ${differs(histories)} END`,
  );
}

function onKey(key: readonly string[]): string {
  return key.map((name) => `t.${name} = o.${name}`).join(" AND ");
}

function differs({ tracked }: Histories): string {
  if (tracked.length === 0) return "false";
  return `(${tracked.map((name) => `t.${name} IS DISTINCT FROM o.${name}`).join(" OR ")})`;
}

/** Makes the versions of the touched keys anew. `_sluice_rank` says whether one was there before. */
async function rebuild(session: Session, histories: Histories): Promise<void> {
  const { request, rows, target, key, tracked, all, observed, touched, rebuilt } = histories;
  const names = key.join(", ");
  const [loadId, loadedAt] = [literal(rows.claim.id), `epoch_ms(${request.provenance.at})`];
  const values =
    tracked.length === 0 ? "0" : `{${tracked.map((name) => `${name}: ${name}`).join(", ")}}`;
  await session.run(
    `CREATE TEMP TABLE ${rebuilt} AS
     WITH known AS (
       SELECT *, false AS _sluice_gone, 1 AS _sluice_rank, 0 AS _sluice_place
       FROM ${target} SEMI JOIN ${touched} USING (${names})
       UNION ALL BY NAME
       SELECT ${names}, _valid_to AS ${timeName}, true AS _sluice_gone, 0 AS _sluice_rank, 0 AS _sluice_place
       FROM ${target} SEMI JOIN ${touched} USING (${names}) WHERE _valid_to IS NOT NULL
       UNION ALL BY NAME
       SELECT ${all.map((name) => `o.${name}`).join(", ")}, o.${timeName}, o._sluice_gone, 2 AS _sluice_rank,
         o._sluice_place, ${loadId} AS _load_id, ${loadedAt} AS _loaded_at
       FROM ${observed} AS o SEMI JOIN ${touched} USING (${names})
       WHERE o._sluice_gone OR NOT EXISTS (
         SELECT 1 FROM ${target} AS t
         WHERE ${onKey(key)} AND t.${timeName} = o.${timeName} AND NOT ${differs(histories)})),
     latest AS (
       SELECT * FROM known
       QUALIFY row_number() OVER (
         PARTITION BY ${names}, ${timeName} ORDER BY _sluice_rank DESC, _sluice_place DESC) = 1),
     changes AS (
       SELECT *, _valid_to AS _sluice_until FROM latest
       WINDOW own AS (PARTITION BY ${names} ORDER BY ${timeName})
       QUALIFY _sluice_gone IS DISTINCT FROM lag(_sluice_gone) OVER own
         OR (NOT _sluice_gone AND ${values} IS DISTINCT FROM lag(${values}) OVER own)),
     versions AS (
       SELECT * REPLACE (lead(${timeName}) OVER (PARTITION BY ${names} ORDER BY ${timeName}) AS _valid_to)
       FROM changes)
     SELECT * REPLACE (
         _valid_to IS NULL AS _is_current,
         if(_sluice_rank = 1 AND _valid_to IS DISTINCT FROM _sluice_until, ${loadId}, _load_id) AS _load_id,
         if(_sluice_rank = 1 AND _valid_to IS DISTINCT FROM _sluice_until, ${loadedAt}, _loaded_at) AS _loaded_at),
       _sluice_rank = 1 AND _valid_to IS NOT DISTINCT FROM _sluice_until AS _sluice_kept
     FROM versions WHERE NOT _sluice_gone`,
  );
}

/** Puts the new versions in the place of those that changed; the others are left alone. */
async function exchange(session: Session, histories: Histories): Promise<Written> {
  const { rows, target, key, touched, rebuilt } = histories;
  const names = key.join(", ");
  const gone = `SELECT t.rowid FROM ${target} AS t SEMI JOIN ${touched} AS o ON (${onKey(key)})
    ANTI JOIN (SELECT * FROM ${rebuilt} WHERE _sluice_kept) AS r
      ON (${key.map((name) => `t.${name} = r.${name}`).join(" AND ")} AND t.${timeName} = r.${timeName})`;
  const open = (table: string) => `(SELECT DISTINCT ${names} FROM ${table} WHERE _is_current)`;
  const [row = []] = await session.rows(
    `SELECT
       (SELECT count(*) FROM ${rebuilt} WHERE _sluice_rank = 2),
       (SELECT count(*) FROM ${rebuilt} AS r SEMI JOIN ${target} AS t
          ON (${key.map((name) => `t.${name} = r.${name}`).join(" AND ")} AND t.${timeName} = r.${timeName})
        WHERE r._sluice_rank = 2),
       (SELECT count(*) FROM ${open(target)} SEMI JOIN ${touched} USING (${names})
          ANTI JOIN ${open(rebuilt)} USING (${names}))`,
  );
  const [fresh = 0, updated = 0, deleted = 0] = row.map(Number);
  await rows.keeper?.keepRows(`SELECT * FROM ${target} WHERE rowid IN (${gone})`);
  await session.run(`DELETE FROM ${target} WHERE rowid IN (${gone})`);
  await session.run(
    `INSERT INTO ${target} BY NAME
     SELECT * EXCLUDE (_sluice_gone, _sluice_rank, _sluice_place, _sluice_until, _sluice_kept)
     FROM ${rebuilt} WHERE NOT _sluice_kept`,
  );
  const staged = await session.count(`SELECT count(*) FROM ${rows.staged.rows}`);
  const unchanged = staged - Math.min(staged, fresh);
  return { inserted: staged - unchanged - updated, updated, unchanged, replaced: 0, deleted };
}

/** A table that was changed by hand may hold versions that no load can go on from. */
async function assertVersions(session: Session, histories: Histories): Promise<void> {
  const { request, target, key, touched } = histories;
  const names = key.join(", ");
  const wrong = await session.count(
    `SELECT count(*) FROM (
       SELECT ${timeName}, _valid_to, lead(${timeName}) OVER (PARTITION BY ${names} ORDER BY ${timeName}) AS next
       FROM ${target} SEMI JOIN ${touched} USING (${names}))
     WHERE _valid_to <= ${timeName} OR (next IS NOT NULL AND (_valid_to IS NULL OR _valid_to > next))`,
  );
  if (wrong === 0) return;
  throw new OperatingError(
    "SCHEMA_INCOMPATIBLE",
    `${tableText(request.target)} holds versions of one key that overlap (${request.key.join(", ")})`,
    { hint: "The table was changed by hand: correct it, or load it once with strategy replace." },
  );
}
