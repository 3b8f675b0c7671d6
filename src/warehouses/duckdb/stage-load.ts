import { OperatingError } from "../../errors/operating-error.ts";
import type { LoadRequest } from "../../ports/warehouse.ts";
import { type Claim, temporaryName } from "./claim-load.ts";
import type { Session } from "./duckdb-session.ts";
import type { Staged } from "./gate-load.ts";
import { type Quarantine, quarantineRows } from "./quarantine.ts";
import { quoteTable } from "./quote-duckdb.ts";
import { refuseChangedFiles } from "./refuse-changed-files.ts";
import { dropOtherKind } from "./relation.ts";
import type { PlannedColumn } from "./shape-target.ts";
import type { FilledParts } from "./split-load.ts";
import { stageRows } from "./stage-rows.ts";

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

/** Rows where they can be looked at. */
export interface StagedLoad {
  readonly staged: Staged;
  readonly read: number;
  /** Those that could not be read: how many, and the table of them, as SQL, when there are any. */
  readonly bad: number;
  readonly badRows: string | null;
}

/** Brings the rows into a table where they can be looked at. */
export async function stageLoad(
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
): Promise<StagedLoad> {
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
  return {
    staged: { rows, isTarget, taken },
    read,
    bad: counts.bad,
    badRows: counts.bad === 0 ? null : bad,
  };
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
