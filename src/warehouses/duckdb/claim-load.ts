import { type TableName, tableText } from "../../core/schema/table-schema.ts";
import { type Hash, hashOf } from "../../core/std/hash.ts";
import type { LoadOutcome, LoadRequest } from "../../ports/warehouse.ts";
import type { Session } from "./duckdb-session.ts";
import { type Committed, entryId, type Head, readCommitted, readHead, record } from "./ledger.ts";
import { literal } from "./quote-duckdb.ts";
import { type Relation, readRelation, refuseForeign } from "./relation.ts";

/** A load that is still to be done, and where it stands in its target's history. */
export interface Claim {
  readonly id: Hash;
  readonly work: Hash;
  readonly foundation: Hash;
  readonly head: Head | null;
  readonly relation: Relation | null;
}

/**
 * Finds out whether a load has been done. Its work is the hash of task, target, strategy and slice
 * (manifest, and the cursor before it); what counts as done depends on the strategy:
 *
 * - all but `append` set values, so a content that comes back later must load again: done means
 *   that the target's last entry is this work, with this fingerprint, and the table is there.
 * - an `append` that replaces files sets the rows of those files: it is done like a `replace`;
 * - any other `append` adds rows, so one slice may count once only: done means that the work has an entry
 *   since the table began, that is, since it was made or last replaced.
 */
export async function claimLoad(
  session: Session,
  request: LoadRequest,
): Promise<{ readonly claim: Claim; readonly done: Committed | null }> {
  const { target } = request;
  const head = await readHead(session, target);
  const relation = await readRelation(session, target);
  if (head === null) await refuseForeign(session, target, relation);
  const work = workOf(request);
  const foundation = foundationOf(request, head, relation);
  const id = await standingId(session, entryId(work, foundation));
  const claim: Claim = { id, work, foundation, head, relation };
  if (relation?.kind !== "table" || head === null) return { claim, done: null };
  if (request.strategy === "append" && request.manifest.replaces.length === 0) {
    return { claim, done: await readCommitted(session, claim.id) };
  }
  const isDone = head.work === work && head.fingerprint === request.fingerprint;
  return { claim, done: isDone ? await readCommitted(session, head.id) : null };
}

/** The identity of an entry that was undone is spent: what is done again after that is another. */
async function standingId(session: Session, id: Hash): Promise<Hash> {
  const [row] = await session.rows(`SELECT id FROM _sluice.loads WHERE undoes = ${literal(id)}`);
  return row === undefined ? id : standingId(session, hashOf({ again: id, after: row[0] }));
}

function workOf({ provenance, target, strategy, manifest, cursorBefore }: LoadRequest): Hash {
  return hashOf({
    task: provenance.task,
    target: tableText(target),
    strategy,
    slice: { manifest: manifest.id, cursorBefore },
  });
}

function foundationOf(
  { strategy, manifest }: LoadRequest,
  head: Head | null,
  relation: Relation | null,
): Hash {
  if (head === null) return hashOf("nothing");
  if (relation === null) return hashOf({ lost: head.id });
  if (manifest.replaces.length > 0) return head.id;
  return strategy === "append" && head.strategy === "append" ? head.foundation : head.id;
}

/**
 * What to say of a load that has been done. When it was asked for under a new fingerprint, the
 * ledger takes note of that, or the target would look out of date for ever.
 */
export async function repeatOutcome(
  session: Session,
  request: LoadRequest,
  { claim, done }: { readonly claim: Claim; readonly done: Committed },
): Promise<LoadOutcome> {
  const { head } = claim;
  if (head !== null && head.fingerprint !== request.fingerprint) {
    const entry = {
      id: hashOf({ again: claim.id, after: head.id }),
      target: request.target,
      kind: "load" as const,
      strategy: request.strategy,
      work: claim.work,
      foundation: claim.foundation,
      fingerprint: request.fingerprint,
      manifest: request.manifest.id,
      cursorBefore: request.cursorBefore,
      cursorAfter: request.manifest.cursor,
      columns: request.manifest.columns,
      ...done,
      rowsStaged: 0,
      rowsInserted: 0,
      rowsUpdated: 0,
      rowsQuarantined: 0,
      rowsSuperseded: 0,
      rowsReplaced: 0,
      rowsDeleted: 0,
      rowsCommitted: 0,
      provenance: request.provenance,
      stands: head.stands,
      undo: null,
    };
    await record(session, entry, head);
  }
  const { rowsCommitted: _, ...counts } = done;
  return { source: request.source, isRepeat: true, ...counts };
}

/** The name of a temporary table of one load in a batch. */
export function temporaryName(kind: string, index: number): string {
  return `temp._sluice_${kind}_${index}`;
}

/** The table that a split load fills part by part. */
export function buildTable(target: TableName, load: Hash): TableName {
  return { schema: "_sluice_build", name: `${tableText(target)}.${load.slice(0, 16)}` };
}

/** Where the bad rows of a split load wait. */
export function buildBadTable(target: TableName, load: Hash): TableName {
  return { schema: "_sluice_build", name: `${tableText(target)}.${load.slice(0, 16)}.bad` };
}
