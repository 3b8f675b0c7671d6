import { tableText } from "../../core/schema/table-schema.ts";
import { assert } from "../../core/std/assert.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { LoadOutcome, LoadRequest } from "../../ports/warehouse.ts";
import {
  beginAppending,
  type Claim,
  claimLoad,
  repeatOutcome,
  temporaryName,
} from "./claim-load.ts";
import type { StagedColumn } from "./column-cast.ts";
import type { Session } from "./duckdb-session.ts";
import { passRowGates, passTableGates, type Staged, settleKeys } from "./gate-load.ts";
import { fence, moveCursor, readCursor, record } from "./ledger.ts";
import { clearQuarantine, type Quarantine, quarantineRows, refuseReserved } from "./quarantine.ts";
import { quoteTable } from "./quote-duckdb.ts";
import { refuseChangedFiles } from "./refuse-changed-files.ts";
import { dropOtherKind } from "./relation.ts";
import { replaceFiles } from "./replace-files.ts";
import {
  manifestColumns,
  type PlannedColumn,
  planColumns,
  recordedColumns,
  shapeTarget,
  withColumns,
} from "./shape-target.ts";
import { dropBuilds, type FilledParts, refuseOvertaken } from "./split-load.ts";
import { stageRows } from "./stage-rows.ts";
import { appendRows, mergeRows, type Written } from "./write-rows.ts";

/** One load inside its transaction. */
export interface LoadStep {
  readonly request: LoadRequest;
  /** Its place in the batch, which keeps temporary tables apart. */
  readonly index: number;
  /** Whether rows that cannot be kept whole go to quarantine instead of ending the statement. */
  readonly isLenient: boolean;
  /** The rows of a split load, staged before by transactions of their own; `null` when not split. */
  readonly filled: FilledParts | null;
}

/** The ten steps of a load, short of the commit. */
export async function loadOne(session: Session, step: LoadStep): Promise<LoadOutcome> {
  await fence(session, step.request.target, step.request.provenance.epoch);
  const { claim: claimed, done } = await claimLoad(session, step.request);
  if (done !== null) return repeatOutcome(session, step.request, { claim: claimed, done });
  const request = withColumns(step.request, claimed.relation);
  if (step.filled !== null) await refuseOvertaken(session, request, step.filled.load);
  const stands = await readCursor(session, request.source);
  const claim = await beginAppending(session, request, claimed);
  const columns = await manifestColumns(session, request);
  refuseReserved(request.source, columns);
  const planned = await planFor(session, request, { columns, claim });
  const quarantine: Quarantine = {
    source: request.source,
    columns: planned.map(({ staged }) => staged),
    loadId: claim.id,
    provenance: request.provenance,
  };
  if (request.strategy === "replace" || claim.relation === null) {
    await clearQuarantine(session, request.source);
  }
  const rowsReplaced = await replaceFiles(session, request, {
    relation: claim.relation,
    isReshaped: planned.some(({ staged: { type }, there }) => there?.type !== type),
  });
  const { staged, read, bad } = await stage(
    session,
    { ...step, request },
    { claim, planned, quarantine },
  );
  const keys =
    request.strategy === "merge"
      ? await settleKeys(session, request, { staged, quarantine })
      : { superseded: 0, quarantined: 0 };
  const gated = await passRowGates(session, request, { staged, quarantine });
  const written = await write(session, request, { claim, planned, staged });
  const measurements = [...gated.measurements, ...(await passTableGates(session, request))];
  const rowsQuarantined = bad + keys.quarantined + gated.quarantined;
  const accounted =
    written.inserted + written.updated + written.unchanged + rowsQuarantined + keys.superseded;
  assert(accounted === read, `all ${read} rows of ${request.source} are accounted for`);
  await moveCursor(session, {
    source: request.source,
    target: request.target,
    load: claim.id,
    stands,
    from: request.strategy === "replace" ? undefined : request.cursorBefore,
    to: request.manifest.cursor,
  });
  const counts = {
    rowsStaged: read,
    rowsInserted: written.inserted,
    rowsUpdated: written.updated,
    rowsQuarantined,
    rowsSuperseded: keys.superseded,
    rowsReplaced,
    rowsDeleted: 0,
    parts: step.filled?.parts ?? 1,
    measurements,
  };
  await recordLoad(session, request, { claim, counts, planned });
  await dropBuilds(session, request.target, null);
  return { source: request.source, isRepeat: false, ...counts };
}

async function planFor(
  session: Session,
  request: LoadRequest,
  { columns, claim }: { readonly columns: readonly StagedColumn[]; readonly claim: Claim },
): Promise<readonly PlannedColumn[]> {
  const { relation } = claim;
  if (request.strategy === "replace" || relation === null) {
    return planColumns(session, request, { columns, relation: null });
  }
  if (relation.kind === "view") {
    throw new OperatingError("WAREHOUSE_REFUSED", `${tableText(request.target)} is a view`, {
      hint: "Drop it: a source is loaded into a table.",
    });
  }
  return planColumns(session, request, { columns, relation });
}

/** Brings the rows into a table where they can be looked at. */
async function stage(
  session: Session,
  { request, index, isLenient, filled }: LoadStep,
  {
    claim,
    planned,
    quarantine,
  }: {
    readonly claim: Claim;
    readonly planned: readonly PlannedColumn[];
    readonly quarantine: Quarantine;
  },
): Promise<{ readonly staged: Staged; readonly read: number; readonly bad: number }> {
  const isTarget = request.strategy === "replace";
  const target = quoteTable(request.target);
  const rows = isTarget ? target : temporaryName("staged", index);
  const bad = filled?.bad ?? temporaryName("bad", index);
  if (isTarget) {
    await dropOtherKind(session, request.target, { relation: claim.relation, wanted: "table" });
  }
  const into = isTarget ? `CREATE OR REPLACE TABLE ${target} AS` : `CREATE TEMP TABLE ${rows} AS`;
  const counts =
    filled === null
      ? await stageRows(session, {
          manifest: request.manifest,
          columns: planned.map(({ staged }) => staged),
          slice: { files: request.manifest.files, range: null },
          into,
          bad,
          isLenient,
        })
      : { good: await session.change(`${into} FROM ${filled.rows}`), bad: filled.badRows };
  const read = counts.good + counts.bad;
  await refuseChangedFiles(request.manifest.files);
  refuseWrongCount(request, read);
  if (counts.bad > 0) {
    if (counts.good === 0) await refuseAllBad(session, request, bad);
    await quarantineRows(session, quarantine, `SELECT * FROM ${bad}`);
  }
  const taken = request.strategy === "append" && claim.relation !== null ? target : null;
  return { staged: { rows, isTarget, taken }, read, bad: counts.bad };
}

/** A manifest knows how many rows it promised; fewer or more means that its files are others now. */
function refuseWrongCount({ source, manifest }: LoadRequest, read: number): void {
  if (manifest.rows === null || manifest.rows === read) return;
  throw new OperatingError(
    "STAGING_INVALID",
    `${source} was staged with ${manifest.rows} rows, but its files hold ${read}`,
    { hint: "Run again: it is extracted again." },
  );
}

/** When nothing fits, it is not the rows that are wrong but the way they are read. */
async function refuseAllBad(session: Session, request: LoadRequest, bad: string): Promise<void> {
  const [row = []] = await session.rows(
    `SELECT count(*), any_value(_reason), any_value(_raw) FROM ${bad}`,
  );
  throw new OperatingError(
    "SCHEMA_INCOMPATIBLE",
    `None of the ${String(row[0])} rows of ${request.source} can be read, such as ${String(row[2])} (${String(row[1])})`,
    { hint: "Check delimiter, quotes and types of the source." },
  );
}

async function write(
  session: Session,
  request: LoadRequest,
  {
    claim,
    planned,
    staged,
  }: {
    readonly claim: Claim;
    readonly planned: readonly PlannedColumn[];
    readonly staged: Staged;
  },
): Promise<Written> {
  if (request.strategy === "replace") {
    const inserted = await session.count(`SELECT count(*) FROM ${staged.rows}`);
    return { inserted, updated: 0, unchanged: 0 };
  }
  if (request.strategy === "partition" || request.strategy === "history") {
    throw new OperatingError("WAREHOUSE_REFUSED", `Strategy ${request.strategy} is not built yet`);
  }
  const { relation } = claim;
  const shape = await shapeTarget(session, request, {
    columns: planned,
    relation,
    rows: staged.rows,
  });
  const on = { claim, shape, staged };
  return request.strategy === "append"
    ? appendRows(session, request, on)
    : mergeRows(session, request, on);
}

function recordLoad(
  session: Session,
  request: LoadRequest,
  {
    claim,
    counts,
    planned,
  }: {
    readonly claim: Claim;
    readonly counts: Omit<LoadOutcome, "source" | "isRepeat">;
    readonly planned: readonly PlannedColumn[];
  },
): Promise<void> {
  const entry = {
    id: claim.id,
    target: request.target,
    kind: "load" as const,
    strategy: request.strategy,
    work: claim.work,
    foundation: claim.foundation,
    fingerprint: request.fingerprint,
    manifest: request.manifest.id,
    cursorBefore: request.cursorBefore,
    cursorAfter: request.manifest.cursor,
    columns: recordedColumns(request.manifest.columns, planned),
    ...counts,
    rowsCommitted: counts.rowsInserted + counts.rowsUpdated,
    provenance: request.provenance,
    stands: null,
    undo: null,
  };
  return record(session, entry, claim.head);
}
