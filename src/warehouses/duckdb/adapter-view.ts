import type { AdaptedColumn } from "../../core/routes/route.ts";
import { tableText } from "../../core/schema/table-schema.ts";
import { hashOf } from "../../core/std/hash.ts";
import type { TransformRequest } from "../../ports/warehouse.ts";
import { canonicalTypes } from "./check-sql.ts";
import { lenient, type StagedColumn, textCast } from "./column-cast.ts";
import type { Session } from "./duckdb-session.ts";
import { castValue, losesValue } from "./nested-cast.ts";
import { literal, quoteName, quoteTable } from "./quote-duckdb.ts";
import { type Relation, readRelation } from "./relation.ts";
import { isMarker } from "./shape-target.ts";
import { fillNulls, parseTypeTree, renderTypeTree, withQuotedNull } from "./type-tree.ts";

type AdapterRequest = TransformRequest["adapters"][number];

/**
 * Makes the view that gives a table the shape of an earlier version. One that is there already is
 * kept as long as it says the same of the table as it stands now. Runs inside a transaction.
 */
export async function makeAdapter(session: Session, request: AdapterRequest): Promise<void> {
  const relation = await readRelation(session, request.table);
  const select = await adapterSelect(session, request, relation);
  const definition = hashOf({ select, columns: relation?.columns ?? null });
  const name = literal(tableText(request.view));
  const [known] = await session.rows(
    `SELECT definition FROM _sluice.adapters WHERE view_name = ${name}`,
  );
  const there = await readRelation(session, request.view);
  if (known?.[0] === definition && there?.kind === "view") return;
  await session.run(`CREATE OR REPLACE VIEW ${quoteTable(request.view)} AS ${select}`);
  await session.run(
    `INSERT INTO _sluice.adapters VALUES (${name}, ${literal(definition)})
     ON CONFLICT (view_name) DO UPDATE SET definition = excluded.definition`,
  );
}

async function adapterSelect(
  session: Session,
  { adapter, table }: AdapterRequest,
  relation: Relation | null,
): Promise<string> {
  const types = await canonicalTypes(
    session,
    adapter.columns.map(({ type }) => withQuotedNull(type)),
  );
  const there = new Map(relation?.columns.map((one) => [one.name.toLowerCase(), one]) ?? []);
  const items = adapter.columns.map((column) => {
    const given = withQuotedNull(column.type);
    const type = renderTypeTree(fillNulls(parseTypeTree(types.get(given) ?? given), null));
    return `${adaptedValue(column, type, there)} AS ${quoteName(column.name)}`;
  });
  const own = new Set(adapter.columns.map(({ name }) => name.toLowerCase()));
  const markers = (relation?.columns ?? []).filter(
    ({ name }) => isMarker(name) && !own.has(name.toLowerCase()),
  );
  const all = [...items, ...markers.map(({ name }) => quoteName(name))].join(", ");
  // A table that never arrived is read as empty.
  return relation === null
    ? `SELECT ${all} WHERE false`
    : `SELECT ${all} FROM ${quoteTable(table)}`;
}

/** The newest name that holds a value counts: older rows have theirs under the older name. */
function adaptedValue(
  column: AdaptedColumn,
  type: string,
  there: ReadonlyMap<string, StagedColumn>,
): string {
  const found = column.from.flatMap((name) => there.get(name.toLowerCase()) ?? []);
  const isMixed = new Set(found.map((one) => one.type)).size > 1;
  const values = found.map((one) => {
    if (column.isCast) return safeCast(one, type);
    const value = quoteName(one.name);
    return isMixed ? `CAST(${value} AS ${type})` : value;
  });
  const [first] = values;
  if (first === undefined) return `CAST(NULL AS ${type})`;
  return values.length === 1 ? first : `coalesce(${values.join(", ")})`;
}

/** The value as the type, or NULL where it would not be the same value: the engine's own cast rounds. */
function safeCast({ name, type: has }: StagedColumn, type: string): string {
  const value = quoteName(name);
  if (has === type) return value;
  const text = has === "VARCHAR" ? textCast(value, type) : null;
  if (text !== null) return lenient(value, { name, type }, text);
  const [from, to] = [parseTypeTree(has), parseTypeTree(type)];
  if (has === "VARCHAR") return castValue(value, { from, to, isStrict: false });
  return `CASE WHEN ${losesValue(value, from, to)} THEN NULL ELSE ${castValue(value, { from, to, isStrict: false })} END`;
}
