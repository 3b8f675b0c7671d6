import { type Kysely, sql } from "kysely";
import type { CatalogRemoval, CatalogRetention } from "../../ports/catalog.ts";
import type { CatalogTables } from "./catalog-tables.ts";
import { idList, slicesOf } from "./sqlite-reader.ts";

/**
 * Removes runs that are over and old, then objects that nothing of what is left leads to.
 *
 * Runs go with their events, each in one transaction. Objects are marked from the runs that stay, by
 * every hash in their events, their decisions and whatever those lead to: a value that only looks
 * like a reference is kept with it, which costs space and nothing else, and kinds of objects that
 * this code knows nothing of are as safe as the others. Then what has no mark goes, some thousand at
 * a time. A crash between two transactions leaves less to remove, and nothing that is needed is ever
 * without what it needs: a decision is written anew where some of it had gone.
 */
export interface PruneWork {
  readonly db: Kysely<CatalogTables>;
  /** Runs `work` in a transaction that holds only while nobody else has become the writer. */
  readonly transact: (work: (db: Kysely<CatalogTables>) => Promise<void>) => Promise<void>;
  /** Objects that were relied upon since the work began: no run leads to them yet. */
  readonly relied: () => Iterable<string>;
}

const atOnce = 5_000;

/** Objects are looked through again once this share of what there was may have become needless. */
const worthwhile = 0.1;

export async function pruneCatalog(
  work: PruneWork,
  retention: CatalogRetention,
): Promise<CatalogRemoval> {
  const { db } = work;
  const gone = await goneRuns(db, retention);
  const events = await countEvents(db, gone);
  if (retention.isTrial !== true) {
    for (const run of gone) await work.transact((inside) => removeRun(inside, run));
  }
  const signals = await removeSignals(work, retention);
  const isDue = retention.objects === "all" || (await isWorthwhile(work, gone.length));
  if (!isDue) return { runs: gone.length, events, objects: 0, signals };
  await mark(db, retention.isTrial === true ? new Set(gone) : new Set());
  try {
    const objects =
      retention.isTrial === true ? await countUnmarked(db) : await removeUnmarked(work);
    return { runs: gone.length, events, objects, signals };
  } finally {
    await sql`DROP TABLE IF EXISTS temp.marks`.execute(db);
  }
}

/** The oldest first: finished before the instant, and not of the newest, which always stay. */
async function goneRuns(
  db: Kysely<CatalogTables>,
  { runsBefore, runsKept, runsAtOnce }: CatalogRetention,
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("runs")
    .select("id")
    .where("status", "<>", "running")
    .where("finished_at", "<", runsBefore)
    .where("id", "not in", (query) =>
      query
        .selectFrom("runs")
        .select("id")
        .orderBy("started_at", "desc")
        .orderBy("id", "desc")
        .limit(runsKept),
    )
    .orderBy("started_at")
    .limit(runsAtOnce)
    .execute();
  return rows.map(({ id }) => id);
}

async function countEvents(db: Kysely<CatalogTables>, runs: readonly string[]): Promise<number> {
  const row = await db
    .selectFrom("run_events")
    .select((query) => query.fn.countAll<number>().as("count"))
    .where("run", "in", idList(runs))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

async function removeRun(db: Kysely<CatalogTables>, run: string): Promise<void> {
  await db.deleteFrom("run_events").where("run", "=", run).execute();
  await db.deleteFrom("runs").where("id", "=", run).execute();
}

async function removeSignals(work: PruneWork, retention: CatalogRetention): Promise<number> {
  const { signals, isTrial } = retention;
  if (isTrial === true || signals.length === 0) return signals.length;
  await work.transact(async (db) => {
    const places = sql<number>`(SELECT value FROM json_each(${JSON.stringify(signals)}))`;
    await db.deleteFrom("signals").where("seq", "in", places).execute();
  });
  return signals.length;
}

const countNote = { kind: "retention", name: "runs removed since objects were" };

/** Counts removed runs until they are worth a look through all objects. */
async function isWorthwhile(work: PruneWork, removed: number): Promise<boolean> {
  if (removed === 0) return false;
  const { db } = work;
  const { left } = await db
    .selectFrom("runs")
    .select((query) => query.fn.countAll<number>().as("left"))
    .executeTakeFirstOrThrow();
  const note = await db
    .selectFrom("notes")
    .select("value")
    .where("kind", "=", countNote.kind)
    .where("name", "=", countNote.name)
    .executeTakeFirst();
  const sum = removed + Number(note?.value ?? 0);
  const isDue = sum >= Number(left) * worthwhile;
  const value = JSON.stringify(isDue ? 0 : sum);
  await work.transact(async (inside) => {
    await inside
      .insertInto("notes")
      .values({ ...countNote, value })
      .onConflict((conflict) => conflict.columns(["kind", "name"]).doUpdateSet({ value }))
      .execute();
  });
  return isDue;
}

/** @param gone runs that count as removed already */
async function mark(db: Kysely<CatalogTables>, gone: ReadonlySet<string>): Promise<void> {
  await sql`CREATE TEMP TABLE IF NOT EXISTS marks (id TEXT PRIMARY KEY) WITHOUT ROWID`.execute(db);
  await sql`DELETE FROM temp.marks`.execute(db);
  const runs = await db.selectFrom("runs").select(["id", "blueprint", "decision"]).execute();
  const open: string[] = [];
  for (const { id, blueprint, decision } of runs) {
    if (gone.has(id)) continue;
    const found = new Set([blueprint, decision]);
    const rows = await db.selectFrom("run_events").select("event").where("run", "=", id).execute();
    for (const { event } of rows) for (const hash of hashesIn(event)) found.add(hash);
    for (const id of await markNew(db, [...found])) open.push(id);
  }
  while (open.length > 0) {
    const some = open.splice(-1_000);
    const rows = await db
      .selectFrom("objects")
      .select("value")
      .where("id", "in", idList(some))
      .execute();
    const found = new Set(rows.flatMap(({ value }) => hashesIn(value)));
    for (const id of await markNew(db, [...found])) open.push(id);
  }
}

/** @returns those that are objects and had no mark */
async function markNew(
  db: Kysely<CatalogTables>,
  ids: readonly string[],
): Promise<readonly string[]> {
  const marked: string[] = [];
  for (const some of slicesOf(ids, atOnce)) {
    const { rows } = await sql<{ readonly id: string }>`
      INSERT INTO temp.marks (id)
      SELECT found.value FROM json_each(${JSON.stringify(some)}) AS found
      WHERE EXISTS (SELECT 1 FROM objects AS o WHERE o.id = found.value)
      ON CONFLICT (id) DO NOTHING RETURNING id`.execute(db);
    for (const { id } of rows) marked.push(id);
  }
  return marked;
}

function hashesIn(text: string): readonly string[] {
  return text.match(/(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g) ?? [];
}

async function countUnmarked(db: Kysely<CatalogTables>): Promise<number> {
  const { rows } = await sql<{ readonly count: number }>`
    SELECT count(*) AS count FROM objects
    WHERE NOT EXISTS (SELECT 1 FROM temp.marks AS m WHERE m.id = objects.id)`.execute(db);
  return Number(rows[0]?.count ?? 0);
}

async function removeUnmarked(work: PruneWork): Promise<number> {
  let removed = 0;
  for (let last = "", isLeft = true; isLeft; ) {
    await work.transact(async (db) => {
      const relied = [...work.relied()];
      if (relied.length > 0) await markNew(db, relied);
      const { rows } = await sql<{ readonly id: string }>`
        SELECT id FROM objects WHERE id > ${last}
          AND NOT EXISTS (SELECT 1 FROM temp.marks AS m WHERE m.id = objects.id)
        ORDER BY id LIMIT ${atOnce}`.execute(db);
      const ids = rows.map(({ id }) => id);
      await db.deleteFrom("objects").where("id", "in", idList(ids)).execute();
      removed += ids.length;
      last = ids.at(-1) ?? last;
      isLeft = ids.length === atOnce;
    });
  }
  return removed;
}
