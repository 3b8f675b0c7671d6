import { type TableName, tableText } from "../../core/schema/table-schema.ts";
import { assert } from "../../core/std/assert.ts";
import type { Hash } from "../../core/std/hash.ts";
import type { EpochMs } from "../../core/std/time.ts";
import type { PrunePolicy } from "../../ports/warehouse.ts";
import type { Session } from "./duckdb-session.ts";
import type { Head } from "./ledger.ts";
import { quarantineTable } from "./quarantine.ts";
import { literal, quoteTable } from "./quote-duckdb.ts";
import { type Relation, readRelation } from "./relation.ts";

/**
 * How what stood before an entry is kept: `none` (nothing stood), the whole `table`, the definition
 * of a `view`, or only the `rows` that the entry removed or changed. Those which it wrote are then
 * told by their `_load_id`, so that a small load into a large table costs little to keep.
 */
export type KeptForm = "none" | "table" | "view" | "rows";

/** The table in which a version waits. */
export function keptTable(target: TableName, load: Hash): TableName {
  return { schema: "_sluice_versions", name: `${tableText(target)}.${load.slice(0, 16)}` };
}

/** The quarantine of that version. */
export function keptQuarantine(target: TableName, load: Hash): TableName {
  const { schema, name } = keptTable(target, load);
  return { schema, name: `${name}.quarantine` };
}

/** A load or build that is to be undone one day, and what it is about to change. */
export interface Change {
  readonly target: TableName;
  readonly load: Hash;
  readonly head: Head | null;
  readonly relation: Relation | null;
  /** The source whose quarantine and cursor go back, too; `null` for models. */
  readonly source: string | null;
}

/** What is kept beside the rows. */
interface Beside {
  readonly definition: string | null;
  /** The row of the source's cursor, as JSON. */
  readonly cursor: string | null;
  readonly hasQuarantine: boolean;
}

/** Keeps what stands before a load or build, in the transaction that changes it. */
export class VersionKeeper {
  readonly #session: Session;
  readonly #change: Change;
  readonly #beside: Beside;
  #form: KeptForm;

  private constructor(session: Session, change: Change, form: KeptForm, beside: Beside) {
    this.#session = session;
    this.#change = change;
    this.#form = form;
    this.#beside = beside;
  }

  /**
   * Must be called before anything changes.
   * @param isInRows whether nothing but rows is going to change, of each of which `keepRows` is told
   */
  static async begin(session: Session, change: Change, isInRows: boolean): Promise<VersionKeeper> {
    const { target, load, relation, source } = change;
    if (relation?.kind === "table") {
      const kept = quoteTable(keptTable(target, load));
      const which = isInRows ? " LIMIT 0" : "";
      await session.run(`CREATE TABLE ${kept} AS SELECT * FROM ${quoteTable(target)}${which}`);
    }
    const form =
      relation === null ? "none" : relation.kind === "table" && isInRows ? "rows" : relation.kind;
    return new VersionKeeper(session, change, form, {
      definition: relation?.kind === "view" ? await viewDefinition(session, target) : null,
      cursor: source === null ? null : await cursorRow(session, source),
      hasQuarantine: source !== null && (await keepQuarantine(session, { target, load, source })),
    });
  }

  /** Keeps rows that are about to be removed or changed. `select` gives all columns of the target. */
  async keepRows(select: string): Promise<void> {
    if (this.#form !== "rows") return;
    await this.#session.run(`INSERT INTO ${this.#table()} BY NAME ${select}`);
  }

  /** Keeps the table as a whole after all, because more than rows is about to change. */
  async keepWhole(): Promise<void> {
    if (this.#form !== "rows") return;
    const from = quoteTable(this.#change.target);
    await this.#session.run(`CREATE OR REPLACE TABLE ${this.#table()} AS FROM ${from}`);
    this.#form = "table";
  }

  /**
   * Writes down what was kept, once the entry is in the ledger, and lets go of what is older than
   * the target's last `versions`.
   */
  async end(versions: number, at: EpochMs): Promise<void> {
    const { target, load, head, source } = this.#change;
    const { definition, cursor, hasQuarantine } = this.#beside;
    const before = head?.id ?? null;
    const texts = [load, tableText(target), this.#form, definition, before, source, cursor];
    await this.#session.run(
      `INSERT INTO _sluice.kept VALUES (${texts.map(literal).join(", ")}, ${hasQuarantine}, ${at})`,
    );
    await dropKept(this.#session, await keptBeyond(this.#session, target, versions));
  }

  #table(): string {
    return quoteTable(keptTable(this.#change.target, this.#change.load));
  }
}

async function cursorRow(session: Session, source: string): Promise<string | null> {
  const [row] = await session.rows(
    `SELECT CAST(to_json({target: target, value: value, load: load}) AS VARCHAR)
     FROM _sluice.cursors WHERE source = ${literal(source)}`,
  );
  return row === undefined ? null : String(row[0]);
}

async function keepQuarantine(
  session: Session,
  {
    target,
    load,
    source,
  }: { readonly target: TableName; readonly load: Hash; readonly source: string },
): Promise<boolean> {
  const from = quarantineTable(source);
  if ((await readRelation(session, from)) === null) return false;
  const kept = quoteTable(keptQuarantine(target, load));
  await session.run(`CREATE TABLE ${kept} AS FROM ${quoteTable(from)}`);
  return true;
}

/**
 * The SELECT of a view as the engine writes it, behind `CREATE VIEW name AS`. A view of Sluice has
 * no list of columns there.
 */
async function viewDefinition(session: Session, view: TableName): Promise<string> {
  const [row] = await session.rows(
    `SELECT sql FROM duckdb_views() WHERE database_name = 'warehouse'
       AND lower(schema_name) = lower(${literal(view.schema)})
       AND lower(view_name) = lower(${literal(view.name)})`,
  );
  const written = /^CREATE VIEW (?:"(?:[^"]|"")*"|[^"\s])+ AS ([\s\S]*?);?\s*$/;
  const select = written.exec(String(row?.[0]))?.[1];
  assert(select !== undefined, `the definition of ${tableText(view)} can be read`);
  return select;
}

/** Kept versions are of no use once a load has committed that kept none: nothing leads back to them. */
export async function forgetKept(session: Session, target: TableName): Promise<void> {
  await dropKept(session, await keptBeyond(session, target, 0));
}

/** The newest first: a version is as old as the entry that it can take back. */
const ranked = `SELECT k.load, k.target, k.kept_at, l.schema_name, l.table_name,
    row_number() OVER (PARTITION BY k.target ORDER BY l.seq DESC) AS place
  FROM _sluice.kept AS k JOIN _sluice.loads AS l ON l.id = k.load`;

async function keptBeyond(
  session: Session,
  target: TableName,
  versions: number,
): Promise<readonly KeptVersion[]> {
  const rows = await session.rows(
    `SELECT load FROM (${ranked}) WHERE target = ${literal(tableText(target))} AND place > ${versions}`,
  );
  return rows.map(([load]) => ({ target, load: String(load) }));
}

/** One kept version, by the entry that it takes back. */
interface KeptVersion {
  readonly target: TableName;
  readonly load: Hash;
}

/** Removes the tables of kept versions, and that they were kept. */
export async function dropKept(session: Session, kept: readonly KeptVersion[]): Promise<void> {
  for (const { target, load } of kept) {
    await session.run(`DROP TABLE IF EXISTS ${quoteTable(keptTable(target, load))}`);
    await session.run(`DROP TABLE IF EXISTS ${quoteTable(keptQuarantine(target, load))}`);
    await session.run(`DELETE FROM _sluice.kept WHERE load = ${literal(load)}`);
  }
}

/** Removes the versions that a policy lets go. @returns how many */
export async function pruneKept(session: Session, policy: PrunePolicy): Promise<number> {
  const { versions, before, spare } = policy;
  const isOld = before === null ? "" : ` OR kept_at < ${before}`;
  const rows = await session.rows(
    `SELECT load, schema_name, table_name, target, place FROM (${ranked})
     WHERE place > ${Math.max(0, Math.floor(versions))}${isOld}`,
  );
  const gone = rows
    .filter(([, , , target, place]) => !(Number(place) === 1 && spare.has(String(target))))
    .map(([load, schema, name]) => ({
      target: { schema: String(schema), name: String(name) },
      load: String(load),
    }));
  await dropKept(session, gone);
  return gone.length;
}
