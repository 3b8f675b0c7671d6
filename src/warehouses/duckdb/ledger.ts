import type { Measurement } from "../../core/project/check.ts";
import { type Column, type TableName, tableText } from "../../core/schema/table-schema.ts";
import { canonicalJson } from "../../core/std/canonical-json.ts";
import { type Hash, hashOf, hashText } from "../../core/std/hash.ts";
import type { Json } from "../../core/std/json.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { CommittedOutput, Provenance } from "../../ports/warehouse.ts";
import type { Session } from "./duckdb-session.ts";
import { holdEpoch } from "./epoch-gate.ts";
import { literal } from "./quote-duckdb.ts";

/** The last committed entry of one target. */
export interface Head {
  readonly id: Hash;
  readonly seq: number;
  readonly strategy: string;
  readonly work: Hash;
  readonly foundation: Hash;
  readonly fingerprint: Hash;
  /** The entry whose content the target has; mostly itself. */
  readonly stands: Hash;
  /** Whether versions of the target are kept. */
  readonly hasKept: boolean;
}

/** What a committed load or build leaves in the ledger. */
export interface Entry {
  readonly id: Hash;
  readonly target: TableName;
  readonly kind: "load" | "transform" | "undo";
  readonly strategy: string;
  /** Identity of what was asked for, whatever stood there before. */
  readonly work: Hash;
  /** Names the stretch of the target's history in which the same work counts as done. */
  readonly foundation: Hash;
  readonly fingerprint: Hash;
  readonly manifest: Hash | null;
  readonly cursorBefore: Json;
  readonly cursorAfter: Json;
  readonly columns: readonly Column[];
  readonly rowsStaged: number;
  readonly rowsInserted: number;
  readonly rowsUpdated: number;
  readonly rowsQuarantined: number;
  readonly rowsSuperseded: number;
  readonly rowsReplaced: number;
  readonly rowsDeleted: number;
  readonly rowsCommitted: number;
  readonly parts: number;
  readonly measurements: readonly Measurement[];
  readonly provenance: Provenance;
  /** The entry whose content the target has after this one; `null` where it is this one's own. */
  readonly stands: Hash | null;
  /** Of an undo: the entry that it takes back, and why. */
  readonly undo: { readonly of: Hash; readonly condemned: Hash; readonly reason: string } | null;
}

/**
 * Begins every effect on a target. Refuses a former runner, and serialises writers of the target:
 * of two transactions that do this, one fails.
 */
export async function fence(session: Session, target: TableName, epoch: number): Promise<void> {
  await holdEpoch(session, epoch);
  const name = literal(tableText(target));
  await session.run(`INSERT INTO _sluice.fences VALUES (${name}, 0) ON CONFLICT DO NOTHING`);
  const changed = await session.change(
    `UPDATE _sluice.fences SET token = token + 1 WHERE target = ${name}`,
  );
  if (changed !== 1) {
    throw new OperatingError("FENCED_OUT", `${tableText(target)} is held by another runner`);
  }
}

export async function readHead(session: Session, target: TableName): Promise<Head | null> {
  const [row] = await session.rows(
    `SELECT id, seq, strategy, work, foundation, fingerprint, coalesce(stands, id),
       EXISTS (SELECT 1 FROM _sluice.kept k WHERE k.target = ${literal(tableText(target))})
     FROM _sluice.loads
     WHERE target = ${literal(tableText(target))} ORDER BY seq DESC LIMIT 1`,
  );
  if (row === undefined) return null;
  const [id, seq, strategy, work, foundation, fingerprint, stands] = row.map(String);
  return {
    id: id ?? "",
    seq: Number(seq),
    strategy: strategy ?? "",
    work: work ?? "",
    foundation: foundation ?? "",
    fingerprint: fingerprint ?? "",
    stands: stands ?? "",
    hasKept: row[7] === true,
  };
}

/** What an entry said when it committed. */
export type Committed = Pick<
  Entry,
  | "rowsStaged"
  | "rowsInserted"
  | "rowsUpdated"
  | "rowsQuarantined"
  | "rowsSuperseded"
  | "rowsReplaced"
  | "rowsDeleted"
  | "rowsCommitted"
  | "parts"
  | "measurements"
>;

/** Reads what an entry said; `null` when it has not committed. */
export async function readCommitted(session: Session, id: Hash): Promise<Committed | null> {
  const [row] = await session.rows(
    `SELECT rows_staged, rows_inserted, rows_updated, rows_quarantined, rows_committed, parts,
            measurements_json, rows_superseded, rows_replaced,
            rows_deleted
     FROM _sluice.loads WHERE id = ${literal(id)}`,
  );
  if (row === undefined) return null;
  const count = (index: number) => Number(row[index]);
  return {
    rowsStaged: count(0),
    rowsInserted: count(1),
    rowsUpdated: count(2),
    rowsQuarantined: count(3),
    rowsCommitted: count(4),
    rowsSuperseded: count(7),
    rowsReplaced: count(8),
    rowsDeleted: count(9),
    parts: count(5),
    measurements: parseMeasurements(String(row[6])),
  };
}

/** Writes an entry after the target's head. */
export async function record(session: Session, entry: Entry, head: Head | null): Promise<void> {
  const { provenance } = entry;
  const values: readonly Json[] = [
    entry.id,
    tableText(entry.target),
    (head?.seq ?? 0) + 1,
    entry.target.schema,
    entry.target.name,
    entry.kind,
    entry.strategy,
    entry.work,
    entry.foundation,
    entry.fingerprint,
    entry.manifest,
    entry.cursorBefore === null ? null : canonicalJson(entry.cursorBefore),
    entry.cursorAfter === null ? null : canonicalJson(entry.cursorAfter),
    JSON.stringify(entry.columns),
    entry.rowsStaged,
    entry.rowsInserted,
    entry.rowsUpdated,
    entry.rowsQuarantined,
    entry.rowsCommitted,
    entry.parts,
    JSON.stringify(entry.measurements),
    provenance.run,
    provenance.task,
    provenance.blueprint,
    provenance.decision,
    provenance.at,
    entry.rowsSuperseded,
    entry.rowsReplaced,
    entry.rowsDeleted,
    entry.stands,
    entry.undo?.of ?? null,
    entry.undo?.condemned ?? null,
    entry.undo?.reason ?? null,
  ];
  await session.run(`INSERT INTO _sluice.loads VALUES (${values.map(literal).join(", ")})`);
}

/** The cursor that a source's target has reached; `null` when it has none or the table is gone. */
export async function readCursor(session: Session, source: string): Promise<Json> {
  const [row] = await session.rows(
    `SELECT c.value FROM _sluice.cursors c
     WHERE c.source = ${literal(source)} AND EXISTS (
       SELECT 1 FROM duckdb_tables() t
       WHERE t.database_name = 'warehouse' AND t.schema_name || '.' || t.table_name = c.target)`,
  );
  return row === undefined ? null : parseJson(String(row[0]));
}

/** Moves a source's cursor on, if it still stands where the load began. */
export async function moveCursor(
  session: Session,
  move: {
    readonly source: string;
    readonly target: TableName;
    readonly load: Hash;
    /** Where it stood when the transaction began. */
    readonly stands: Json;
    /** `undefined` moves it from wherever it stands. */
    readonly from: Json | undefined;
    readonly to: Json;
  },
): Promise<void> {
  const { stands } = move;
  if (move.from !== undefined && canonicalJson(stands) !== canonicalJson(move.from)) {
    throw new OperatingError(
      "FENCED_OUT",
      `The cursor of ${move.source} stands at ${shortened(stands)}, not at ${shortened(move.from)} where this load began`,
      { hint: "Run again: it is extracted from where the cursor stands now." },
    );
  }
  if (move.to === null) {
    // A table that was replaced whole holds more than its old cursor says.
    if (move.from === undefined && stands !== null) {
      await session.run(`DELETE FROM _sluice.cursors WHERE source = ${literal(move.source)}`);
    }
    return;
  }
  const values = [move.source, tableText(move.target), canonicalJson(move.to), move.load];
  await session.run(
    `INSERT INTO _sluice.cursors VALUES (${values.map(literal).join(", ")})
     ON CONFLICT (source) DO UPDATE SET
       target = excluded.target, value = excluded.value, load = excluded.load`,
  );
}

/** The ledger's last word on every target, with whether what it made is still there. */
export async function readOutputs(session: Session): Promise<ReadonlyMap<string, CommittedOutput>> {
  const rows = await session.rows(
    `WITH relations AS (
       SELECT 'table' AS kind, schema_name, table_name AS name FROM duckdb_tables()
       WHERE database_name = 'warehouse'
       UNION ALL
       SELECT 'view', schema_name, view_name FROM duckdb_views() WHERE database_name = 'warehouse')
     SELECT l.target, l.schema_name, l.table_name, l.fingerprint,
            -- What an undo brought back is as old as it was.
            coalesce((SELECT p.committed_at FROM _sluice.loads p WHERE l.kind = 'undo' AND p.id = l.stands),
              l.committed_at), l.rows_committed,
            l.run, l.rows_quarantined - coalesce(
              (SELECT sum(e.rows_of_load) FROM _sluice.releases e
               WHERE e.target = l.target AND (e.after_load = l.id OR (l.kind = 'undo' AND e.after_load = l.stands))), 0), l.columns_json,
            EXISTS (SELECT 1 FROM relations r
                    WHERE r.schema_name = l.schema_name AND r.name = l.table_name
                      AND r.kind = if(l.strategy = 'view', 'view', 'table')),
            (SELECT string_agg(e.id, ' ' ORDER BY e.id) FROM _sluice.releases e
             WHERE e.target = l.target AND (e.after_load = l.id OR (l.kind = 'undo' AND e.after_load = l.stands))),
            (SELECT c.value FROM _sluice.cursors c
             WHERE c.target = l.target AND l.kind <> 'transform'
               AND EXISTS (SELECT 1 FROM relations r
                           WHERE r.kind = 'table' AND r.schema_name || '.' || r.name = c.target)),
            (SELECT arg_max(u.condemned, u.seq) FROM _sluice.loads u
             WHERE u.target = l.target AND u.condemned IS NOT NULL)
     FROM _sluice.loads l
     QUALIFY row_number() OVER (PARTITION BY l.target ORDER BY l.seq DESC) = 1
     ORDER BY l.target`,
  );
  return new Map(
    rows.map((row) => [
      String(row[0]),
      {
        target: { schema: String(row[1]), name: String(row[2]) },
        fingerprint: String(row[3]),
        committedAt: Number(row[4]),
        rows: Number(row[5]),
        run: String(row[6]),
        exists: row[9] === true,
        quarantinedRows: Number(row[7]),
        columns: parseColumns(String(row[8])),
        released: typeof row[10] === "string" ? hashText(row[10]) : null,
        cursor: typeof row[11] === "string" ? parseJson(row[11]) : null,
        condemned: row[12] === null ? null : String(row[12]),
      },
    ]),
  );
}

/** A cursor may name thousands of files. */
function shortened(cursor: Json): string {
  const text = canonicalJson(cursor);
  return text.length <= 100 ? text : `${text.slice(0, 100)}… (${text.length} characters)`;
}

function parseJson(text: string): Json {
  return JSON.parse(text);
}

function parseMeasurements(text: string): readonly Measurement[] {
  const measurements: readonly Measurement[] = JSON.parse(text);
  return measurements;
}

function parseColumns(text: string): readonly Column[] {
  const columns: readonly Column[] = JSON.parse(text);
  return columns;
}

/** The identity of an entry: what was done, on top of what. */
export function entryId(work: Hash, foundation: Hash): Hash {
  return hashOf({ work, foundation });
}
