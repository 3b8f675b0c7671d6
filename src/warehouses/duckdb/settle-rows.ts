import { OperatingError } from "../../errors/operating-error.ts";
import type { LoadRequest } from "../../ports/warehouse.ts";
import { type ArrivedRows, columnOf, rawField } from "./arrived-rows.ts";
import { temporaryName } from "./claim-load.ts";
import type { StagedColumn } from "./column-cast.ts";
import type { Session } from "./duckdb-session.ts";
import { divert, type Failing } from "./gate-load.ts";
import { notePartitions } from "./note-partitions.ts";
import { literal, quoteName } from "./quote-duckdb.ts";

/** What is known of a load's rows before any gate sets some of them aside. */
export interface Settled {
  /** Rows that a later row of the same load and key took the place of. */
  readonly superseded: number;
  /** Rows that are in quarantine because they cannot be told by their key or time. */
  readonly quarantined: number;
  /** Rows that say that their key is deleted: key, and time of a `history`. `null` when there are none. */
  readonly marked: { readonly rows: string; readonly count: number } | null;
  /**
   * The keys that the source has, whether their rows can be loaded or not. `null` where keys that
   * are absent are not to be removed, or where it is not certain which are.
   */
  readonly seen: string | null;
  /** The partitions that are loaded anew; `null` for other strategies and where all are. */
  readonly partitions: string | null;
}

/** Of rows of which nothing has to be known. */
export const nothingSettled: Settled = {
  superseded: 0,
  quarantined: 0,
  marked: null,
  seen: null,
  partitions: null,
};

/** The name under which the time of a row of a `history` stands beside it. */
export const timeName = "_valid_from";

/** Tells the rows of a load apart, as far as its strategy needs that. */
export async function settleRows(
  session: Session,
  request: LoadRequest,
  rows: ArrivedRows,
): Promise<Settled> {
  switch (request.strategy) {
    case "replace":
    case "append":
      return nothingSettled;
    case "partition":
      return { ...nothingSettled, partitions: await notePartitions(session, request, rows) };
    case "merge":
    case "history": {
      const keys = await settleKeys(session, request, rows);
      const marked = await takeMarked(session, request, rows);
      const seen = marked === null ? await noteSeen(session, request, rows) : null;
      return { ...nothingSettled, ...keys, marked, seen };
    }
  }
}

/** The SQL of a row's time, of a staged row under the alias `s`; `null` where it is the cycle's. */
export function timeOf(
  request: Pick<LoadRequest, "source" | "strategy" | "loading">,
  columns: readonly StagedColumn[],
): string | null {
  const { eventTime } = request.loading;
  if (request.strategy !== "history" || eventTime === null) return null;
  const { name, type } = columnOf(request, columns, eventTime);
  const value = `s.${quoteName(name)}`;
  if (/^(DATE|TIMESTAMP)/.test(type)) return `TRY_CAST(${value} AS TIMESTAMP)`;
  // Only the type with a zone heeds the offset of a text.
  if (type === "VARCHAR") return `TRY_CAST(TRY_CAST(${value} AS TIMESTAMPTZ) AS TIMESTAMP)`;
  throw new OperatingError(
    "SCHEMA_INCOMPATIBLE",
    `Column ${name} of ${request.source} is ${type}, which is no point in time`,
    { hint: "Name a column of dates or timestamps as event_time, or declare its type." },
  );
}

/**
 * Keeps one row for each key (and time, of a history with times of its own), the last in file
 * order, and puts rows without a whole key or time into quarantine.
 */
async function settleKeys(
  session: Session,
  request: LoadRequest,
  rows: ArrivedRows,
): Promise<Pick<Settled, "superseded" | "quarantined">> {
  const { staged, quarantine } = rows;
  const { key, source, strategy } = request;
  if (key.length === 0) {
    throw new OperatingError(
      "SCHEMA_INCOMPATIBLE",
      `${source} declares no key; ${strategy} needs its key`,
      { hint: "Name the columns that identify a row as the source's key." },
    );
  }
  const names = key.map(
    (name) => `s.${quoteName(columnOf(request, rows.quarantine.columns, name).name)}`,
  );
  const hasNull = names.map((name) => `${name} IS NULL`).join(" OR ");
  const unfit: Failing[] = [{ name: "key", isFailing: `(${hasNull})` }];
  const time = timeOf(request, rows.quarantine.columns);
  if (time !== null) {
    unfit.push({ name: "event_time", isFailing: `(isfinite(${time}) IS NOT TRUE)` });
  }
  const quarantined = await divert(session, { gates: unfit, staged, quarantine });
  const identity = [...names, ...(time === null ? [] : [time])].join(", ");
  const superseded = await session.change(
    `DELETE FROM ${staged.rows} WHERE rowid IN (
       SELECT place FROM (
         SELECT s.rowid AS place,
           row_number() OVER (PARTITION BY ${identity} ORDER BY s.rowid DESC) AS rank
         FROM ${staged.rows} AS s)
       WHERE rank > 1)`,
  );
  return { superseded, quarantined };
}

/** Takes the rows out that a column marks as deleted: they are not loaded. */
async function takeMarked(
  session: Session,
  request: LoadRequest,
  rows: ArrivedRows,
): Promise<Settled["marked"]> {
  const { deletes } = request.loading;
  if (deletes?.by !== "column") return null;
  const { staged, index } = rows;
  const name = `s.${quoteName(columnOf(request, rows.quarantine.columns, deletes.column).name)}`;
  const isMarked = `coalesce(${markedCondition(name, deletes.value)}, false)`;
  const time = timeOf(request, rows.quarantine.columns);
  const items = [
    ...request.key.map(
      (one) => `s.${quoteName(columnOf(request, rows.quarantine.columns, one).name)}`,
    ),
    ...(time === null ? [] : [`${time} AS ${timeName}`]),
  ];
  const table = temporaryName("marked", index);
  const count = await session.change(
    `CREATE TEMP TABLE ${table} AS
     SELECT ${items.join(", ")}, s.rowid AS _sluice_place FROM ${staged.rows} AS s WHERE ${isMarked}`,
  );
  if (count === 0) return null;
  await session.run(
    `DELETE FROM ${staged.rows} WHERE rowid IN (SELECT _sluice_place FROM ${table})`,
  );
  return { rows: table, count };
}

export function markedCondition(column: string, value: string | number | boolean | null): string {
  if (typeof value === "string") return `CAST(${column} AS VARCHAR) = ${literal(value)}`;
  if (typeof value === "number") return `TRY_CAST(${column} AS DOUBLE) = ${literal(value)}`;
  const asBoolean = `TRY_CAST(CAST(${column} AS VARCHAR) AS BOOLEAN)`;
  if (value !== null) return `${asBoolean} = ${literal(value)}`;
  return `(${column} IS NOT NULL AND ${asBoolean} IS DISTINCT FROM false)`;
}

/** Notes which keys the source has, when its read is complete and absent ones are to be removed. */
async function noteSeen(
  session: Session,
  request: LoadRequest,
  rows: ArrivedRows,
): Promise<string | null> {
  const { deletes } = request.loading;
  const { scope, leftOut = [] } = request.manifest;
  if (deletes?.by !== "comparison" || scope !== "full" || leftOut.length > 0) return null;
  const table = temporaryName("seen", rows.index);
  const key = request.key.map((name) => columnOf(request, rows.quarantine.columns, name));
  const names = key.map(({ name }) => quoteName(name)).join(", ");
  await session.run(
    `CREATE TEMP TABLE ${table} AS SELECT DISTINCT ${names} FROM ${rows.staged.rows}`,
  );
  if (rows.bad === null) return table;
  // A row that cannot be read is a row all the same: what its key says is there, is there.
  const told = key.map(
    ({ name, type }) => `TRY_CAST(${rawField("_raw", name)} AS ${type}) AS ${quoteName(name)}`,
  );
  const isTold = key.map(({ name }) => `${quoteName(name)} IS NOT NULL`).join(" AND ");
  const from = `(SELECT ${told.join(", ")} FROM ${rows.bad})`;
  const untold = await session.count(`SELECT count(*) FROM ${from} WHERE NOT (${isTold})`);
  await session.run(`INSERT INTO ${table} SELECT DISTINCT * FROM ${from}`);
  return untold === 0 ? table : null;
}
