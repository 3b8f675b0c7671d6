import { z } from "zod";
import type { CursorPlan } from "./table-cursor.ts";
import type { Query, TableFacts } from "./table-facts.ts";

/** A range of a table's blocks; `to` is exclusive, and `null` reaches to the end. */
export interface BlockRange {
  readonly from: number;
  readonly to: number | null;
}

const mebibyte = 1 << 20;

/**
 * What one chunk holds at least and at most: enough that committing it costs nothing beside reading
 * it, little enough to be read again. Between them it follows the table, so that a large one is not
 * cut into thousands of files.
 */
const chunkBytes = { min: 64 * mebibyte, max: 1024 * mebibyte, perTable: 1 / 64 };

/** An increment is divided when it is at least this share of its table: every range is looked through. */
const incrementShare = 0.25;

const blocksSchema = z.object({
  isDivisible: z.boolean(),
  blocks: z.coerce.number(),
  bytesPerBlock: z.coerce.number(),
});

/**
 * A table can be divided where its rows have places that PostgreSQL finds by range: in the heap,
 * not behind row security, and all in the table itself or its partitions. A range means the same
 * blocks of each partition.
 */
const blocksSql = `
SELECT bool_and(part.relkind = 'p' OR (part.relkind IN ('r', 'm') AND coalesce(a.amname, '') = 'heap'))
    AND NOT row_security_active($1::oid) AND NOT bool_or(part.relkind = 'r' AND part.relhassubclass)
    AS "isDivisible",
  max(pg_relation_size(part.oid)) / current_setting('block_size')::int AS blocks,
  sum(pg_table_size(part.oid)) * current_setting('block_size')::int
    / greatest(max(pg_relation_size(part.oid)), 1) AS "bytesPerBlock"
FROM pg_class part LEFT JOIN pg_am a ON a.oid = part.relam
WHERE part.oid = $1::oid OR part.oid IN (SELECT relid FROM pg_partition_tree($1::oid::regclass))`;

/** How a table is cut. */
export interface Division {
  /** Blocks of a chunk. */
  readonly size: number;
  /** Blocks of the table, or of its largest partition. */
  readonly blocks: number;
}

/**
 * How a plan's rows are read in chunks; `null` when they are to be read as one.
 * @param megabytes what a chunk is to hold, instead of what follows from the table's size
 */
export async function divideTable(
  query: Query,
  facts: TableFacts,
  plan: Pick<CursorPlan, "where">,
  megabytes: number | undefined,
): Promise<Division | null> {
  if (!facts.hasVersions) return null;
  const [row] = await query(blocksSql, [facts.oid]);
  const { isDivisible, blocks, bytesPerBlock } = blocksSchema.parse(row);
  if (!isDivisible) return null;
  const bytes = bytesOfChunk(blocks * bytesPerBlock, megabytes);
  const size = Math.max(1, Math.floor(bytes / Math.max(1, bytesPerBlock)));
  if (blocks <= size) return null;
  const isWhole = plan.where === null || (await isLargeShare(query, facts, plan.where));
  return isWhole ? { size, blocks } : null;
}

/** @param bytes of the whole table */
export function bytesOfChunk(bytes: number, megabytes: number | undefined): number {
  if (megabytes !== undefined) return megabytes * mebibyte;
  const { min, max, perTable } = chunkBytes;
  return Math.min(max, Math.max(min, bytes * perTable));
}

/** Whether the planner expects so many rows that it would look through the table anyway. */
async function isLargeShare(query: Query, facts: TableFacts, where: string): Promise<boolean> {
  const [wanted, all] = [
    await estimate(query, `SELECT 1 FROM ${facts.sqlName} AS source WHERE ${where}`),
    await estimate(query, `SELECT 1 FROM ${facts.sqlName} AS source`),
  ];
  return wanted >= all * incrementShare;
}

const planSchema = z.array(z.object({ Plan: z.object({ "Plan Rows": z.number() }) })).min(1);

async function estimate(query: Query, sql: string): Promise<number> {
  const [row] = await query(`EXPLAIN (FORMAT JSON) ${sql}`);
  return planSchema.parse(row?.["QUERY PLAN"])[0]?.Plan["Plan Rows"] ?? 0;
}

/** The ranges of `size` blocks, in order, that cover a table beside those that are known. */
export function rangesBeside(
  known: readonly BlockRange[],
  { size, blocks }: Division,
): readonly BlockRange[] {
  const ranges: BlockRange[] = [];
  const sorted = [...known].sort((left, right) => left.from - right.from);
  let at = 0;
  const fill = (end: number) => {
    for (; at < end; at += size) ranges.push({ from: at, to: Math.min(end, at + size) });
    at = end;
  };
  for (const { from, to } of sorted) {
    fill(from);
    if (to === null) return ranges;
    at = to;
  }
  fill(Math.max(at, (Math.ceil(blocks / size) - 1) * size));
  // The table may have grown since its size was asked for; what the snapshot sees lies before.
  ranges.push({ from: at, to: null });
  return ranges;
}

/** The rows of `source` that lie in a range. */
export function rangeSql({ from, to }: BlockRange): string {
  const start = `source.ctid >= '(${from},0)'::tid`;
  return to === null ? start : `${start} AND source.ctid < '(${to},0)'::tid`;
}
