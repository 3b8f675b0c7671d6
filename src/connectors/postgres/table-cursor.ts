import { z } from "zod";
import type { SourceSpec } from "../../core/project/project.ts";
import type { Json } from "../../core/std/json.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import { loadFault } from "./load-fault.ts";
import type { PostgresLocator } from "./postgres-locator.ts";
import { quoteName, quoteText } from "./quote-postgres.ts";
import type { Query, TableFacts } from "./table-facts.ts";

/**
 * Where an extraction goes on.
 *
 * `xmin`: all rows whose inserting transaction was not yet finished in the last snapshot. Every
 * insert and update gives a row version a new transaction id, and a transaction that was under way
 * then has an id at or above that snapshot's xmin: whatever commits late is still seen.
 *
 * A column: all rows at or above its last maximum. It trusts that column: a row that commits late
 * with a value below the maximum is not seen, unless `lag` reaches back to it.
 *
 * Neither sees deletes.
 */
const cursorSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    version: z.literal(1),
    kind: z.literal("xmin"),
    /** Cluster and database: ids of another one mean nothing. */
    system: z.string(),
    shape: z.string(),
    storage: z.string(),
    /** The snapshot's xmin, as a 64-bit id. */
    xmin: z.string().regex(/^\d+$/),
  }),
  z.strictObject({
    version: z.literal(1),
    kind: z.literal("column"),
    column: z.string(),
    shape: z.string(),
    /** `null` until a row has had a value. */
    value: z.string().nullable(),
  }),
]);

/** What to select, and where the next extraction will go on. */
export interface CursorPlan {
  readonly scope: "full" | "increment";
  /** A condition on the rows of `source`; `null` selects all. */
  readonly where: string | null;
  /** What `where` chooses, said alike in every snapshot; `null` selects all. */
  readonly filter: string | null;
  readonly next: Json;
}

const everything = { scope: "full", where: null, filter: null } as const;

interface CursorRequest {
  readonly source: SourceSpec;
  readonly locator: PostgresLocator;
  readonly facts: TableFacts;
  readonly cursor: Json;
  /** Identity of cluster and database. */
  readonly system: string;
}

/**
 * Refuses combinations that would double or lose rows.
 * @throws PROJECT_INVALID
 */
export function checkStrategy(source: SourceSpec, locator: PostgresLocator): void {
  const fault = loadFault(source, locator);
  if (fault === null) return;
  throw new OperatingError("PROJECT_INVALID", `${source.name}: ${fault.detail}`, {
    hint: fault.fix,
  });
}

/** Decides what an extraction reads, in the transaction that will read it. */
export async function planCursor(query: Query, request: CursorRequest): Promise<CursorPlan> {
  const { source, locator } = request;
  checkStrategy(source, locator);
  if (source.strategy === "replace" || locator.cursor === null) {
    return { ...everything, next: null };
  }
  const parsed = cursorSchema.safeParse(request.cursor);
  const last = parsed.success ? parsed.data : null;
  return locator.cursor === "xmin"
    ? planXmin(query, request, last?.kind === "xmin" ? last : null)
    : planColumn(query, request, { column: locator.cursor, last });
}

const idsPerEpoch = 1n << 32n;

async function planXmin(
  query: Query,
  { facts, system }: CursorRequest,
  last: Extract<z.output<typeof cursorSchema>, { kind: "xmin" }> | null,
): Promise<CursorPlan> {
  if (!facts.hasVersions) {
    throw new OperatingError(
      "PROJECT_INVALID",
      `${facts.schema}.${facts.table} is no table of its own, so it has no xmin.`,
      { hint: "Name a column as cursor, or leave the cursor out." },
    );
  }
  const [row] = await query(
    `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS oldest,
       pg_snapshot_xmax(pg_current_snapshot())::text AS next`,
  );
  const oldest = String(row?.["oldest"]);
  const nextId = BigInt(String(row?.["next"]));
  const storage = facts.storage.flat().join(" ");
  const next = { version: 1, kind: "xmin", system, shape: facts.shape, storage, xmin: oldest };
  const isSameTable =
    last?.system === system && last.shape === facts.shape && last.storage === storage;
  if (!last || !isSameTable) return { ...everything, next };
  const where = xminCondition(BigInt(last.xmin), nextId);
  return where === null
    ? { ...everything, next }
    : { scope: "increment", where, filter: `xmin ${last.xmin}`, next };
}

/**
 * A row's xmin is the lower half of a 64-bit id below `next`. Counting back from `next` in steps of
 * one, modulo 2^32, finds every id from `from` on; a row of an older epoch may be found too, which
 * only reads it again.
 * @returns `null` when the ids in between are too many to tell apart, or `from` is of another history
 */
export function xminCondition(from: bigint, next: bigint): string | null {
  const distance = next - from;
  if (distance < 0n || distance >= idsPerEpoch) return null;
  const lower = next % idsPerEpoch;
  return `((${lower} - source.xmin::text::bigint) & ${idsPerEpoch - 1n}) BETWEEN 1 AND ${distance}`;
}

async function planColumn(
  query: Query,
  request: CursorRequest,
  given: {
    readonly column: string;
    readonly last: z.output<typeof cursorSchema> | null;
  },
): Promise<CursorPlan> {
  const { source, facts, cursor } = request;
  const { column, last } = given;
  const name = `source.${quoteName(column)}`;
  const [typed] = await query(
    `SELECT format_type(atttypid, atttypmod) AS type, typcategory::text AS category
     FROM pg_attribute JOIN pg_type t ON t.oid = atttypid
     WHERE attrelid = $1::oid AND attname = $2 AND NOT attisdropped`,
    [facts.oid, column],
  );
  const type = String(typed?.["type"]);
  const isInstant = typed?.["category"] === "D" && !type.startsWith("time ");
  const isOrdinary = ordinaryCondition(name, type, isInstant);
  const goesOn = last?.kind === "column" && last.column === column ? last : null;
  if (cursor !== null && !goesOn && source.strategy === "append") {
    throw new OperatingError(
      "SOURCE_REWRITTEN",
      `${source.name}: its cursor is now ${column}; appending from the start would double rows.`,
      { hint: "Go back to the former cursor, or load it once with strategy: replace." },
    );
  }
  const isSameShape = source.strategy === "append" || goesOn?.shape === facts.shape;
  const from = goesOn && isSameShape ? goesOn.value : null;
  const [found] = await query(
    `SELECT max(${name})::text AS last FROM ${facts.sqlName} AS source WHERE ${isOrdinary}` +
      (from === null ? "" : ` AND ${name} >= ${quoteText(from)}::${type}`),
  );
  const value = found?.["last"];
  const next: Json = {
    version: 1,
    kind: "column",
    column,
    shape: facts.shape,
    value: typeof value === "string" ? value : (goesOn?.value ?? null),
  };
  if (from === null) return { ...everything, next };
  const start = `${quoteText(from)}::${type}`;
  if (source.strategy === "append") {
    const where = `${name} > ${start} AND ${isOrdinary}`;
    return { scope: "increment", where, filter: where, next };
  }
  const lag = lagOf(request, { column, isInstant, isNumber: typed?.["category"] === "N" });
  // Rows whose value has no place in the order are read each time: they may be new.
  const where = `(${name} >= ${start}${lag} OR ${isOrdinary} IS NOT TRUE)`;
  return { scope: "increment", where, filter: where, next };
}

/** How far back of the last value it begins, as the end of an SQL term. */
function lagOf(
  { source, locator }: CursorRequest,
  cursor: { readonly column: string; readonly isInstant: boolean; readonly isNumber: boolean },
): string {
  const lookBack = source.loading?.lookBack ?? null;
  if (lookBack === null) {
    return cursor.isInstant && locator.lag > 0 ? ` - interval '${locator.lag} seconds'` : "";
  }
  if ("ms" in lookBack && cursor.isInstant) return ` - interval '${lookBack.ms} milliseconds'`;
  if ("units" in lookBack && cursor.isNumber) return ` - ${lookBack.units}`;
  throw new OperatingError(
    "PROJECT_INVALID",
    `${source.name}: look_back is a ${"ms" in lookBack ? "duration" : "number"}, and its cursor ${cursor.column} is not counted so.`,
    { hint: "Use a duration such as 2h for points in time, and a number for numbers." },
  );
}

/** True for values that can be a cursor: infinity and NaN would end all progress. */
function ordinaryCondition(name: string, type: string, isInstant: boolean): string {
  if (isInstant) return `isfinite(${name})`;
  if (/^(real|double precision)$/.test(type)) {
    return `${name} NOT IN ('NaN', 'Infinity', '-Infinity')`;
  }
  if (type.startsWith("numeric")) return `${name} NOT IN ('NaN', 'Infinity', '-Infinity')`;
  return `${name} IS NOT NULL`;
}
