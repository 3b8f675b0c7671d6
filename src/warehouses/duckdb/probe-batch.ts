import type { Probe, ProbeResult } from "../../core/compatibility/evidence.ts";
import type { TableName } from "../../core/schema/table-schema.ts";
import type { Json } from "../../core/std/json.ts";
import type { Manifest } from "../../ports/staging.ts";
import { canonicalTypes } from "./check-sql.ts";
import { columnCast, type StagedColumn } from "./column-cast.ts";
import type { Session } from "./duckdb-session.ts";
import { castValue, losesValue } from "./nested-cast.ts";
import { probeScan } from "./probe-scan.ts";
import { literal, quoteName, quoteTable } from "./quote-duckdb.ts";
import { readRelation } from "./relation.ts";
import { rejectTables } from "./staged-scan.ts";
import { fillNulls, parseTypeTree, renderTypeTree, withQuotedNull } from "./type-tree.ts";

/** As many as people look at. */
const examplesMax = 5;

/** A column of the batch as it can be looked at. */
interface Found {
  /** The SQL of the value as its source has it: as text where the files are text. */
  readonly read: string;
  readonly readType: string;
  /** The type that the load gives it. */
  readonly type: string;
}

/** What a probe looks for: the condition of its rows, and the SQL of an example. */
interface Question {
  readonly isHit: string;
  readonly example: string;
}

/**
 * Answers probes of a staged batch, in their order. The rows are read once, into a temporary table
 * of only the columns that are asked for.
 */
export async function probeBatch(
  session: Session,
  manifest: Manifest,
  probes: readonly Probe[],
): Promise<readonly ProbeResult[]> {
  const known = new Map(manifest.columns.map((column) => [column.name.toLowerCase(), column]));
  const asked = new Set(probes.flatMap(columnsOf).map((name) => name.toLowerCase()));
  const wanted = [...asked].flatMap((name) => known.get(name) ?? []);
  if (wanted.length === 0) return probes.map(nothing);
  const types = await typesOf(session, wanted, manifest);
  const { select, readTypes } = await probeScan(session, manifest, types);
  await session.run(`CREATE OR REPLACE TEMP TABLE _sluice_probed AS\n${select}`);
  const found = new Map(
    types.map((column, index): [string, Found] => [
      column.name.toLowerCase(),
      { read: `c${index}`, readType: readTypes[index] ?? "VARCHAR", type: column.type },
    ]),
  );
  const results: ProbeResult[] = [];
  for (const probe of probes) results.push(await answer(session, probe, found));
  for (const table of ["_sluice_probed", rejectTables.errors, rejectTables.scans]) {
    await session.run(`DROP TABLE IF EXISTS temp.${table}`);
  }
  return results;
}

function columnsOf(probe: Probe): readonly string[] {
  return probe.kind === "duplicates" ? probe.columns : [probe.column];
}

function nothing(probe: Probe): ProbeResult {
  return { probe, rows: 0, hits: 0, examples: [] };
}

async function typesOf(
  session: Session,
  columns: Manifest["columns"],
  { fileColumn }: Manifest,
): Promise<readonly StagedColumn[]> {
  const written = columns.map(({ type }) => withQuotedNull(type));
  const types = await canonicalTypes(session, written);
  return columns.map(({ name }, index) => {
    const type = types.get(written[index] ?? "") ?? "VARCHAR";
    const column = { name, type: renderTypeTree(fillNulls(parseTypeTree(type), null)) };
    return name === fileColumn ? { ...column, isFile: true } : column;
  });
}

async function answer(
  session: Session,
  probe: Probe,
  found: ReadonlyMap<string, Found>,
): Promise<ProbeResult> {
  const columns = columnsOf(probe).map((name) => found.get(name.toLowerCase()));
  const there = columns.flatMap((column) => column ?? []);
  const [first] = there;
  if (first === undefined || there.length < columns.length) return nothing(probe);
  const question = await questionOf(session, probe, { first, all: there });
  if (question === null) return nothing(probe);
  const [row = []] = await session.rows(
    `SELECT count(*), count_if(is_hit),
       list_sort(list_distinct(min(example, 100) FILTER (WHERE is_hit AND example IS NOT NULL)))[:${examplesMax}]
     FROM (SELECT coalesce(${question.isHit}, false) AS is_hit, ${question.example} AS example
           FROM temp._sluice_probed)`,
  );
  return { probe, rows: Number(row[0]), hits: Number(row[1]), examples: textsOf(row[2] ?? null) };
}

function textsOf(value: Json): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

async function questionOf(
  session: Session,
  probe: Probe,
  { first, all }: { readonly first: Found; readonly all: readonly Found[] },
): Promise<Question | null> {
  const example = exampleOf(first);
  switch (probe.kind) {
    case "lossy_cast": {
      const type = (await canonicalTypes(session, [probe.to])).get(probe.to) ?? probe.to;
      return { isHit: lossOf(first, { given: probe.to, type }), example };
    }
    case "nulls":
      return { isHit: `${first.read} IS NULL`, example: "CAST(NULL AS VARCHAR)" };
    case "new_members": {
      const value = typed(first);
      const known = probe.known.map(literal).join(", ");
      const isKnown = known === "" ? "false" : `CAST(${value} AS VARCHAR) IN (${known})`;
      return { isHit: `${value} IS NOT NULL AND NOT ${isKnown}`, example };
    }
    case "duplicates": {
      const values = all.map(typed);
      const rows = `count(*) OVER (PARTITION BY ${values.join(", ")})`;
      const isWhole = values.map((value) => `${value} IS NOT NULL`).join(" AND ");
      return { isHit: `${isWhole} AND ${rows} > 1`, example: keyText(all) };
    }
    case "unmatched":
      return unmatched(session, probe, first);
  }
}

function keyText(columns: readonly Found[]): string {
  return `concat_ws(', ', ${columns.map(exampleOf).join(", ")})`;
}

function exampleOf({ read }: Found): string {
  return `substr(CAST(${read} AS VARCHAR), 1, 200)`;
}

/** The value as the load would have it; NULL where it does not fit. */
function typed({ read, readType, type }: Found): string {
  if (readType === type) return read;
  const cast = readType === "VARCHAR" ? columnCast(read, { name: "", type }) : null;
  return `TRY(${cast?.value ?? `CAST(${read} AS ${type})`})`;
}

/**
 * Values that a type would change or cannot hold: found by going there and back, and never by the
 * engine's own cast, which rounds. A length, which the engine ignores, is held to.
 */
function lossOf(
  { read, readType, type: has }: Found,
  { given, type }: { readonly given: string; readonly type: string },
): string {
  const length = /^(?:var)?char(?:acter varying)?\s*\((\d+)\)$/i.exec(given.trim())?.[1];
  if (length !== undefined) return `length(CAST(${read} AS VARCHAR)) > ${length}`;
  if (readType === "VARCHAR") {
    const cast = columnCast(read, { name: "", type });
    const isLossy = cast === null ? "false" : `coalesce(${cast.isLossy}, false)`;
    const value = cast?.value ?? `CAST(${read} AS ${type})`;
    // A text of its own type is judged as the text that it is, not as the number it looks like.
    const isPadded =
      has === "VARCHAR" && type !== "VARCHAR"
        ? ` OR regexp_full_match(${read}, '\\s*[+-]?0[0-9]+.*')`
        : "";
    const isTime = /^(DATE|TIME|TIMESTAMP)/.test(type);
    return `${read} IS NOT NULL AND (TRY(${value}) IS NULL OR ${isLossy}${isTime ? "" : isPadded})`;
  }
  const [from, to] = [parseTypeTree(readType), parseTypeTree(type)];
  const isGone = `TRY(${castValue(read, { from, to, isStrict: false })}) IS NULL`;
  return `${read} IS NOT NULL AND (${isGone} OR ${losesValue(read, from, to)})`;
}

async function unmatched(
  session: Session,
  probe: Extract<Probe, { kind: "unmatched" }>,
  first: Found,
): Promise<Question | null> {
  const [schema = "", ...name] = probe.table.split(".");
  const table: TableName = { schema, name: name.join(".") };
  const relation = await readRelation(session, table);
  const other = relation?.columns.find(
    (column) => column.name.toLowerCase() === probe.otherColumn.toLowerCase(),
  );
  if (other === undefined) return null;
  const value = typed(first);
  const key = quoteName(other.name);
  const isSame = other.type === first.type;
  const [mine, theirs] = isSame
    ? [value, key]
    : [`CAST(${value} AS VARCHAR)`, `CAST(${key} AS VARCHAR)`];
  const held = `SELECT ${theirs} FROM ${quoteTable(table)} WHERE ${key} IS NOT NULL`;
  return {
    isHit: `${value} IS NOT NULL AND ${mine} NOT IN (${held})`,
    example: exampleOf(first),
  };
}
