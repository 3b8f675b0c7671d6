import type { Check, Gate, Measurement } from "../../core/project/check.ts";
import type { TableName } from "../../core/schema/table-schema.ts";
import type { Json } from "../../core/std/json.ts";
import { unreachable } from "../../core/std/unreachable.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import { checkCondition } from "./check-sql.ts";
import type { Session } from "./duckdb-session.ts";
import { literal, quoteName, quoteTable } from "./quote-duckdb.ts";

/** Where gates look: rows under the alias `s`. */
export interface GateScope {
  /** The rows, as SQL. */
  readonly rows: string;
  /** Rows that are there already, whose values count as taken for `unique`; `null` when there are none. */
  readonly taken: string | null;
  /** For messages. */
  readonly what: string;
}

/** A gate with the SQL condition that is true for its failing rows. */
export interface RowGate {
  readonly gate: Gate;
  readonly isFailing: string;
}

/** Whether a gate is about single rows, so that it can name the rows that fail. */
export function isAboutRows(gate: Gate): boolean {
  return gate.check.kind !== "row_count";
}

/** Prepares gates that are about rows. */
export async function rowGates(
  session: Session,
  gates: readonly Gate[],
  scope: GateScope,
): Promise<readonly RowGate[]> {
  const prepared: RowGate[] = [];
  for (const gate of gates) {
    const failing = await failingCondition(session, gate, scope);
    prepared.push({ gate, isFailing: `coalesce(${failing}, false)` });
  }
  return prepared;
}

async function failingCondition(session: Session, gate: Gate, scope: GateScope): Promise<string> {
  const { check } = gate;
  switch (check.kind) {
    case "not_null":
      return `s.${quoteName(check.column)} IS NULL`;
    case "unique":
      return uniqueCondition(check.columns, scope);
    case "accepted_values":
      return acceptedCondition(check);
    case "relationships": {
      const value = `s.${quoteName(check.column)}`;
      const [schema = "", ...name] = check.to.split(".");
      const table: TableName = { schema, name: name.join(".") };
      const there = `SELECT ${quoteName(check.field)} FROM ${quoteTable(table)} WHERE ${quoteName(check.field)} IS NOT NULL`;
      return `(${value} IS NOT NULL AND ${value} NOT IN (${there}))`;
    }
    case "expression": {
      const condition = await checkCondition(session, check.sql, `Gate ${gate.name}`);
      return `(${condition} IS NOT TRUE)`;
    }
    case "row_count":
      throw new OperatingError("INTERNAL", `Gate ${gate.name} names no rows`);
    default:
      return unreachable(check);
  }
}

/** All rows that share their values fail: which of them is right, nobody can know. */
function uniqueCondition(columns: readonly string[], scope: GateScope): string {
  const names = columns.map(quoteName).join(", ");
  const own = columns.map((name) => `s.${quoteName(name)}`).join(", ");
  const twice = `(${own}) IN (SELECT ${names} FROM ${scope.rows} GROUP BY ${names} HAVING count(*) > 1)`;
  if (scope.taken === null) return `(${twice})`;
  return `(${twice} OR (${own}) IN (SELECT ${names} FROM ${scope.taken}))`;
}

/** NULL passes: whether a value must be there is what `not_null` asks. */
function acceptedCondition(check: Extract<Check, { kind: "accepted_values" }>): string {
  const value = `s.${quoteName(check.column)}`;
  const numbers = check.values.filter((one) => typeof one === "number");
  const texts = check.values.filter((one) => typeof one !== "number" && one !== null);
  const conditions = [
    ...(texts.length === 0
      ? []
      : [`CAST(${value} AS VARCHAR) IN (${texts.map((one) => literal(String(one))).join(", ")})`]),
    ...(numbers.length === 0
      ? []
      : [`coalesce(TRY_CAST(${value} AS DOUBLE) IN (${numbers.map(literal).join(", ")}), false)`]),
  ];
  if (conditions.length === 0) return `(${value} IS NOT NULL)`;
  return `(${value} IS NOT NULL AND NOT (${conditions.join(" OR ")}))`;
}

/** Measures gates about rows in one pass. */
export async function measureRows(
  session: Session,
  gates: readonly RowGate[],
  scope: GateScope,
): Promise<{ readonly rows: number; readonly measurements: readonly Measurement[] }> {
  const flags = gates.map(({ isFailing }, index) => `${isFailing} AS g${index}`);
  const counts = gates.map((_, index) => `, count_if(g${index})`).join("");
  const inner =
    flags.length === 0 ? scope.rows : `(SELECT ${flags.join(", ")} FROM ${scope.rows} AS s)`;
  const [row = []] = await session.rows(`SELECT count(*)${counts} FROM ${inner}`);
  const rows = Number(row[0]);
  return {
    rows,
    measurements: gates.map(({ gate }, index) => ({
      gate: gate.name,
      rows,
      failing: Number(row[index + 1]),
      onFail: gate.onFail,
    })),
  };
}

/** Measures any gates on rows as they stand. */
export async function measureGates(
  session: Session,
  gates: readonly Gate[],
  scope: GateScope,
): Promise<{ readonly rows: number; readonly measurements: readonly Measurement[] }> {
  const prepared = await rowGates(session, gates.filter(isAboutRows), scope);
  const { rows, measurements } = await measureRows(session, prepared, scope);
  const byName = new Map(measurements.map((one) => [one.gate, one]));
  return {
    rows,
    measurements: gates.map((gate) => byName.get(gate.name) ?? measureCount(gate, rows)),
  };
}

function measureCount(gate: Gate, rows: number): Measurement {
  const { check } = gate;
  const isFailing =
    check.kind === "row_count" &&
    ((check.min !== null && rows < check.min) || (check.max !== null && rows > check.max));
  return { gate: gate.name, rows, failing: isFailing ? 1 : 0, onFail: gate.onFail };
}

/**
 * Ends the transaction when a gate that must hold does not.
 * @throws GATE_FAILED with counts and some of the failing rows.
 */
export async function enforceGates(
  session: Session,
  measured: { readonly gates: readonly Gate[]; readonly measurements: readonly Measurement[] },
  scope: GateScope,
): Promise<void> {
  const failed = measured.measurements.filter((one) => one.failing > 0);
  const broken = measured.gates.filter(
    (gate) => isEnforced(gate) && failed.some((one) => one.gate === gate.name),
  );
  if (broken.length === 0) return;
  const told: string[] = [];
  for (const gate of broken) {
    const { rows = 0, failing = 0 } = failed.find((one) => one.gate === gate.name) ?? {};
    const count = gate.check.kind === "row_count" ? `${rows} rows` : `${failing} of ${rows} rows`;
    told.push(
      `${gate.name} (${checkText(gate.check)}): ${count}${await examples(session, gate, scope)}`,
    );
  }
  throw new OperatingError("GATE_FAILED", `${scope.what} does not pass ${told.join("; ")}`, {
    hint: "Nothing was committed. Correct the data at its source, or let the gate quarantine or warn.",
  });
}

/** A gate that cannot name rows has none to put into quarantine: it holds everything back. */
function isEnforced(gate: Gate): boolean {
  return gate.onFail === "fail" || (gate.onFail === "quarantine" && !isAboutRows(gate));
}

async function examples(session: Session, gate: Gate, scope: GateScope): Promise<string> {
  if (!isAboutRows(gate)) return "";
  const [prepared] = await rowGates(session, [gate], scope);
  if (prepared === undefined) return "";
  const { columns, rows } = await session.table(
    `SELECT s.* FROM ${scope.rows} AS s WHERE ${prepared.isFailing} LIMIT 3`,
  );
  const shown = rows.map((row) => exampleText(columns, row));
  return shown.length === 0 ? "" : `, such as ${shown.join(" and ")}`;
}

function exampleText(columns: readonly string[], row: readonly Json[]): string {
  const fields = columns.map((name, index) => [name, row[index] ?? null] as const);
  const text = JSON.stringify(Object.fromEntries(fields));
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function checkText(check: Check): string {
  switch (check.kind) {
    case "not_null":
      return `${check.column} is never null`;
    case "unique":
      return `${check.columns.join(", ")} is unique`;
    case "accepted_values":
      return `${check.column} is one of ${check.values.map((one) => JSON.stringify(one)).join(", ")}`;
    case "relationships":
      return `${check.column} is in ${check.to}.${check.field}`;
    case "row_count":
      return `rows from ${check.min ?? 0} to ${check.max ?? "any number"}`;
    case "expression":
      return check.sql;
    default:
      return unreachable(check);
  }
}
