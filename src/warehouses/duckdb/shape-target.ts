import type { Column } from "../../core/schema/table-schema.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { LoadRequest } from "../../ports/warehouse.ts";
import { canonicalTypes } from "./check-sql.ts";
import { columnCast, isWider, type StagedColumn, strict, textCast } from "./column-cast.ts";
import { commonTypes, isLossless } from "./common-type.ts";
import type { Session } from "./duckdb-session.ts";
import { castValue, losesValue, refineTexts, saysTextFor } from "./nested-cast.ts";
import { quoteName, quoteTable } from "./quote-duckdb.ts";
import type { Relation } from "./relation.ts";
import {
  fillNulls,
  parseTypeTree,
  renderTypeTree,
  type TypeTree,
  varchar,
  withQuotedNull,
} from "./type-tree.ts";

/** The column that says which file a row of an appended table is of. */
export const fileMarker: StagedColumn = { name: "_file", type: "VARCHAR", isFile: true };

/** Columns that a load adds to each row of a table that several loads share. */
export const markers = [
  { name: "_load_id", type: "VARCHAR" },
  { name: "_loaded_at", type: "TIMESTAMP" },
] as const;

/** Columns that say when a row of a `history` holds. */
export const validity = [
  { name: "_valid_from", type: "TIMESTAMP" },
  { name: "_valid_to", type: "TIMESTAMP" },
  { name: "_is_current", type: "BOOLEAN" },
] as const;

const ownNames: ReadonlySet<string> = new Set(
  [fileMarker, ...markers, ...validity].map(({ name }) => name),
);

/** Whether Sluice keeps a column for itself beside those of the source. */
export function isMarker(name: string): boolean {
  return ownNames.has(name.toLowerCase());
}

/** One column on its way into its target. */
export interface PlannedColumn {
  readonly staged: StagedColumn;
  /** The column of the target; `null` where it has none yet. */
  readonly there: {
    readonly name: string;
    readonly type: string;
    /** The type that it can have without another look: parts that never held anything may be any. */
    readonly known: TypeTree;
  } | null;
  /** True where the manifest knows of no value: what the target has counts as long as all fits. */
  readonly isUnseen: boolean;
}

/** How staged rows fit into their target. */
export interface Shape {
  /** The columns as the target holds them, once `statements` have run, with the SQL of each. */
  readonly stored: readonly { readonly name: string; readonly value: string }[];
  /** What must run first, so that the target can hold the rows without loss. */
  readonly statements: readonly string[];
}

/** A load of no files at all has the columns that its target has, where its manifest knows none. */
export function withColumns(request: LoadRequest, relation: Relation | null): LoadRequest {
  const { manifest } = request;
  if (manifest.columns.length > 0 || manifest.files.length > 0 || relation === null) return request;
  const columns = relation.columns
    .filter(({ name }) => !isMarker(name))
    .map(({ name, type }) => ({ name, type, nullable: true }));
  return { ...request, manifest: { ...manifest, columns } };
}

/** The manifest's columns with types as the engine writes them. */
export async function manifestColumns(
  session: Session,
  request: LoadRequest,
): Promise<readonly StagedColumn[]> {
  const { columns, fileColumn } = request.manifest;
  if (columns.length === 0) {
    throw new OperatingError("STAGING_INVALID", `The manifest of ${request.source} has no columns`);
  }
  const written = columns.map((column) => withQuotedNull(column.type));
  const types = await canonicalTypes(session, written);
  return columns.map(({ name }, index) => {
    const type = written[index] ?? "";
    const column = { name, type: types.get(type) ?? type };
    return name === fileColumn ? { ...column, isFile: true } : column;
  });
}

/**
 * How the columns are to be staged: with the types that they come with, or as texts where the
 * target keeps texts, so that leading zeros and all are kept as they were written.
 */
export async function planColumns(
  session: Session,
  request: LoadRequest,
  {
    columns,
    relation,
  }: { readonly columns: readonly StagedColumn[]; readonly relation: Relation | null },
): Promise<readonly PlannedColumn[]> {
  const isNamed = request.manifest.files.some(({ name }) => name !== null);
  const marked = request.strategy === "append" && isNamed ? [...columns, fileMarker] : columns;
  const planned: PlannedColumn[] = [];
  for (const column of marked) {
    const name = column.name.toLowerCase();
    const found = relation?.columns.find((one) => one.name.toLowerCase() === name);
    planned.push(await planColumn(session, request, { column, found }));
  }
  return planned;
}

async function planColumn(
  session: Session,
  request: LoadRequest,
  { column, found }: { readonly column: StagedColumn; readonly found: StagedColumn | undefined },
): Promise<PlannedColumn> {
  const isText = request.manifest.format.type !== "parquet";
  const arriving = parseTypeTree(column.type);
  if (found === undefined) {
    const type = renderTypeTree(fillNulls(arriving, null));
    return { staged: { ...column, type }, there: null, isUnseen: false };
  }
  const has = parseTypeTree(found.type);
  const says = saysTextFor(quoteName(found.name), has, arriving);
  const isSilent =
    says !== null && !(await isAny(session, `${quoteTable(request.target)} WHERE ${says}`));
  const known = isSilent ? refineTexts(has, arriving) : has;
  const there = { name: found.name, type: found.type, known };
  const filled = fillNulls(arriving, known);
  const isUnseen = arriving.kind === "null" && isText && known.kind === "scalar";
  const isOnlyText = commonTypes(known, filled).every((type) => renderTypeTree(type) === "VARCHAR");
  const type = isUnseen || (isText && isOnlyText) ? varchar : filled;
  return { staged: { ...column, type: renderTypeTree(type) }, there, isUnseen };
}

/** Whether there is a row, without a look at all of them. */
async function isAny(session: Session, from: string): Promise<boolean> {
  return (await session.count(`SELECT count(*) FROM (SELECT 1 FROM ${from} LIMIT 1)`)) > 0;
}

/**
 * Fits staged rows to the table that they are added to: new columns are added, and a column whose
 * values and the new ones have no type in common but text becomes text. Every value, of the table
 * as of the rows, stays what it is.
 */
export async function shapeTarget(
  session: Session,
  request: LoadRequest,
  on: {
    readonly columns: readonly PlannedColumn[];
    /** The target; `null` where it is still to be made. */
    readonly relation: Relation | null;
    readonly rows: string;
  },
): Promise<Shape> {
  const target = quoteTable(request.target);
  const stored: { readonly name: string; readonly value: string }[] = [];
  const added: { readonly name: string; readonly type: string }[] = [];
  const changed = new Map<string, TypeTree>();
  for (const column of on.columns) {
    const { staged, there } = column;
    if (there === null) {
      added.push(staged);
      stored.push({ name: staged.name, value: quoteName(staged.name) });
      continue;
    }
    const type = await storedType(session, { target, rows: on.rows }, column);
    if (renderTypeTree(type) !== there.type) changed.set(there.name, type);
    stored.push({ name: there.name, value: storedValue(column, type) });
  }
  const { relation } = on;
  const statements = relation === null ? [] : reshape(target, relation, { added, changed });
  return { stored, statements };
}

interface Sides {
  readonly target: string;
  readonly rows: string;
}

/** The best type that keeps what is there and what comes. */
async function storedType(
  session: Session,
  { target, rows }: Sides,
  { staged, there, isUnseen }: PlannedColumn,
): Promise<TypeTree> {
  const comes = parseTypeTree(staged.type);
  if (there === null) return comes;
  const { known } = there;
  const [own, arriving] = [quoteName(there.name), quoteName(staged.name)];
  if (renderTypeTree(known) === staged.type) return known;
  if (staged.type === "VARCHAR") {
    // Nothing was seen, or nothing is there: the table's type stands as long as everything fits it.
    const unfit = isUnseen ? misfit(arriving, renderTypeTree(known)) : `${arriving} IS NOT NULL`;
    if (!(await isAny(session, `${rows} WHERE ${unfit}`))) return known;
  }
  const isKept = async (from: TypeTree, to: TypeTree, value: string, table: string) =>
    isLossless(from, to) ||
    !(await isAny(session, `${table} WHERE ${losesValue(value, from, to)}`));
  for (const type of commonTypes(known, comes)) {
    const isFit = await isKept(known, type, own, target);
    if (isFit && (await isKept(comes, type, arriving, rows))) return type;
  }
  return varchar;
}

/** The SQL condition of texts that are no value of a type, or not without loss. */
function misfit(text: string, type: string): string {
  const cast = columnCast(text, { name: "", type, isGuessed: true });
  const value = cast?.value ?? `CAST(${text} AS ${type})`;
  const isLossy = cast === null ? "false" : `coalesce(${cast.isLossy}, false)`;
  return `${text} IS NOT NULL AND (${isLossy} OR TRY(${value}) IS NULL)`;
}

/** The SQL of a staged value as the target holds it. */
function storedValue({ staged }: PlannedColumn, type: TypeTree): string {
  const value = quoteName(staged.name);
  const target = renderTypeTree(type);
  const cast = staged.type === "VARCHAR" ? textCast(value, target) : null;
  if (cast !== null) return strict(cast, { name: staged.name, type: target }, value);
  return castValue(value, { from: parseTypeTree(staged.type), to: type, isStrict: true });
}

/**
 * The statements that give a table its new shape. A plain widening is an ALTER; everything else
 * makes the table anew in the same transaction: the engine may not open a file again that was
 * killed after a field of a struct was altered.
 */
function reshape(
  target: string,
  relation: Relation,
  {
    added,
    changed,
  }: {
    readonly added: readonly { readonly name: string; readonly type: string }[];
    readonly changed: ReadonlyMap<string, TypeTree>;
  },
): readonly string[] {
  const types = new Map(relation.columns.map(({ name, type }) => [name, type]));
  const isPlain = [...changed].every(([name, type]) =>
    isWider(types.get(name) ?? "", renderTypeTree(type)),
  );
  if (isPlain) {
    return [
      ...added.map(
        ({ name, type }) => `ALTER TABLE ${target} ADD COLUMN ${quoteName(name)} ${type}`,
      ),
      ...[...changed].map(
        ([name, type]) =>
          `ALTER TABLE ${target} ALTER ${quoteName(name)} TYPE ${renderTypeTree(type)}`,
      ),
    ];
  }
  const items = [
    ...relation.columns.map(({ name, type }) => {
      const to = changed.get(name);
      const value = quoteName(name);
      if (to === undefined) return value;
      return `${castValue(value, { from: parseTypeTree(type), to, isStrict: true })} AS ${value}`;
    }),
    ...added.map(({ name, type }) => `CAST(NULL AS ${type}) AS ${quoteName(name)}`),
  ];
  return [`CREATE OR REPLACE TABLE ${target} AS SELECT ${items.join(", ")} FROM ${target}`];
}

/** The manifest's columns, where nothing was seen with the types that they were given. */
export function recordedColumns(
  columns: readonly Column[],
  planned: readonly PlannedColumn[],
): readonly Column[] {
  const types = new Map(planned.map(({ staged }) => [staged.name, staged.type]));
  return columns.map((column) => ({
    ...column,
    type: /\bNULL\b/i.test(column.type) ? (types.get(column.name) ?? column.type) : column.type,
  }));
}
