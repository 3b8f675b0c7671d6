import { tableText } from "../../core/schema/table-schema.ts";
import { hashOf } from "../../core/std/hash.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { ReleaseOutcome, ReleaseRequest } from "../../ports/quarantine.ts";
import {
  type ColumnProblem,
  lenient,
  problem,
  problemItems,
  type StagedColumn,
} from "./column-cast.ts";
import type { Session } from "./duckdb-session.ts";
import { currentVersions, type Failing } from "./gate-load.ts";
import { fence, type Head, readHead } from "./ledger.ts";
import { enforceGates, isAboutRows, measureGates, rowGates } from "./measure-gates.ts";
import { quarantineTable } from "./quarantine.ts";
import { literal, quoteName, quoteTable } from "./quote-duckdb.ts";
import { type Relation, readRelation } from "./relation.ts";
import { markedCondition, nothingSettled, timeOf } from "./settle-rows.ts";
import { fileMarker, markers, validity } from "./shape-target.ts";
import { jsonField, lenientCast } from "./staged-scan.ts";
import { writeHistory } from "./write-history.ts";

/** Where the rows are judged. */
const judged = "temp._sluice_released";

/** What the rows of one source are judged against. */
interface Scene {
  readonly request: ReleaseRequest;
  /** The quarantine and the target, as they stand. */
  readonly aside: Relation;
  readonly target: Relation;
  /** The source's columns that the target has. */
  readonly columns: readonly StagedColumn[];
}

/**
 * Judges quarantined rows by the types that their table has today and by the given gates, and
 * loads those that fit. Runs inside the transaction that also removes them from quarantine: a row
 * is in one of the two, whenever the process is killed.
 */
export async function releaseRows(
  session: Session,
  request: ReleaseRequest,
): Promise<ReleaseOutcome> {
  const none = { source: request.source, rowsReleased: 0, rowsKept: 0 };
  await fence(session, request.target, request.epoch);
  const aside = await readRelation(session, quarantineTable(request.source));
  if (aside === null) return none;
  const target = await readRelation(session, request.target);
  const head = await readHead(session, request.target);
  if (target?.kind !== "table" || head === null) {
    throw new OperatingError(
      "WAREHOUSE_REFUSED",
      `${tableText(request.target)} is not there to take the rows of ${request.source}`,
      { hint: "Load the source once; what is set aside is released after that." },
    );
  }
  const own = new Set<string>([...markers, ...validity].map(({ name }) => name));
  const columns = target.columns.filter(({ name }) => !own.has(name.toLowerCase()));
  const scene: Scene = { request, aside, target, columns };
  await judge(session, scene);
  await failGates(session, scene);
  const superseded = await supersede(session, scene);
  const rowsReleased = superseded + (await insert(session, scene, head));
  const table = quoteTable(quarantineTable(request.source));
  const gone = `SELECT place FROM ${judged} WHERE _problem IS NULL`;
  const ofLoad = await session.count(
    `SELECT count(*) FROM ${table} WHERE _load_id = ${literal(head.stands)} AND rowid IN (${gone})`,
  );
  await tellReasons(session, scene);
  await session.run(`DELETE FROM ${table} WHERE rowid IN (${gone})`);
  const rowsKept = await session.count(`SELECT count(*) FROM ${table}`);
  await session.run(`DROP TABLE ${judged}`);
  const outcome = { source: request.source, rowsReleased, rowsKept };
  if (rowsReleased > 0) {
    await recordRelease(session, { request, head: head.id, ofLoad, outcome });
  }
  return outcome;
}

/** Makes a table of all rows with the values that the target would have, and what is wrong with each. */
async function judge(session: Session, { request, aside, columns }: Scene): Promise<void> {
  const table = quoteTable(quarantineTable(request.source));
  const there = new Map(aside.columns.map((column) => [column.name.toLowerCase(), column]));
  const problems: ColumnProblem[] = [];
  const values = columns.map((column) => {
    const name = quoteName(column.name);
    const kept = there.get(column.name.toLowerCase());
    if (column.name === fileMarker.name)
      return kept === undefined ? `CAST(NULL AS VARCHAR) AS ${name}` : name;
    const read = jsonField(column);
    const raw = partOf(read, column);
    const typed = partOf(
      kept === undefined
        ? { value: "NULL", type: column.type }
        : { value: quoteName(kept.name), type: kept.type },
      column,
    );
    const pick = (one: string, other: string) =>
      `CASE WHEN json IS NULL THEN ${one} ELSE ${other} END`;
    problems.push({
      name: column.name,
      value: pick(typed.problem.value, raw.problem.value),
      isUnfit: `coalesce(${pick(typed.problem.isUnfit, raw.problem.isUnfit)}, false)`,
      told: pick(typed.problem.told, raw.problem.told),
    });
    return `${pick(typed.value, raw.value)} AS ${name}`;
  });
  const names = columns.map(({ name }) => literal(name)).join(", ");
  const stray = `list_filter(json_keys(json), lambda k: k NOT IN (${names}))`;
  const ofRow = `CASE
    WHEN _raw IS NOT NULL AND json IS NULL THEN _reason
    WHEN len(${stray}) > 0 THEN 'the table has no column ' || array_to_string(${stray}, ', ') END`;
  await session.run(
    `CREATE OR REPLACE TEMP TABLE _sluice_released AS
     SELECT place, ${[...values, ...problemItems(problems, ofRow)].join(",\n")},
       false AS _sluice_old, _load_id AS _sluice_load, _quarantined_at AS _sluice_at
     FROM (SELECT rowid AS place, *, CASE WHEN json_valid(_raw) AND json_type(_raw) = 'OBJECT'
             THEN CAST(_raw AS JSON) END AS json FROM ${table})`,
  );
}

/** A value on its way into the target's type, with what is wrong with it. */
function partOf(
  read: { readonly value: string; readonly type: string },
  column: StagedColumn,
): { readonly value: string; readonly problem: ColumnProblem } {
  const cast = lenientCast(read, column);
  const isSame = read.type === column.type;
  const told = problem(read.value, column, cast);
  return {
    value: isSame ? `CAST(${read.value} AS ${column.type})` : lenient(read.value, column, cast),
    problem: isSame ? { ...told, isUnfit: "false" } : told,
  };
}

/** Rows that a gate is against stay where they are, whatever else the gate would do to a load. */
async function failGates(session: Session, { request, columns }: Scene): Promise<void> {
  const isHistory = request.strategy === "history";
  const gates = request.gates.filter(
    (gate) =>
      isAboutRows(gate) && gate.onFail !== "warn" && !(isHistory && gate.check.kind === "unique"),
  );
  const what = `The release of ${request.source}`;
  const isKeyed = request.strategy === "merge" || isHistory;
  const taken = isKeyed ? null : quoteTable(request.target);
  const rows = `(SELECT * FROM ${judged} WHERE _problem IS NULL)`;
  const failing = (await rowGates(session, gates, { rows, taken, what })).map(
    ({ gate, isFailing }) => ({ name: gate.name, isFailing }),
  );
  if (isKeyed) failing.unshift(...untold(request, columns));
  if (failing.length === 0) return;
  const names = failing.map(
    ({ name, isFailing }) => `CASE WHEN ${isFailing} THEN ${literal(name)} END`,
  );
  await session.run(
    `CREATE OR REPLACE TEMP TABLE _sluice_failing AS
     SELECT place, concat_ws(', ', ${names.join(", ")}) AS told FROM ${rows} AS s`,
  );
  await session.run(
    `UPDATE ${judged} AS j SET _problem = f.told FROM temp._sluice_failing AS f
     WHERE f.place = j.place AND f.told <> ''`,
  );
  await session.run("DROP TABLE temp._sluice_failing");
}

/** Rows whose key or time cannot be told, and rows that say that their key is deleted, stay. */
function untold(request: ReleaseRequest, columns: readonly StagedColumn[]): readonly Failing[] {
  const keyless = request.key.map((name) => `s.${quoteName(name)} IS NULL`).join(" OR ");
  const time = timeOf(request, columns);
  const { deletes } = request.loading;
  return [
    { name: "key", isFailing: `(${keyless || "true"})` },
    ...(time === null
      ? []
      : [{ name: "event_time", isFailing: `(isfinite(${time}) IS NOT TRUE)` }]),
    ...(deletes?.by === "column"
      ? [
          {
            name: "deletes",
            isFailing: markedCondition(`s.${quoteName(deletes.column)}`, deletes.value),
          },
        ]
      : []),
  ];
}

/**
 * For `merge`: of rows with one key the last that was set aside counts, and none that is older than
 * the row that the table has of its key.
 * @returns how many are obsolete; they leave quarantine, and enter nothing
 */
async function supersede(session: Session, { request, target }: Scene): Promise<number> {
  if (request.strategy !== "merge") return 0;
  const names = request.key.map(quoteName);
  const onKey = names.map((name) => `t.${name} = j.${name}`).join(" AND ");
  const isMarked = target.columns.some(({ name }) => name === "_loaded_at");
  const isNewer = isMarked ? `AND coalesce(t._loaded_at >= j._sluice_at, false)` : "";
  return session.change(
    `UPDATE ${judged} AS j SET _sluice_old = true WHERE _problem IS NULL AND (
       place NOT IN (SELECT arg_max(place, (_sluice_at, place)) FROM ${judged}
                     WHERE _problem IS NULL GROUP BY ${names.join(", ")})
       OR EXISTS (SELECT 1 FROM ${quoteTable(request.target)} AS t WHERE ${onKey} ${isNewer}))`,
  );
}

async function insert(session: Session, scene: Scene, head: Head): Promise<number> {
  const { request } = scene;
  const inserted =
    request.strategy === "history"
      ? await observe(session, scene, head)
      : await insertRows(session, scene);
  const gates = request.gates.filter(({ check }) => check.kind === "row_count");
  if (inserted > 0 && gates.length > 0) {
    const table = quoteTable(request.target);
    const rows = request.strategy === "history" ? currentVersions(table) : table;
    const scope = { rows, taken: null, what: `The release of ${request.source}` };
    const { measurements } = await measureGates(session, gates, scope);
    await enforceGates(session, { gates, measurements }, scope);
  }
  return inserted;
}

const isIn = "_problem IS NULL AND NOT _sluice_old";

/** A row of a history says what it says of its time, or of the instant at which it was set aside. */
async function observe(session: Session, scene: Scene, head: Head): Promise<number> {
  const { request, target, columns } = scene;
  const rows = "temp._sluice_letting_in";
  const count = await session.change(
    `CREATE OR REPLACE TEMP TABLE _sluice_letting_in AS SELECT * FROM ${judged} WHERE ${isIn} ORDER BY place`,
  );
  const stored = columns.map(({ name }) => ({ name, value: quoteName(name) }));
  await writeHistory(
    session,
    { ...request, provenance: { at: request.at } },
    {
      claim: { id: head.stands, relation: target },
      shape: { stored, statements: [] },
      staged: { rows, isTarget: false, taken: null },
      settled: nothingSettled,
      keeper: null,
    },
    { time: timeOf(request, columns) ?? "s._sluice_at", index: 0 },
  );
  return count;
}

async function insertRows(session: Session, { request, target, columns }: Scene): Promise<number> {
  const table = quoteTable(request.target);
  if (request.strategy === "merge") {
    const onKey = request.key.map((name) => `t.${quoteName(name)} = j.${quoteName(name)}`);
    await session.run(
      `DELETE FROM ${table} AS t USING ${judged} AS j WHERE ${isIn} AND ${onKey.join(" AND ")}`,
    );
  }
  const own = {
    _load_id: "_sluice_load AS _load_id",
    _loaded_at: `epoch_ms(${request.at}) AS _loaded_at`,
  };
  const marked = markers
    .filter((marker) => target.columns.some(({ name }) => name === marker.name))
    .map(({ name }) => own[name]);
  const items = [...columns.map(({ name }) => quoteName(name)), ...marked].join(", ");
  return session.change(
    `INSERT INTO ${table} BY NAME SELECT ${items} FROM ${judged} WHERE ${isIn} ORDER BY place`,
  );
}

/** What stays is kept with the reason that it has today. */
async function tellReasons(session: Session, { request, aside }: Scene): Promise<void> {
  const table = quoteTable(quarantineTable(request.source));
  const has = (name: string) => aside.columns.some((one) => one.name === name);
  const sets = [
    "_reason = j._problem",
    ...(has("_column") ? ["_column = j._sluice_column"] : []),
    ...(has("_value") ? ["_value = j._sluice_value"] : []),
  ];
  await session.run(
    `UPDATE ${table} AS q SET ${sets.join(", ")} FROM ${judged} AS j
     WHERE j.place = q.rowid AND j._problem IS NOT NULL AND j._problem IS DISTINCT FROM q._reason`,
  );
}

async function recordRelease(
  session: Session,
  {
    request,
    head,
    ofLoad,
    outcome,
  }: {
    readonly request: ReleaseRequest;
    readonly head: string;
    readonly ofLoad: number;
    readonly outcome: ReleaseOutcome;
  },
): Promise<void> {
  const target = tableText(request.target);
  const before = await session.count(
    `SELECT count(*) FROM _sluice.releases WHERE target = ${literal(target)}`,
  );
  const values = [
    hashOf({ target, head, before, at: request.at }),
    target,
    head,
    request.source,
    outcome.rowsReleased,
    ofLoad,
    outcome.rowsKept,
    request.by,
    request.at,
  ];
  await session.run(`INSERT INTO _sluice.releases VALUES (${values.map(literal).join(", ")})`);
}
