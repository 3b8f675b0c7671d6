import { type TableName, tableText } from "../../core/schema/table-schema.ts";
import { type Hash, hashOf } from "../../core/std/hash.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { UndoOutcome, UndoRequest } from "../../ports/warehouse.ts";
import type { Session } from "./duckdb-session.ts";
import { dropKept, type KeptForm, keptQuarantine, keptTable } from "./keep-version.ts";
import { fence, type Head, readHead } from "./ledger.ts";
import { quarantineTable } from "./quarantine.ts";
import { literal, quoteTable } from "./quote-duckdb.ts";
import { dropOtherKind, readRelation } from "./relation.ts";

/** What the ledger says of a kept version. */
interface Kept {
  /** The load or build that it takes back. */
  readonly load: Hash;
  readonly form: KeptForm;
  readonly definition: string | null;
  readonly before: Hash | null;
  readonly source: string | null;
  readonly cursor: string | null;
  readonly hasQuarantine: boolean;
}

/**
 * Takes a target's last load or build back, in the transaction of the session: table or view,
 * quarantine and cursor are as they were before it, and the ledger says so in an entry of its own.
 * It has been done when the last entry is that undo, or when an earlier one of this verdict is and
 * others have committed since.
 */
export async function undoLoad(session: Session, request: UndoRequest): Promise<UndoOutcome> {
  const { target, fingerprint, verdict, provenance } = request;
  await fence(session, target, provenance.epoch);
  const head = await readHead(session, target);
  const undone = await readUndone(session, target, verdict);
  const isLast = head !== null && undone?.id === head.id;
  if (undone !== null && (isLast || head?.fingerprint !== fingerprint)) {
    return { isRepeat: true, to: undone.to };
  }
  if (head === null || head.fingerprint !== fingerprint) {
    throw new OperatingError(
      "FENCED_OUT",
      `What was to be undone is not the last that was committed to ${tableText(target)}`,
      { hint: "Others have committed since; look at what stands there now." },
    );
  }
  const kept = await readKept(session, target, head);
  await refuseReleased(session, target, head);
  await restoreRelation(session, target, kept);
  await restoreQuarantine(session, target, kept);
  await restoreCursor(session, kept);
  const to = await recordUndo(session, request, { head, kept });
  await dropKept(session, [{ target, load: kept.load }]);
  return { isRepeat: false, to };
}

/** The last undo of a verdict. */
async function readUndone(
  session: Session,
  target: TableName,
  verdict: Hash,
): Promise<{ readonly id: Hash; readonly to: Hash | null } | null> {
  const [row] = await session.rows(
    `SELECT id, if(stands = id, NULL, fingerprint) FROM _sluice.loads
     WHERE target = ${literal(tableText(target))} AND condemned = ${literal(verdict)}
     ORDER BY seq DESC LIMIT 1`,
  );
  if (row === undefined) return null;
  return { id: String(row[0]), to: typeof row[1] === "string" ? row[1] : null };
}

async function readKept(session: Session, target: TableName, head: Head): Promise<Kept> {
  const [row] = await session.rows(
    `SELECT load, form, definition, before, source, cursor_json, has_quarantine
     FROM _sluice.kept WHERE load = ${literal(head.stands)}`,
  );
  if (row === undefined) {
    throw new OperatingError(
      "VERSION_GONE",
      `No version of ${tableText(target)} from before its last load is kept`,
      { hint: "Ask for kept versions (retain): what is loaded from then on can be undone." },
    );
  }
  const text = (index: number) => (typeof row[index] === "string" ? row[index] : null);
  const form = text(1);
  return {
    load: String(row[0]),
    form: form === "none" || form === "view" || form === "rows" ? form : "table",
    definition: text(2),
    before: text(3),
    source: text(4),
    cursor: text(5),
    hasQuarantine: row[6] === true,
  };
}

/** Rows that people let back in came after the load; no version holds the table with them and without it. */
async function refuseReleased(session: Session, target: TableName, head: Head): Promise<void> {
  const name = literal(tableText(target));
  const released = await session.count(
    `SELECT count(*) FROM _sluice.releases WHERE target = ${name} AND after_load IN (
       SELECT id FROM _sluice.loads
       WHERE target = ${name} AND coalesce(stands, id) = ${literal(head.stands)})`,
  );
  if (released === 0) return;
  throw new OperatingError(
    "VERSION_GONE",
    `Rows were released from quarantine into ${tableText(target)} since its last load`,
    { hint: "Undoing that load would lose what was released. Correct the source and load again." },
  );
}

async function restoreRelation(session: Session, target: TableName, kept: Kept): Promise<void> {
  const table = quoteTable(target);
  const from = quoteTable(keptTable(target, kept.load));
  const relation = await readRelation(session, target);
  switch (kept.form) {
    case "none":
      if (relation !== null) {
        await session.run(`DROP ${relation.kind === "view" ? "VIEW" : "TABLE"} ${table}`);
      }
      return;
    case "view":
      await dropOtherKind(session, target, { relation, wanted: "view" });
      await session.run(`CREATE OR REPLACE VIEW ${table} AS ${kept.definition ?? ""}`);
      return;
    case "table":
      await dropOtherKind(session, target, { relation, wanted: "table" });
      await session.run(`CREATE OR REPLACE TABLE ${table} AS FROM ${from}`);
      return;
    case "rows":
      await session.run(`DELETE FROM ${table} WHERE _load_id = ${literal(kept.load)}`);
      await session.run(`INSERT INTO ${table} BY NAME SELECT * FROM ${from}`);
  }
}

async function restoreQuarantine(session: Session, target: TableName, kept: Kept): Promise<void> {
  if (kept.source === null) return;
  const table = quoteTable(quarantineTable(kept.source));
  if (kept.hasQuarantine) {
    const from = quoteTable(keptQuarantine(target, kept.load));
    await session.run(`CREATE OR REPLACE TABLE ${table} AS FROM ${from}`);
  } else {
    await session.run(`DROP TABLE IF EXISTS ${table}`);
  }
}

async function restoreCursor(session: Session, { source, cursor }: Kept): Promise<void> {
  if (source === null) return;
  await session.run(`DELETE FROM _sluice.cursors WHERE source = ${literal(source)}`);
  if (cursor === null) return;
  const field = (name: string) => `json_extract_string(${literal(cursor)}, '$.${name}')`;
  await session.run(
    `INSERT INTO _sluice.cursors
     SELECT ${literal(source)}, ${field("target")}, ${field("value")}, ${field("load")}`,
  );
}

/**
 * The entry of an undo says what the entry before said, in which its content stands; of nothing,
 * what nothing can say.
 * @returns the fingerprint of what stands now
 */
async function recordUndo(
  session: Session,
  { target, verdict, reason, provenance }: UndoRequest,
  { head, kept }: { readonly head: Head; readonly kept: Kept },
): Promise<Hash | null> {
  const { before } = kept;
  const nothing = hashOf({ nothing: tableText(target) });
  const id = hashOf({ undo: kept.load, after: head.id });
  const sets: Readonly<Record<string, string>> = {
    id: literal(id),
    seq: String(head.seq + 1),
    kind: "'undo'",
    run: literal(provenance.run),
    task: literal(provenance.task),
    blueprint: literal(provenance.blueprint),
    decision: literal(provenance.decision),
    committed_at: String(provenance.at),
    stands: before === null ? literal(id) : "coalesce(stands, id)",
    undoes: literal(kept.load),
    condemned: literal(verdict),
    reason: literal(reason),
    ...(before === null ? emptied(nothing) : {}),
  };
  const items = Object.entries(sets).map(([name, value]) => `${value} AS ${name}`);
  await session.run(
    `INSERT INTO _sluice.loads BY NAME
     SELECT * REPLACE (${items.join(", ")}) FROM _sluice.loads WHERE id = ${literal(before ?? kept.load)}`,
  );
  const now = await readHead(session, target);
  return before === null ? null : (now?.fingerprint ?? null);
}

/** What an entry says of a target that is not there. */
function emptied(nothing: Hash): Readonly<Record<string, string>> {
  const zeros = ["staged", "inserted", "updated", "quarantined", "committed", "superseded"];
  return {
    fingerprint: literal(nothing),
    work: literal(nothing),
    foundation: literal(nothing),
    manifest: "NULL",
    cursor_before: "NULL",
    cursor_after: "NULL",
    columns_json: "'[]'",
    measurements_json: "'[]'",
    ...Object.fromEntries(
      [...zeros, "replaced", "deleted"].map((name) => [`rows_${name}`, "0"] as const),
    ),
  };
}
