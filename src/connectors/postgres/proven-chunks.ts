import { z } from "zod";
import { hashOf } from "../../core/std/hash.ts";
import type { StagedChunk } from "../../ports/staging.ts";
import { type BlockRange, rangeSql } from "./divide-table.ts";
import { type CursorPlan, xminCondition } from "./table-cursor.ts";
import type { Query, TableFacts } from "./table-facts.ts";

/** What is kept with a chunk, by which a later attempt proves that it still holds. */
export const chunkNoteSchema = z.strictObject({
  version: z.literal(1),
  kind: z.literal("blocks"),
  /** Cluster, database and timeline: ids and places of another one mean nothing. */
  history: z.string(),
  /** Hash of the table's shape and storage, and of the condition that rows were chosen by. */
  reading: z.string(),
  /** The snapshot that the chunk was read in, as PostgreSQL writes it. */
  snapshot: z.string().regex(/^\d+:\d+:[\d,]*$/),
  from: z.int().nonnegative(),
  to: z.int().positive().nullable(),
  rows: z.int().nonnegative(),
});

export type ChunkNote = z.output<typeof chunkNoteSchema>;

/** What a transaction that reads chunks sees, and of what. */
export type ChunkView = Pick<ChunkNote, "history" | "reading" | "snapshot">;

/** Says what this transaction sees. @param identity of cluster and database, as far as known */
export async function readChunkView(
  query: Query,
  facts: TableFacts,
  plan: CursorPlan,
  identity: { readonly system: string | null; readonly database: string },
): Promise<ChunkView> {
  const [row] = await query(
    `SELECT pg_current_snapshot()::text AS snapshot,
       CASE WHEN pg_is_in_recovery() THEN NULL
         ELSE left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) END AS timeline,
       extract(epoch FROM pg_postmaster_start_time())::text AS started`,
  );
  const timeline = row?.["timeline"] ?? null;
  // Without a name that outlives its process, a server is known by when it started.
  const isKnown = identity.system !== null && timeline !== null;
  const { shape, storage } = facts;
  return {
    history: hashOf([identity.database, isKnown ? timeline : row?.["started"]]),
    reading: hashOf({ shape, storage, filter: plan.filter }),
    snapshot: String(row?.["snapshot"]),
  };
}

/** A chunk of an earlier attempt that holds what this transaction would read. */
export interface ProvenChunk {
  readonly chunk: StagedChunk;
  readonly note: ChunkNote;
}

/**
 * Those of the chunks that this transaction would read the same, so that with the rest it gives what
 * one reading at its instant gives. Of a chunk's range it must see as many rows as the chunk has,
 * and none whose inserting transaction was not finished before the chunk was read: then all that it
 * sees was seen then as well (what was deleted by then is seen by neither), and as they are equally
 * many, they are the same. Deletes and updates since then change the number or bring a new id.
 */
export async function provenChunks(
  query: Query,
  chunks: readonly StagedChunk[],
  given: { readonly facts: TableFacts; readonly plan: CursorPlan; readonly view: ChunkView },
): Promise<readonly ProvenChunk[]> {
  const { facts, plan, view } = given;
  const proven: ProvenChunk[] = [];
  for (const chunk of chunks) {
    const parsed = chunkNoteSchema.safeParse(chunk.note);
    if (!parsed.success) continue;
    const note = parsed.data;
    if (note.history !== view.history || note.reading !== view.reading) continue;
    const isNew = newSince(note.snapshot, view.snapshot);
    if (isNew === null || proven.some((other) => overlaps(other.note, note))) continue;
    const where = [rangeSql(note), ...(plan.where === null ? [] : [`(${plan.where})`])];
    const [row] = await query(
      `SELECT count(*)::float8 AS rows, count(*) FILTER (WHERE ${isNew})::float8 AS fresh
       FROM ${facts.sqlName} AS source WHERE ${where.join(" AND ")}`,
    );
    if (row?.["rows"] === note.rows && row["fresh"] === 0) proven.push({ chunk, note });
  }
  return proven;
}

function overlaps(left: BlockRange, right: BlockRange): boolean {
  const end = ({ to }: BlockRange) => to ?? Number.POSITIVE_INFINITY;
  return left.from < end(right) && right.from < end(left);
}

/**
 * The condition on rows that snapshot `now` sees and that `then` may not have seen; `null` when
 * `now` is not known to be later, or is later by more than ids can tell.
 */
export function newSince(then: string, now: string): string | null {
  const [before, after] = [partsOf(then), partsOf(now)];
  const isLater =
    after.next > before.next ||
    (after.next === before.next && after.open.every((id) => before.open.includes(id)));
  // From the oldest that was open: a subtransaction of it is not named in the snapshot.
  return isLater ? xminCondition(before.oldest, after.next) : null;
}

function partsOf(snapshot: string) {
  const [oldest = "", next = "", open = ""] = snapshot.split(":");
  const ids = open === "" ? [] : open.split(",");
  return { oldest: BigInt(oldest), next: BigInt(next), open: ids };
}
