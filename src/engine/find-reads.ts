import { orderModels } from "../core/decide/model-order.ts";
import type { ColumnsRead, ModelReads } from "../core/decide/model-reads.ts";
import type { TableShape } from "../core/lineage/query-lineage.ts";
import type { ModelSpec } from "../core/project/project.ts";
import { schemaIdOf } from "../core/schema/schema-id.ts";
import { type Column, tableText } from "../core/schema/table-schema.ts";
import { compareText } from "../core/std/compare.ts";
import { type Hash, hashText } from "../core/std/hash.ts";
import type { ScanResult, SqlBinder } from "../ports/sql-analyzer.ts";
import type { KnownReads, ReadsEntry } from "./reads-cache.ts";
import { rawTable } from "./task-context.ts";

/** Raised when the same SQL over the same shapes may be found to read other columns than before. */
const findingVersion = 1;

/** What is looked at. */
export interface ReadsWanted {
  readonly models: readonly ModelSpec[];
  /** Sources whose content can be taken apart into columns. */
  readonly partedSources: ReadonlySet<string>;
  /**
   * Ways in which the tables of sources may look when models run, each by source name. Their reads
   * add up.
   */
  readonly shapes: readonly ReadonlyMap<string, readonly Column[]>[];
}

/** What was found, and what of it is new and worth keeping. */
export interface ReadsFound {
  readonly reads: ReadonlyMap<string, ModelReads>;
  readonly fresh: KnownReads;
}

/**
 * Finds which columns models read of inputs that can be taken apart, by the engine's own plans over
 * empty tables. Answers are kept by content: a model whose code and inputs' shapes are as before costs
 * a look-up.
 */
export async function findReads(
  wanted: ReadsWanted,
  known: KnownReads,
  openBinder: () => Promise<SqlBinder>,
): Promise<ReadsFound> {
  const look = lookOf(wanted);
  if (look.asked.size === 0) return { reads: new Map(), fresh: new Map() };
  const used = new Map<string, ReadsEntry[]>();
  const fresh = new Set<string>();
  const reads = new Map<string, ModelReads>();
  for (const [index, shapes] of wanted.shapes.entries()) {
    for (const [model, { entry, isFresh }] of await findUnder(shapes, look, known, openBinder)) {
      if (isFresh) fresh.add(model);
      used.set(model, [...(used.get(model) ?? []).filter(({ id }) => id !== entry.id), entry]);
      if (!look.asked.has(model)) continue;
      const before = reads.get(model);
      if (index > 0 && before === undefined) continue;
      const both = before === undefined ? entry.reads : joinReads(before, entry.reads);
      if (both === null) reads.delete(model);
      else reads.set(model, both);
    }
  }
  return { reads, fresh: new Map([...used].filter(([model]) => fresh.has(model))) };
}

interface Look {
  /** Models that are asked about and those above them, each after those that it reads. */
  readonly models: readonly ModelSpec[];
  readonly byName: ReadonlyMap<string, ModelSpec>;
  /** Models with an input that can be taken apart. */
  readonly asked: ReadonlySet<string>;
  /** Those of them that can be taken apart and are read in turn. */
  readonly parted: ReadonlySet<string>;
}

function lookOf({ models, partedSources }: ReadsWanted): Look {
  const byName = new Map(models.map((model) => [model.name, model] as const));
  const asked = new Set<string>();
  const read = new Set<string>();
  for (const { name, inputs } of models) {
    for (const { subject } of inputs) {
      read.add(subject);
      const parts = byName.get(subject)?.parts ?? null;
      if (parts !== null || partedSources.has(subject)) asked.add(name);
    }
  }
  const needed = new Set(asked);
  const ordered = orderModels(byName);
  for (const { name, inputs } of ordered.toReversed()) {
    if (needed.has(name)) for (const { subject } of inputs) needed.add(subject);
  }
  const parted = [...asked].filter((name) => read.has(name) && byName.get(name)?.parts !== null);
  return {
    models: ordered.filter(({ name }) => needed.has(name)),
    byName,
    asked,
    parted: new Set(parted),
  };
}

interface Found {
  readonly entry: ReadsEntry;
  readonly isFresh: boolean;
}

async function findUnder(
  sources: ReadonlyMap<string, readonly Column[]>,
  look: Look,
  known: KnownReads,
  openBinder: () => Promise<SqlBinder>,
): Promise<ReadonlyMap<string, Found>> {
  const shapes = new Map<string, IdentifiedShape>();
  for (const [source, columns] of sources) {
    shapes.set(source, identified(source, { table: rawTable(source), columns }));
  }
  const found = new Map<string, Found>();
  for (const model of look.models) {
    const inputs = model.inputs.flatMap(({ subject }) => shapes.get(subject) ?? []);
    const question = { model, inputs, isAsked: look.asked.has(model.name) };
    const id = idOf(question, look);
    const earlier = known.get(model.name)?.find((one) => one.id === id);
    const entry = earlier ?? { id, ...(await ask(question, look, await openBinder())) };
    found.set(model.name, { entry, isFresh: earlier === undefined });
    if (entry.columns === null) continue;
    const { target, name } = model;
    shapes.set(name, identified(name, { table: target, columns: entry.columns }));
  }
  return found;
}

interface IdentifiedShape {
  readonly subject: string;
  readonly shape: TableShape;
  readonly id: Hash;
}

function identified(subject: string, shape: TableShape): IdentifiedShape {
  return { subject, shape, id: schemaIdOf(shape.columns) };
}

interface Question {
  readonly model: ModelSpec;
  /** Those whose columns are known. */
  readonly inputs: readonly IdentifiedShape[];
  readonly isAsked: boolean;
}

function idOf({ model, inputs, isAsked }: Question, { parted }: Look): Hash {
  const shapes = inputs.map(({ subject, shape, id }) => [subject, tableText(shape.table), id]);
  const depth = isAsked ? (parted.has(model.name) ? "parts" : "all") : "columns";
  return hashText(JSON.stringify([findingVersion, model.name, model.code, depth, shapes]));
}

async function ask(
  { model, inputs, isAsked }: Question,
  { parted }: Look,
  binder: SqlBinder,
): Promise<Omit<ReadsEntry, "id">> {
  // Where the columns of an input are not known, neither is what is read of the others.
  if (inputs.length < model.inputs.length) return { columns: null, reads: null };
  const tables = inputs.map(({ shape }) => shape);
  const [bind] = await binder.bind(tables, [{ table: model.target, sql: model.sql }]);
  if (bind?.ok !== true) return { columns: null, reads: null };
  const { columns } = bind;
  if (!isAsked) return { columns, reads: null };
  const names = parted.has(model.name) ? (model.parts?.columns.map(({ name }) => name) ?? []) : [];
  const partial = names.length === 0 ? [] : ["1", ...names.map(quoted)];
  const from = `FROM (\n${model.sql.replace(/[;\s]+$/, "")}\n) AS _sluice_part`;
  const queries = [model.sql, ...partial.map((selected) => `SELECT ${selected} ${from}`)];
  const scans = await binder.scansOfAll(tables, queries);
  const [all, rows, ...ofColumns] = scans.map((scan) => columnsRead(scan, inputs));
  if (all === undefined || all === null) return { columns, reads: null };
  const single = names.flatMap((name, index): [string, ColumnsRead][] => {
    const read = ofColumns[index] ?? null;
    return read === null ? [] : [[name, read]];
  });
  const reads = { model: model.name, all, rows: rows ?? null, columns: Object.fromEntries(single) };
  return { columns, reads };
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function columnsRead(scan: ScanResult, inputs: readonly IdentifiedShape[]): ColumnsRead | null {
  if (!scan.ok) return null;
  const read = inputs.map(({ subject, shape }): [string, readonly string[]] => {
    const table = tableText(shape.table);
    const names = scan.scans
      .filter((one) => one.table === table)
      .map(({ column }) => column.toLowerCase());
    return [subject, [...new Set(names)].sort(compareText)];
  });
  return Object.fromEntries(read);
}

/** What is read under either of two conditions; `null` where that is not known under one. */
function joinReads(left: ModelReads, right: ModelReads | null): ModelReads | null {
  if (right === null) return null;
  const names = Object.keys(left.columns).filter((name) => Object.hasOwn(right.columns, name));
  return {
    model: left.model,
    all: joinColumns(left.all, right.all),
    rows: left.rows === null || right.rows === null ? null : joinColumns(left.rows, right.rows),
    columns: Object.fromEntries(
      names.map((name) => [
        name,
        joinColumns(left.columns[name] ?? left.all, right.columns[name] ?? right.all),
      ]),
    ),
  };
}

function joinColumns(left: ColumnsRead, right: ColumnsRead): ColumnsRead {
  const subjects = Object.keys(left).filter((subject) => Object.hasOwn(right, subject));
  return Object.fromEntries(
    subjects.map((subject) => {
      const [one, other] = [left[subject] ?? null, right[subject] ?? null];
      const isKnown = one !== null && other !== null;
      return [subject, isKnown ? [...new Set([...one, ...other])].sort(compareText) : null];
    }),
  );
}
