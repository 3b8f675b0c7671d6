import { tableText } from "../../core/schema/table-schema.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { LoadRequest } from "../../ports/warehouse.ts";
import type { Claim } from "./claim-load.ts";
import { refuseVanishing } from "./delete-rows.ts";
import type { Session } from "./duckdb-session.ts";
import type { Staged } from "./gate-load.ts";
import type { VersionKeeper } from "./keep-version.ts";
import { literal, quoteName, quoteTable } from "./quote-duckdb.ts";
import type { Settled } from "./settle-rows.ts";
import { markers, type Shape } from "./shape-target.ts";

/** What became of the staged rows, and of rows that were there. */
export interface Written {
  readonly inserted: number;
  readonly updated: number;
  /** Rows that the target held already, as they are. */
  readonly unchanged: number;
  /** Rows of earlier loads that were removed because theirs came anew. */
  readonly replaced: number;
  /** Keys that were removed, or ended, because the source has them no more. */
  readonly deleted: number;
}

/** Rows on their way into a target. */
export interface WritingRows {
  readonly claim: Pick<Claim, "id" | "relation">;
  readonly shape: Shape;
  readonly staged: Staged;
  readonly settled: Settled;
  /** `null` when no version is kept. */
  readonly keeper: VersionKeeper | null;
}

/** Adds the staged rows, each with the load that brought it. */
export async function appendRows(
  session: Session,
  request: LoadRequest,
  rows: WritingRows,
): Promise<Written> {
  if (rows.claim.relation !== null) await prepareTarget(session, request, rows);
  return wrote(await insertRows(session, request, rows));
}

/** Adds the staged rows to a target that has their shape, or makes it of them. */
async function insertRows(
  session: Session,
  request: LoadRequest,
  { claim, shape, staged }: WritingRows,
): Promise<number> {
  const target = quoteTable(request.target);
  const select = `SELECT ${[...storedItems(shape), ...markerItems(request, claim)].join(", ")} FROM ${staged.rows}`;
  return session.change(
    claim.relation === null
      ? `CREATE TABLE ${target} AS ${select}`
      : `INSERT INTO ${target} BY NAME ${select}`,
  );
}

/** What was written when nothing was but new rows. */
export function wrote(inserted: number): Written {
  return { inserted, updated: 0, unchanged: 0, replaced: 0, deleted: 0 };
}

/** Puts the staged rows in the place of those that their partitions held. */
export async function replacePartitions(
  session: Session,
  request: LoadRequest,
  rows: WritingRows,
): Promise<Written> {
  const { claim, shape, settled, keeper } = rows;
  if (claim.relation === null) return wrote(await insertRows(session, request, rows));
  await prepareTarget(session, request, rows);
  const target = quoteTable(request.target);
  if (settled.partitions === null) {
    await keeper?.keepWhole();
    const replaced = await session.change(`DELETE FROM ${target}`);
    return { ...wrote(await insertRows(session, request, rows)), replaced };
  }
  const joined = (names: readonly string[], equals: string) => {
    const { items, on } = joinOn(shape, names, equals);
    return `SELECT t.rowid FROM ${target} AS t SEMI JOIN (SELECT ${items} FROM ${settled.partitions}) AS s ON (${on})`;
  };
  const { replaces, fileColumn } = request.manifest;
  const gone = [
    joined(request.loading.partitionBy, "IS NOT DISTINCT FROM"),
    // A row that has moved to another partition is still in the one that it was in.
    ...(request.key.length === 0 ? [] : [joined(request.key, "=")]),
    ...(replaces.length === 0 || fileColumn === null
      ? []
      : [
          `SELECT t.rowid FROM ${target} AS t WHERE t.${quoteName(fileColumn)} IN (${replaces.map(literal).join(", ")})`,
        ]),
  ].join(" UNION ");
  await keeper?.keepRows(`SELECT * FROM ${target} WHERE rowid IN (${gone})`);
  const replaced = await session.change(`DELETE FROM ${target} WHERE rowid IN (${gone})`);
  return { ...wrote(await insertRows(session, request, rows)), replaced };
}

/** The items of a SELECT over staged columns, and the condition that joins it as `s` to the target `t`. */
export function joinOn(
  { stored }: Shape,
  names: readonly string[],
  equals: string,
): { readonly items: string; readonly on: string } {
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  const columns = stored.filter(({ name }) => wanted.has(name.toLowerCase()));
  return {
    items: storedItems({ stored: columns, statements: [] }).join(", "),
    on: columns
      .map(({ name }) => `t.${quoteName(name)} ${equals} s.${quoteName(name)}`)
      .join(" AND "),
  };
}

/** Updates the rows whose key is there and whose values differ, and adds the others. */
export async function mergeRows(
  session: Session,
  request: LoadRequest,
  rows: WritingRows,
): Promise<Written> {
  const { claim, shape, staged, keeper } = rows;
  if (claim.relation === null) return wrote(await insertRows(session, request, rows));
  await prepareTarget(session, request, rows);
  const deleted = await removeKeys(session, request, rows);
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
  if (changed > 0) {
    await keeper?.keepRows(
      `SELECT t.* FROM ${target} AS t JOIN ${source} ON ${onKey} WHERE ${differs}`,
    );
  }
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
  return {
    inserted: written - changed,
    updated: changed,
    unchanged: matched - changed,
    replaced: 0,
    deleted,
  };
}

/** Removes the keys that the source says it has no more, by a mark or by their absence. */
async function removeKeys(
  session: Session,
  request: LoadRequest,
  { shape, settled, keeper }: WritingRows,
): Promise<number> {
  const { marked, seen } = settled;
  const named = marked?.rows ?? seen;
  if (named === null) return 0;
  const target = quoteTable(request.target);
  const { items, on } = joinOn(shape, request.key, "=");
  const join = marked === null ? "ANTI" : "SEMI";
  const hasKey = request.key.map((name) => `t.${quoteName(name)} IS NOT NULL`).join(" AND ");
  const gone = `SELECT t.rowid FROM ${target} AS t ${join} JOIN (SELECT ${items} FROM ${named}) AS s ON (${on}) WHERE ${hasKey}`;
  if (marked === null) {
    refuseVanishing(request, {
      vanishing: await session.count(`SELECT count(*) FROM (${gone})`),
      keys: await session.count(`SELECT count(*) FROM ${target}`),
    });
  }
  await keeper?.keepRows(`SELECT * FROM ${target} WHERE rowid IN (${gone})`);
  return session.change(`DELETE FROM ${target} WHERE rowid IN (${gone})`);
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

/** Gives a target that is there the shape of the rows. */
export async function prepareTarget(
  session: Session,
  request: Pick<LoadRequest, "target">,
  { claim, shape, keeper }: WritingRows,
): Promise<void> {
  const there = new Set(claim.relation?.columns.map(({ name }) => name.toLowerCase()) ?? []);
  const missing = markers.filter(({ name }) => !there.has(name));
  if (shape.statements.length + missing.length > 0) await keeper?.keepWhole();
  for (const statement of shape.statements) await session.run(statement);
  for (const { name, type } of missing) {
    await session.run(`ALTER TABLE ${quoteTable(request.target)} ADD COLUMN ${name} ${type}`);
  }
}

/** The items of a SELECT over staged rows that gives them the names and types of the target. */
export function storedItems({ stored }: Shape): readonly string[] {
  return stored.map(({ name, value }) => `${value} AS ${quoteName(name)}`);
}

function markerItems(request: LoadRequest, claim: Pick<Claim, "id">): readonly string[] {
  return [`${literal(claim.id)} AS _load_id`, `epoch_ms(${request.provenance.at}) AS _loaded_at`];
}
