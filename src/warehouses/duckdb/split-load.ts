import type { DuckDBInstance } from "@duckdb/node-api";
import { type TableName, tableText } from "../../core/schema/table-schema.ts";
import { type Hash, hashOf } from "../../core/std/hash.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { LoadRequest } from "../../ports/warehouse.ts";
import { buildBadTable, buildTable, type Claim, claimLoad } from "./claim-load.ts";
import type { StagedColumn } from "./column-cast.ts";
import { type Errand, type Session, withTransaction } from "./duckdb-session.ts";
import { fence } from "./ledger.ts";
import { refuseReserved } from "./quarantine.ts";
import { literal, quoteName, quoteTable } from "./quote-duckdb.ts";
import { manifestColumns, planColumns } from "./shape-target.ts";
import { stageRows, UnreadableRowError } from "./stage-rows.ts";
import { literalPath, type Slice } from "./staged-scan.ts";

/** The rows of a split load after all its parts have committed. */
export interface FilledParts {
  readonly load: Hash;
  /** The build table, as SQL. */
  readonly rows: string;
  /** The table of bad rows, as SQL; it is there only when there are any. */
  readonly bad: string;
  readonly badRows: number;
  readonly parts: number;
}

interface PartPlan {
  /** The load as it is cut into parts: cut otherwise, the same numbers name other rows. */
  readonly load: Hash;
  readonly columns: readonly StagedColumn[];
  readonly slices: readonly Slice[];
  /** Parts that a process before this one has committed. */
  readonly committed: ReadonlySet<number>;
}

/**
 * Fills a build table part by part, each part in a transaction of its own with its row in
 * `_sluice.parts`: after a crash the next attempt goes on behind the last committed part.
 * Parts are row ranges of Parquet files, and whole files of the other formats; a single text file
 * is one part, because reading it up to a row costs as much as loading it.
 * @returns `null` when the load is not worth splitting or has been done
 */
export async function fillParts(
  instance: DuckDBInstance,
  request: LoadRequest,
  errand: Errand,
): Promise<FilledParts | null> {
  const plan = await withTransaction(instance, errand, (session) => planParts(session, request));
  if (plan === null) return null;
  for (const [index, slice] of plan.slices.entries()) {
    if (plan.committed.has(index)) continue;
    const part = { request, plan, index, slice };
    try {
      await withTransaction(instance, errand, (session) => fillPart(session, part, false));
    } catch (error) {
      if (!(error instanceof UnreadableRowError)) throw error;
      await withTransaction(instance, errand, (session) => fillPart(session, part, true));
    }
  }
  return withTransaction(instance, errand, (session) => readParts(session, request, plan));
}

async function planParts(session: Session, request: LoadRequest): Promise<PartPlan | null> {
  await fence(session, request.target, request.provenance.epoch);
  const { claim, done } = await claimLoad(session, request);
  if (done !== null) return null;
  const slices = await slicesOf(session, request);
  if (slices.length < 2) return null;
  const manifest = await manifestColumns(session, request);
  refuseReserved(request.source, manifest);
  const { relation } = claim;
  const isAdded = relation?.kind === "table" && request.strategy !== "replace";
  const planned = await planColumns(session, request, {
    columns: manifest,
    relation: isAdded ? relation : null,
  });
  const columns = planned.map(({ staged }) => staged);
  const load = splitId(request, claim);
  await dropBuilds(session, request.target, load);
  const rows = await session.rows(`SELECT part FROM _sluice.parts WHERE load = ${literal(load)}`);
  const committed = new Set(rows.map((row) => Number(row[0])));
  return { load, columns, slices, committed };
}

function splitId({ partRows }: LoadRequest, { id }: Claim): Hash {
  return hashOf({ load: id, partRows });
}

async function slicesOf(session: Session, request: LoadRequest): Promise<readonly Slice[]> {
  const { manifest, partRows } = request;
  if (partRows === null) return [];
  if (manifest.format.type !== "parquet") {
    return manifest.files.map((file) => ({ files: [file], range: null }));
  }
  const slices: Slice[] = [];
  for (const file of manifest.files) {
    const rows =
      file.rows ??
      (await session.count(
        `SELECT num_rows FROM parquet_file_metadata(${literal(literalPath(file.path))})`,
      ));
    for (let start = 0; start < Math.max(rows, 1); start += partRows) {
      slices.push({ files: [file], range: { start, end: start + partRows } });
    }
  }
  return slices;
}

interface Part {
  readonly request: LoadRequest;
  readonly plan: PartPlan;
  readonly index: number;
  readonly slice: Slice;
}

async function fillPart(session: Session, part: Part, isLenient: boolean): Promise<void> {
  const { request, plan, index, slice } = part;
  await fence(session, request.target, request.provenance.epoch);
  await refuseOvertaken(session, request, plan.load);
  const build = quoteTable(buildTable(request.target, plan.load));
  const columns = plan.columns.map(({ name, type }) => `${quoteName(name)} ${type}`).join(", ");
  await session.run(`CREATE TABLE IF NOT EXISTS ${build} (${columns})`);
  const { good, bad } = await stageRows(session, {
    manifest: request.manifest,
    columns: plan.columns,
    slice,
    into: `INSERT INTO ${build}`,
    bad: quoteTable(buildBadTable(request.target, plan.load)),
    isLenient,
  });
  const { run, at } = request.provenance;
  await session.run(
    `INSERT INTO _sluice.parts VALUES (${literal(plan.load)}, ${index},
       ${literal(tableText(request.target))}, ${good + bad}, ${literal(run)}, ${at})`,
  );
}

/** Parts belong to one load on top of one state of the target. */
export async function refuseOvertaken(
  session: Session,
  request: LoadRequest,
  load: Hash,
): Promise<void> {
  const { claim } = await claimLoad(session, request);
  if (splitId(request, claim) === load) return;
  throw new OperatingError(
    "FENCED_OUT",
    `${tableText(request.target)} was changed while its parts were loaded`,
    { hint: "Run again." },
  );
}

async function readParts(
  session: Session,
  request: LoadRequest,
  plan: PartPlan,
): Promise<FilledParts> {
  const rows = quoteTable(buildTable(request.target, plan.load));
  const bad = quoteTable(buildBadTable(request.target, plan.load));
  const staged = await session.count(
    `SELECT sum(rows_staged) FROM _sluice.parts WHERE load = ${literal(plan.load)}`,
  );
  const good = await session.count(`SELECT count(*) FROM ${rows}`);
  return { load: plan.load, rows, bad, badRows: staged - good, parts: plan.slices.length };
}

/** Drops half-built tables of a target, except those of one load. */
export async function dropBuilds(
  session: Session,
  target: TableName,
  keep: Hash | null,
): Promise<void> {
  const loads = await session.rows(
    `SELECT DISTINCT load FROM _sluice.parts WHERE target = ${literal(tableText(target))}`,
  );
  for (const [load] of loads) {
    if (load === keep) continue;
    const id = String(load);
    await session.run(`DROP TABLE IF EXISTS ${quoteTable(buildTable(target, id))}`);
    await session.run(`DROP TABLE IF EXISTS ${quoteTable(buildBadTable(target, id))}`);
    await session.run(`DELETE FROM _sluice.parts WHERE load = ${literal(id)}`);
  }
}
