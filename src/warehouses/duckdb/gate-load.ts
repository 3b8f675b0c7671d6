import type { Gate, Measurement } from "../../core/project/check.ts";
import { tableText } from "../../core/schema/table-schema.ts";
import type { LoadRequest } from "../../ports/warehouse.ts";
import type { Session } from "./duckdb-session.ts";
import {
  enforceGates,
  type GateScope,
  isAboutRows,
  measureGates,
  measureRows,
  rowGates,
} from "./measure-gates.ts";
import { asideItems, type Quarantine, quarantineRows } from "./quarantine.ts";
import { literal, quoteTable } from "./quote-duckdb.ts";

/** Rows of a load on their way to the target. */
export interface Staged {
  /** The table they are in, as SQL. For `replace` it is the target itself. */
  readonly rows: string;
  readonly isTarget: boolean;
  /** The target with rows of earlier loads in it, as SQL, or `null`. */
  readonly taken: string | null;
}

/** Measures the gates that single rows must pass, and diverts or refuses what fails. */
export async function passRowGates(
  session: Session,
  request: LoadRequest,
  { staged, quarantine }: { readonly staged: Staged; readonly quarantine: Quarantine },
): Promise<{ readonly measurements: readonly Measurement[]; readonly quarantined: number }> {
  const diverting = request.gates.filter(
    (gate) => gate.onFail === "quarantine" && isAboutRows(gate) && !isOfVersions(request, gate),
  );
  const scope: GateScope = { ...scopeOf(request, staged.rows), taken: staged.taken };
  const prepared = await rowGates(session, diverting, scope);
  const { measurements } =
    prepared.length === 0 ? { measurements: [] } : await measureRows(session, prepared, scope);
  const failing = prepared
    .filter((_, index) => (measurements[index]?.failing ?? 0) > 0)
    .map(({ gate, isFailing }) => ({ name: gate.name, isFailing }));
  const quarantined =
    failing.length === 0 ? 0 : await divert(session, { gates: failing, staged, quarantine });
  const watching = request.gates.filter(
    (gate) => isAboutSingleRow(gate) && gate.onFail !== "quarantine",
  );
  const watched = await pass(session, watching, scopeOf(request, staged.rows));
  return { measurements: [...measurements, ...watched], quarantined };
}

/** Measures the gates that are about the table as a whole, once the rows are in it. */
export function passTableGates(
  session: Session,
  request: LoadRequest,
): Promise<readonly Measurement[]> {
  const gates = request.gates.filter(
    (gate) =>
      gate.check.kind === "row_count" ||
      (gate.check.kind === "unique" && gate.onFail !== "quarantine") ||
      isOfVersions(request, gate),
  );
  const table = quoteTable(request.target);
  const rows = request.strategy === "history" ? currentVersions(table) : table;
  return pass(
    session,
    gates.map((gate) => (isOfVersions(request, gate) ? asTableGate(gate) : gate)),
    scopeOf(request, rows),
  );
}

/** Whether a gate asks for what only the current versions of a `history` can be asked. */
function isOfVersions({ strategy }: LoadRequest, { check }: Gate): boolean {
  return strategy === "history" && check.kind === "unique";
}

/** The rows of a history that hold now, as SQL. */
export function currentVersions(table: string): string {
  return `(SELECT * FROM ${table} WHERE _is_current)`;
}

/** Where no rows can be set aside, what was to be quarantined holds all of it back instead. */
export function asTableGate(gate: Gate): Gate {
  return gate.onFail === "quarantine" ? { ...gate, onFail: "fail" } : gate;
}

function isAboutSingleRow({ check }: Gate): boolean {
  return check.kind !== "row_count" && check.kind !== "unique";
}

function scopeOf(request: LoadRequest, rows: string): GateScope {
  return { rows, taken: null, what: `The load of ${tableText(request.target)}` };
}

async function pass(
  session: Session,
  gates: readonly Gate[],
  scope: GateScope,
): Promise<readonly Measurement[]> {
  if (gates.length === 0) return [];
  const { measurements } = await measureGates(session, gates, scope);
  await enforceGates(session, { gates, measurements }, scope);
  return measurements;
}

/** A reason for quarantine with the SQL condition of the rows that it strikes. */
export interface Failing {
  readonly name: string;
  readonly isFailing: string;
}

/** Moves failing rows into quarantine, each with the names of all gates that it fails. */
export async function divert(
  session: Session,
  {
    gates,
    staged,
    quarantine,
  }: {
    readonly gates: readonly Failing[];
    readonly staged: Staged;
    readonly quarantine: Quarantine;
  },
): Promise<number> {
  const anyFailing = gates.map(({ isFailing }) => isFailing).join(" OR ");
  const found = await session.count(`SELECT count(*) FROM ${staged.rows} AS s WHERE ${anyFailing}`);
  if (found === 0) return 0;
  const names = gates.map(
    ({ name, isFailing }) => `CASE WHEN ${isFailing} THEN ${literal(name)} END`,
  );
  const columns = asideItems(quarantine).join(", ");
  // Judged once: a condition need not give the same answer twice, and no row may fall between.
  await session.run(
    `CREATE OR REPLACE TEMP TABLE _sluice_failing AS
     SELECT s.rowid AS place, concat_ws(', ', ${names.join(", ")}) AS reason
     FROM ${staged.rows} AS s WHERE ${anyFailing}`,
  );
  const moved = await quarantineRows(
    session,
    quarantine,
    `SELECT ${columns}, f.reason AS _reason
     FROM ${staged.rows} AS s JOIN temp._sluice_failing AS f ON s.rowid = f.place`,
  );
  await session.run(
    `DELETE FROM ${staged.rows} WHERE rowid IN (SELECT place FROM temp._sluice_failing)`,
  );
  await session.run("DROP TABLE temp._sluice_failing");
  return moved;
}
