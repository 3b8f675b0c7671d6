import type { DuckDBInstance } from "@duckdb/node-api";
import { tableText } from "../../core/schema/table-schema.ts";
import { hashOf } from "../../core/std/hash.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { TransformOutcome, TransformRequest } from "../../ports/warehouse.ts";
import { adaptQuery } from "./adapt-query.ts";
import { makeAdapter } from "./adapter-view.ts";
import { canonicalTypes, checkSelect } from "./check-sql.ts";
import { type Session, withSession, withTransaction } from "./duckdb-session.ts";
import { holdEpoch } from "./epoch-gate.ts";
import { asTableGate } from "./gate-load.ts";
import { forgetKept, VersionKeeper } from "./keep-version.ts";
import { entryId, fence, type Head, readCommitted, readHead, record } from "./ledger.ts";
import { enforceGates, measureGates } from "./measure-gates.ts";
import { databaseName, quoteName, quoteTable } from "./quote-duckdb.ts";
import { dropOtherKind, type Relation, readRelation, refuseForeign } from "./relation.ts";

/**
 * Builds a model and swaps it in, in one transaction. It has been done when the target's last entry
 * has this fingerprint and the table or view is there: so A, then B, then A again builds three times,
 * and a retry of the last builds nothing.
 */
export function buildModel(
  instance: DuckDBInstance,
  request: TransformRequest,
  signal: AbortSignal,
): Promise<TransformOutcome> {
  const doing = `Building ${tableText(request.target)} (model ${request.model})`;
  return withTransaction(instance, { doing, signal }, (session) => build(session, request));
}

/** Makes the views through which a model reads its inputs, in a transaction of their own. */
export async function makeAdapters(
  instance: DuckDBInstance,
  { model, adapters, provenance }: TransformRequest,
  signal: AbortSignal,
): Promise<void> {
  if (adapters.length === 0) return;
  const doing = `Adapting the inputs of model ${model}`;
  await withTransaction(instance, { doing, signal }, async (session) => {
    await holdEpoch(session, provenance.epoch);
    for (const adapter of adapters) await makeAdapter(session, adapter);
  });
}

/** Makes a schema that a model names. Two calls at once for one schema would conflict. */
export function makeSchema(
  instance: DuckDBInstance,
  schema: string,
  signal: AbortSignal,
): Promise<void> {
  const name = [databaseName, schema].map(quoteName).join(".");
  return withSession(instance, { doing: `Making the schema ${schema}`, signal }, (session) =>
    session.run(`CREATE SCHEMA IF NOT EXISTS ${name}`),
  );
}

async function build(session: Session, request: TransformRequest): Promise<TransformOutcome> {
  const { target, gates } = request;
  await fence(session, target, request.provenance.epoch);
  const head = await readHead(session, target);
  const relation = await readRelation(session, target);
  if (head === null) await refuseForeign(session, target, relation);
  const repeated = await repeat(session, request, { head, relation });
  if (repeated !== null) return repeated;
  await checkSelect(session, request.sql, `Model ${request.model}`);
  const what = `Model ${request.model}`;
  const sql = await adaptQuery(session, request.sql, request.adapters, what);
  await createEmptyInputs(session, request.emptyInputs);
  const work = workOf(request);
  const foundation = hashOf({ after: head?.id ?? null });
  const id = entryId(work, foundation);
  const change = { target, load: id, head, relation, source: null };
  const isKept = request.keepVersions > 0;
  const keeper = isKept ? await VersionKeeper.begin(session, change, false) : null;
  const wanted = request.materialize;
  await dropOtherKind(session, target, { relation, wanted });
  const kind = wanted === "view" ? "VIEW" : "TABLE";
  await session.run(`CREATE OR REPLACE ${kind} ${quoteTable(target)} AS\n${sql}`);
  const scope = {
    rows: quoteTable(target),
    taken: null,
    what: `Model ${request.model} (${tableText(target)})`,
  };
  const { rows, measurements } = await measureGates(session, gates, scope);
  await enforceGates(session, { gates: gates.map(asTableGate), measurements }, scope);
  await record(
    session,
    {
      id,
      target,
      kind: "transform",
      strategy: request.materialize,
      work,
      foundation,
      fingerprint: request.fingerprint,
      manifest: null,
      cursorBefore: null,
      cursorAfter: null,
      columns: [],
      rowsStaged: rows,
      rowsInserted: rows,
      rowsUpdated: 0,
      rowsQuarantined: 0,
      rowsSuperseded: 0,
      rowsReplaced: 0,
      rowsDeleted: 0,
      rowsCommitted: rows,
      parts: 1,
      measurements,
      provenance: request.provenance,
      stands: null,
      undo: null,
    },
    head,
  );
  await keeper?.end(request.keepVersions, request.provenance.at);
  if (keeper === null && head?.hasKept === true) await forgetKept(session, target);
  return { isRepeat: false, rows, measurements };
}

async function repeat(
  session: Session,
  request: TransformRequest,
  { head, relation }: { readonly head: Head | null; readonly relation: Relation | null },
): Promise<TransformOutcome | null> {
  const isThere = relation?.kind === request.materialize;
  if (head === null || !isThere || head.work !== workOf(request)) return null;
  const done = await readCommitted(session, head.id);
  if (done === null) return null;
  return { isRepeat: true, rows: done.rowsCommitted, measurements: done.measurements };
}

function workOf({ provenance, target, fingerprint }: TransformRequest): string {
  return hashOf({ task: provenance.task, target: tableText(target), fingerprint });
}

async function createEmptyInputs(
  session: Session,
  inputs: TransformRequest["emptyInputs"],
): Promise<void> {
  for (const { table, columns } of inputs) {
    if (columns.length === 0) {
      throw new OperatingError("WAREHOUSE_REFUSED", `${tableText(table)} has no known columns`, {
        hint: "Load it once, so that its columns are known.",
      });
    }
    const types = await canonicalTypes(
      session,
      columns.map((column) => column.type),
    );
    const definitions = columns.map(
      ({ name, type }) => `${quoteName(name)} ${types.get(type) ?? type}`,
    );
    await session.run(
      `CREATE TABLE IF NOT EXISTS ${quoteTable(table)} (${definitions.join(", ")})`,
    );
  }
}
