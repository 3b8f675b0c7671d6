import { tableText } from "../../core/schema/table-schema.ts";
import { assert } from "../../core/std/assert.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { LoadOutcome, LoadRequest } from "../../ports/warehouse.ts";
import { beginStrategy, keepBefore } from "./begin-load.ts";
import { type Claim, claimLoad, repeatOutcome } from "./claim-load.ts";
import type { StagedColumn } from "./column-cast.ts";
import type { Session } from "./duckdb-session.ts";
import { passRowGates, passTableGates, type Staged } from "./gate-load.ts";
import { forgetKept, type VersionKeeper } from "./keep-version.ts";
import { fence, moveCursor, readCursor, record } from "./ledger.ts";
import { clearQuarantine, type Quarantine, refuseReserved } from "./quarantine.ts";
import { replaceFiles } from "./replace-files.ts";
import { type Settled, settleRows, timeOf } from "./settle-rows.ts";
import {
  manifestColumns,
  type PlannedColumn,
  planColumns,
  recordedColumns,
  shapeTarget,
  withColumns,
} from "./shape-target.ts";
import { dropBuilds, refuseOvertaken } from "./split-load.ts";
import { type LoadStep, stageLoad } from "./stage-load.ts";
import { writeHistory } from "./write-history.ts";
import { appendRows, mergeRows, replacePartitions, type Written, wrote } from "./write-rows.ts";

/** The ten steps of a load, short of the commit. */
export async function loadOne(session: Session, step: LoadStep): Promise<LoadOutcome> {
  await fence(session, step.request.target, step.request.provenance.epoch);
  const { claim: claimed, done } = await claimLoad(session, step.request);
  if (done !== null) return repeatOutcome(session, step.request, { claim: claimed, done });
  const request = withColumns(step.request, claimed.relation);
  if (step.filled !== null) await refuseOvertaken(session, request, step.filled.load);
  const stands = await readCursor(session, request.source);
  const keeper = await keepBefore(session, request, claimed);
  const claim = await beginStrategy(session, request, claimed);
  const columns = await manifestColumns(session, request);
  refuseReserved(request.source, columns);
  const planned = await planFor(session, request, { columns, claim });
  const quarantine: Quarantine = {
    source: request.source,
    columns: planned.map(({ staged }) => staged),
    loadId: claim.id,
    provenance: request.provenance,
  };
  if (replacesAll(request) || claim.relation === null) {
    await clearQuarantine(session, request.source);
  }
  const rowsReplaced = await replaceFiles(session, request, {
    relation: claim.relation,
    isReshaped: planned.some(({ staged: { type }, there }) => there?.type !== type),
  });
  const arrived = await stageLoad(session, { ...step, request }, { claim, planned, quarantine });
  const { staged, read, bad } = arrived;
  const { index } = step;
  const rows = { staged, quarantine, bad: arrived.badRows, index };
  const settled = await settleRows(session, request, rows);
  const gated = await passRowGates(session, request, { staged, quarantine });
  const time = timeOf(request, quarantine.columns);
  const written = await write(session, request, {
    ...{ claim, planned, staged, settled, keeper, time, index },
  });
  const measurements = [...gated.measurements, ...(await passTableGates(session, request))];
  const rowsQuarantined = bad + settled.quarantined + gated.quarantined;
  const { superseded, marked } = settled;
  const { inserted, updated, unchanged } = written;
  const loaded = inserted + updated + unchanged + superseded + (marked?.count ?? 0);
  assert(
    loaded + rowsQuarantined === read,
    `all ${read} rows of ${request.source} are accounted for`,
  );
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
    rowsInserted: inserted,
    rowsUpdated: updated,
    rowsQuarantined,
    rowsSuperseded: superseded,
    rowsReplaced: rowsReplaced + written.replaced,
    rowsDeleted: written.deleted,
    parts: step.filled?.parts ?? 1,
    measurements,
  };
  await recordLoad(session, request, { claim, counts, planned });
  await keeper?.end(request.keepVersions, request.provenance.at);
  if (keeper === null && claim.head?.hasKept === true) await forgetKept(session, request.target);
  await dropBuilds(session, request.target, null);
  return { source: request.source, isRepeat: false, ...counts };
}

/** Whether a load leaves nothing of what was there, in the table or set aside. */
function replacesAll({ strategy, manifest }: LoadRequest): boolean {
  return strategy === "replace" || (strategy === "partition" && manifest.scope === "full");
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

async function write(
  session: Session,
  request: LoadRequest,
  {
    planned,
    time,
    index,
    ...rows
  }: {
    readonly claim: Claim;
    readonly planned: readonly PlannedColumn[];
    readonly staged: Staged;
    readonly settled: Settled;
    readonly keeper: VersionKeeper | null;
    readonly time: string | null;
    readonly index: number;
  },
): Promise<Written> {
  const { claim, staged } = rows;
  if (request.strategy === "replace") {
    return wrote(await session.count(`SELECT count(*) FROM ${staged.rows}`));
  }
  const shape = await shapeTarget(session, request, {
    columns: planned,
    relation: claim.relation,
    rows: staged.rows,
  });
  const on = { ...rows, shape };
  switch (request.strategy) {
    case "append":
      return appendRows(session, request, on);
    case "merge":
      return mergeRows(session, request, on);
    case "partition":
      return replacePartitions(session, request, on);
    case "history":
      return writeHistory(session, request, on, { time, index });
  }
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
