import { tableText } from "../../core/schema/table-schema.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { LoadRequest } from "../../ports/warehouse.ts";
import type { Claim } from "./claim-load.ts";
import type { Session } from "./duckdb-session.ts";
import type { Staged } from "./gate-load.ts";
import { literal, quoteName, quoteTable } from "./quote-duckdb.ts";
import { markers, type Shape } from "./shape-target.ts";

/** What became of the staged rows. `unchanged` are rows that the target held already, as they are. */
export interface Written {
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
}

interface Rows {
  readonly claim: Claim;
  readonly shape: Shape;
  readonly staged: Staged;
}

/** Adds the staged rows, each with the load that brought it. */
export async function appendRows(
  session: Session,
  request: LoadRequest,
  { claim, shape, staged }: Rows,
): Promise<Written> {
  const target = quoteTable(request.target);
  const select = `SELECT ${[...storedItems(shape), ...markerItems(request, claim)].join(", ")} FROM ${staged.rows}`;
  if (claim.relation === null) {
    return wrote(await session.change(`CREATE TABLE ${target} AS ${select}`));
  }
  await prepareTarget(session, request, { claim, shape });
  return wrote(await session.change(`INSERT INTO ${target} BY NAME ${select}`));
}

function wrote(inserted: number): Written {
  return { inserted, updated: 0, unchanged: 0 };
}

/** Updates the rows whose key is there and whose values differ, and adds the others. */
export async function mergeRows(
  session: Session,
  request: LoadRequest,
  { claim, shape, staged }: Rows,
): Promise<Written> {
  if (claim.relation === null) return appendRows(session, request, { claim, shape, staged });
  await prepareTarget(session, request, { claim, shape });
  const target = quoteTable(request.target);
  const items = [...storedItems(shape), ...markerItems(request, claim)].join(", ");
  const key = new Set(request.key.map((name) => name.toLowerCase()));
  const onKey = request.key
    .map((name) => `t.${quoteName(name)} = s.${quoteName(name)}`)
    .join(" AND ");
  const values = shape.stored.filter(({ name }) => !key.has(name.toLowerCase()));
  const differs = values
    .map(({ name }) => `t.${quoteName(name)} IS DISTINCT FROM s.${quoteName(name)}`)
    .join(" OR ");
  const source = `(SELECT ${items} FROM ${staged.rows}) AS s`;
  const [row = []] = await session.rows(
    `SELECT count(*), count_if(${differs || "false"}) FROM ${target} AS t JOIN ${source} ON ${onKey}`,
  );
  const [matched, changed] = [Number(row[0]), Number(row[1])];
  const all = [...shape.stored, ...markers].map(({ name }) => quoteName(name));
  const sets = [...values, ...markers].map(
    ({ name }) => `${quoteName(name)} = s.${quoteName(name)}`,
  );
  const update =
    values.length === 0 ? "" : `WHEN MATCHED AND (${differs}) THEN UPDATE SET ${sets.join(", ")}`;
  const written = await session.change(
    `MERGE INTO ${target} AS t USING ${source} ON (${onKey}) ${update}
     WHEN NOT MATCHED THEN INSERT (${all.join(", ")}) VALUES (${all.map((name) => `s.${name}`).join(", ")})`,
  );
  await assertUniqueKey(session, request, staged);
  return { inserted: written - changed, updated: changed, unchanged: matched - changed };
}

/** A table that was not always merged into may hold a key twice; then no merge can be right. */
async function assertUniqueKey(
  session: Session,
  request: LoadRequest,
  staged: Staged,
): Promise<void> {
  const names = request.key.map(quoteName).join(", ");
  const [row] = await session.rows(
    `SELECT (SELECT count(*) FROM ${quoteTable(request.target)} SEMI JOIN ${staged.rows} USING (${names})),
            (SELECT count(*) FROM ${staged.rows})`,
  );
  if (Number(row?.[0]) === Number(row?.[1])) return;
  throw new OperatingError(
    "SCHEMA_INCOMPATIBLE",
    `${tableText(request.target)} holds several rows of one key (${request.key.join(", ")})`,
    { hint: "Load it once with strategy replace, or correct the source's key." },
  );
}

async function prepareTarget(
  session: Session,
  request: LoadRequest,
  { claim, shape }: { readonly claim: Claim; readonly shape: Shape },
): Promise<void> {
  for (const statement of shape.statements) await session.run(statement);
  const there = new Set(claim.relation?.columns.map(({ name }) => name.toLowerCase()) ?? []);
  for (const { name, type } of markers) {
    if (there.has(name)) continue;
    await session.run(`ALTER TABLE ${quoteTable(request.target)} ADD COLUMN ${name} ${type}`);
  }
}

/** The items of a SELECT over staged rows that gives them the names and types of the target. */
function storedItems({ stored }: Shape): readonly string[] {
  return stored.map(({ name, value }) => `${value} AS ${quoteName(name)}`);
}

function markerItems(request: LoadRequest, claim: Claim): readonly string[] {
  return [`${literal(claim.id)} AS _load_id`, `epoch_ms(${request.provenance.at}) AS _loaded_at`];
}
