import { tableText } from "../../core/schema/table-schema.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { LoadRequest } from "../../ports/warehouse.ts";
import { canonicalTypes } from "./check-sql.ts";
import {
  isNumeric,
  isWider,
  problemPrefix,
  type StagedColumn,
  strict,
  typedCast,
} from "./column-cast.ts";
import type { Session } from "./duckdb-session.ts";
import { literal, quoteName, quoteTable } from "./quote-duckdb.ts";
import type { Relation } from "./relation.ts";

/** Columns that a load adds to each row of a table that several loads share. */
export const markers = [
  { name: "_load_id", type: "VARCHAR" },
  { name: "_loaded_at", type: "TIMESTAMP" },
] as const;

/** How staged rows fit into their target. */
export interface Shape {
  /** The columns as they are staged. */
  readonly staged: readonly StagedColumn[];
  /** The same columns as the target holds them, once `statements` have run. */
  readonly stored: readonly StagedColumn[];
  /** What must run first, so that the target can hold the rows without loss. */
  readonly statements: readonly string[];
}

/** A load of no files at all has the columns that its target has, where its manifest knows none. */
export function withColumns(request: LoadRequest, relation: Relation | null): LoadRequest {
  const { manifest } = request;
  if (manifest.columns.length > 0 || manifest.files.length > 0 || relation === null) return request;
  const columns = relation.columns
    .filter(({ name }) => !markers.some((marker) => marker.name === name))
    .map(({ name, type }) => ({ name, type, nullable: true }));
  return { ...request, manifest: { ...manifest, columns } };
}

/** The manifest's columns with types as the engine writes them. */
export async function manifestColumns(
  session: Session,
  request: LoadRequest,
): Promise<readonly StagedColumn[]> {
  const { columns } = request.manifest;
  if (columns.length === 0) {
    throw new OperatingError("STAGING_INVALID", `The manifest of ${request.source} has no columns`);
  }
  const types = await canonicalTypes(
    session,
    columns.map((column) => column.type),
  );
  return columns.map(({ name, type }) => ({ name, type: types.get(type) ?? type }));
}

/**
 * Fits new rows to the table that they are added to: new columns are added, and types are widened
 * where every value there is stays what it is.
 * @throws SCHEMA_INCOMPATIBLE naming the columns that no common type can hold
 */
export async function shapeTarget(
  session: Session,
  request: LoadRequest,
  { columns, relation }: { readonly columns: readonly StagedColumn[]; readonly relation: Relation },
): Promise<Shape> {
  const isText = request.manifest.format.type !== "parquet";
  const there = new Map(relation.columns.map((column) => [column.name.toLowerCase(), column.type]));
  const table = quoteTable(request.target);
  const staged: StagedColumn[] = [];
  const stored: StagedColumn[] = [];
  const statements: string[] = [];
  const clashes: string[] = [];
  for (const column of columns) {
    const { name, type } = column;
    const has = there.get(name.toLowerCase());
    const common = has === undefined ? type : await commonType(session, has, type);
    if (common === null && has !== undefined && type === "VARCHAR") {
      staged.push({ name, type: has, isGuessed: true });
      stored.push({ name, type: has });
      continue;
    }
    if (common === null || !(await holds(session, request, { name, from: has, to: common }))) {
      clashes.push(`${name} is ${has} and would become ${type}`);
      continue;
    }
    // Text that goes into a text column is kept as it was written, leading zeros and all.
    staged.push({ name, type: isText && common === "VARCHAR" ? common : type });
    stored.push({ name, type: common });
    if (has === undefined)
      statements.push(`ALTER TABLE ${table} ADD COLUMN ${quoteName(name)} ${type}`);
    else if (has !== common) {
      statements.push(`ALTER TABLE ${table} ALTER ${quoteName(name)} TYPE ${common}`);
    }
  }
  refuseClashes(request, clashes);
  return { staged, stored, statements };
}

function refuseClashes(request: LoadRequest, clashes: readonly string[]): void {
  if (clashes.length === 0) return;
  throw new OperatingError(
    "SCHEMA_INCOMPATIBLE",
    `${request.source} no longer fits ${tableText(request.target)}: ${clashes.join("; ")}`,
    { hint: "Load it once with strategy replace, or give the column one type at the source." },
  );
}

/**
 * A column of text of which no value at all is of the target's type has become another column.
 * @throws SCHEMA_INCOMPATIBLE
 */
export async function refuseMisfits(
  session: Session,
  request: LoadRequest,
  on: { readonly shape: Shape; readonly rows: string; readonly bad: string },
): Promise<void> {
  const clashes: string[] = [];
  for (const column of on.shape.staged) {
    if (column.isGuessed === undefined) continue;
    const [row = []] = await session.rows(
      `SELECT (SELECT count(${quoteName(column.name)}) FROM ${on.rows}),
         (SELECT count(*) FROM ${on.bad} WHERE contains(_reason, ${literal(problemPrefix(column))}))`,
    );
    if (Number(row[0]) > 0 || Number(row[1]) === 0) continue;
    clashes.push(`${column.name} is ${column.type} and would become VARCHAR`);
  }
  refuseClashes(request, clashes);
}

/** A type that may hold both; `null` when there is none that keeps their meaning. */
async function commonType(session: Session, has: string, type: string): Promise<string | null> {
  if (has === type || isWider(type, has) || has === "VARCHAR") return has;
  if (isWider(has, type)) return type;
  if (!isNumeric(has) || !isNumeric(type)) return null;
  const [row] = await session.rows(`SELECT typeof(COALESCE(NULL::${has}, NULL::${type}))`);
  return String(row?.[0]);
}

/** Whether all values that a column has now survive its change of type. */
async function holds(
  session: Session,
  request: LoadRequest,
  change: { readonly name: string; readonly from: string | undefined; readonly to: string },
): Promise<boolean> {
  const { name, from, to } = change;
  if (from === undefined || isWider(from, to)) return true;
  const { isLossy } = typedCast(quoteName(name), from, to);
  const lost = await session.count(
    `SELECT count(*) FROM ${quoteTable(request.target)} WHERE ${isLossy}`,
  );
  return lost === 0;
}

/** The items of a SELECT over staged rows that gives them the types of the target. */
export function storedItems(shape: Shape): readonly string[] {
  return shape.stored.map((column, index) => {
    const from = shape.staged[index]?.type ?? column.type;
    const name = quoteName(column.name);
    if (from === column.type) return name;
    if (column.type === "VARCHAR" || isWider(from, column.type)) {
      return `CAST(${name} AS ${column.type}) AS ${name}`;
    }
    return strict(typedCast(name, from, column.type), column, name);
  });
}
