import type { TableName } from "../../core/schema/table-schema.ts";
import type { Hash } from "../../core/std/hash.ts";
import type { Json } from "../../core/std/json.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { Provenance } from "../../ports/warehouse.ts";
import type { StagedColumn } from "./column-cast.ts";
import type { Session } from "./duckdb-session.ts";
import { literal, quoteName, quoteTable } from "./quote-duckdb.ts";
import { readRelation } from "./relation.ts";
import { badColumns } from "./stage-rows.ts";

/** Columns that Sluice adds to rows of its own accord; no source may have them. */
const reservedColumns: readonly string[] = [
  "_load_id",
  "_loaded_at",
  "_reason",
  "_raw",
  "_run",
  "_quarantined_at",
  "_problem",
  "_file",
  "_valid_from",
  "_valid_to",
  "_is_current",
];

const ownColumns: readonly StagedColumn[] = [
  ...badColumns,
  { name: "_load_id", type: "VARCHAR" },
  { name: "_run", type: "VARCHAR" },
  { name: "_quarantined_at", type: "TIMESTAMP" },
];

/** The quarantine of one load: `quarantine.<source>`. */
export interface Quarantine {
  readonly source: string;
  readonly columns: readonly StagedColumn[];
  readonly loadId: Hash;
  readonly provenance: Provenance;
}

export function quarantineTable(source: string): TableName {
  return { schema: "quarantine", name: source };
}

/** Forgets what a load has made obsolete: rows of the content that it replaces. */
export async function clearQuarantine(session: Session, source: string): Promise<void> {
  const table = quarantineTable(source);
  const relation = await readRelation(session, table);
  if (relation !== null) await session.run(`DROP TABLE ${quoteTable(table)}`);
}

/**
 * Forgets rows of files that are loaded again. `isOf` is an SQL condition over `_file`.
 * @returns the names of the files that had any
 */
export async function dropFileQuarantine(
  session: Session,
  source: string,
  isOf: string,
): Promise<readonly (readonly Json[])[]> {
  const table = quarantineTable(source);
  const relation = await readRelation(session, table);
  if (relation?.columns.some(({ name }) => name === "_file") !== true) return [];
  const from = `FROM ${quoteTable(table)} WHERE ${isOf}`;
  const names = await session.rows(`SELECT DISTINCT _file ${from}`);
  await session.run(`DELETE ${from}`);
  return names;
}

/**
 * Puts rows into quarantine. `select` gives some of the load's columns, `_reason`, and perhaps `_raw`.
 * @returns how many.
 */
export async function quarantineRows(
  session: Session,
  quarantine: Quarantine,
  select: string,
): Promise<number> {
  await shapeQuarantine(session, quarantine);
  const { provenance } = quarantine;
  return session.change(
    `INSERT INTO ${quoteTable(quarantineTable(quarantine.source))} BY NAME
     SELECT q.*, ${literal(quarantine.loadId)} AS _load_id, ${literal(provenance.run)} AS _run,
       epoch_ms(${provenance.at}) AS _quarantined_at
     FROM (${select}) AS q`,
  );
}

/** The source's columns that quarantine has of its own; of the same name as one of its own, none. */
function keptColumns({ columns }: Quarantine): readonly StagedColumn[] {
  return columns.filter(({ name }) => !ownColumns.some((own) => own.name === name.toLowerCase()));
}

/** Whether a column of a quarantine is Sluice's own. */
export function isOwnColumn(name: string): boolean {
  return ownColumns.some((own) => own.name === name.toLowerCase());
}

/** The items of a SELECT over staged rows, under the alias `s`, that sets whole rows aside. */
export function asideItems(quarantine: Quarantine): readonly string[] {
  const kept = keptColumns(quarantine);
  const file = quarantine.columns.filter(
    ({ isFile, name }) => isFile === true && !kept.some((one) => one.name === name),
  );
  const items = [...kept, ...file].map(({ name }) => `s.${quoteName(name)}`);
  if (items.length === quarantine.columns.length) return items;
  const all = quarantine.columns.map(({ name }) => `${literal(name)}: s.${quoteName(name)}`);
  return [...items, `CAST(to_json({${all.join(", ")}}) AS VARCHAR) AS _raw`];
}

/** A column whose type has changed becomes text, which can hold both the old values and the new. */
async function shapeQuarantine(session: Session, quarantine: Quarantine): Promise<void> {
  const table = quarantineTable(quarantine.source);
  const wanted = [...keptColumns(quarantine), ...ownColumns];
  const relation = await readRelation(session, table);
  if (relation === null) {
    const columns = wanted.map(({ name, type }) => `${quoteName(name)} ${type}`).join(", ");
    await session.run(`CREATE TABLE ${quoteTable(table)} (${columns})`);
    return;
  }
  const types = new Map(relation.columns.map(({ name, type }) => [name.toLowerCase(), type]));
  for (const { name, type } of wanted) {
    const has = types.get(name.toLowerCase());
    const alter = `ALTER TABLE ${quoteTable(table)}`;
    if (has === undefined) await session.run(`${alter} ADD COLUMN ${quoteName(name)} ${type}`);
    else if (has !== type && has !== "VARCHAR") {
      await session.run(`${alter} ALTER ${quoteName(name)} TYPE VARCHAR`);
    }
  }
}

/** @throws STATEMENT_INVALID when a source's column has a name that Sluice needs for itself. */
export function refuseReserved(source: string, columns: readonly StagedColumn[]): void {
  const taken = columns.filter(({ name }) => reservedColumns.includes(name.toLowerCase()));
  if (taken.length === 0) return;
  const names = taken.map(({ name }) => name).join(", ");
  throw new OperatingError(
    "STATEMENT_INVALID",
    `${source} has a column that Sluice needs for itself: ${names}`,
    { hint: "Rename it where the source is defined, for instance by a view." },
  );
}
