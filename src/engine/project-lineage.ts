import type { BindResult } from "../core/compatibility/evidence.ts";
import type { LineageRequest, QueryLineage, TableShape } from "../core/lineage/query-lineage.ts";
import { opaqueUse, reconcileLineage, sortUses } from "../core/lineage/reconcile-lineage.ts";
import type { ModelSpec } from "../core/project/project.ts";
import { schemaIdOf } from "../core/schema/schema-id.ts";
import { type Column, type TableName, tableText } from "../core/schema/table-schema.ts";
import { type Hash, hashText } from "../core/std/hash.ts";
import type { LineageAnalyzer, SqlBinder } from "../ports/sql-analyzer.ts";
import type { LineageCache, LineageEntry } from "./lineage-cache.ts";

/** Raised when the same SQL over the same shapes may be given another lineage than before. */
const analysisVersion = 1;

/** What to analyze. */
export interface ProjectShapes {
  /** Each after those that it reads. */
  readonly models: readonly ModelSpec[];
  /** Columns of the sources, by source name; those whose columns are not known are left out. */
  readonly sources: ReadonlyMap<string, readonly Column[]>;
}

export interface LineageTools {
  readonly binder: SqlBinder;
  readonly analyzer: LineageAnalyzer;
  readonly cache: LineageCache;
}

/** What one model does with the columns of its inputs. */
export interface ModelLineage {
  readonly model: string;
  /** As the model makes it. */
  readonly target: TableName;
  /** The shapes of its inputs; those that are not known are left out. */
  readonly inputs: readonly TableShape[];
  /** Sound: what could not be found out is an opaque use. */
  readonly lineage: QueryLineage;
  /** Its columns by the engine's binder; empty when it does not bind. */
  readonly columns: readonly Column[];
  /** Whether it binds to its inputs' shapes, and if not, why. */
  readonly bind: BindResult;
}

/**
 * The lineage of all models, by model name. Analyses are kept by their content (the model's code and
 * the shapes of its inputs), so that one changed model costs itself and what its columns change.
 */
export async function lineageOfModels(
  shapes: ProjectShapes,
  tools: LineageTools,
): Promise<ReadonlyMap<string, ModelLineage>> {
  const tables = new Map<string, KnownTable>();
  for (const [source, columns] of shapes.sources) {
    tables.set(source, knownTable({ table: { schema: "raw", name: source }, columns }));
  }
  const found = new Map<string, ModelLineage>();
  for (const level of levelsOf(shapes.models)) {
    const wanted = level.map((model) => want(model, tables, shapes));
    for (const one of await analyzeLevel(wanted, tools)) {
      found.set(one.model, one);
      if (!one.bind.ok) continue;
      const { target, columns } = one;
      tables.set(one.model, knownTable({ table: target, columns }));
    }
  }
  return found;
}

interface KnownTable {
  readonly shape: TableShape;
  readonly id: Hash;
}

function knownTable(shape: TableShape): KnownTable {
  return { shape, id: schemaIdOf(shape.columns) };
}

/** Models by how many models are between them and the sources: those of a level need no other of it. */
function levelsOf(models: readonly ModelSpec[]): readonly (readonly ModelSpec[])[] {
  const depths = new Map<string, number>();
  const levels: ModelSpec[][] = [];
  for (const model of models) {
    const depth = Math.max(
      0,
      ...model.inputs.map(({ subject }) => (depths.get(subject) ?? -1) + 1),
    );
    depths.set(model.name, depth);
    const level = levels[depth] ?? [];
    levels[depth] = level;
    level.push(model);
  }
  return levels;
}

/** One model with what its analysis depends on. */
interface WantedLineage {
  readonly model: ModelSpec;
  readonly inputs: readonly TableShape[];
  /** Inputs whose columns nobody knows, as `schema.table`. */
  readonly unknown: readonly string[];
  readonly id: Hash;
}

function want(
  model: ModelSpec,
  tables: ReadonlyMap<string, KnownTable>,
  { models }: ProjectShapes,
): WantedLineage {
  const inputs: TableShape[] = [];
  const unknown: string[] = [];
  const parts = [`lineage ${analysisVersion}`, model.name, model.code];
  for (const { subject } of model.inputs) {
    const known = tables.get(subject);
    if (known === undefined) {
      const other = models.find(({ name }) => name === subject);
      unknown.push(tableText(other?.target ?? { schema: "raw", name: subject }));
      parts.push(subject);
      continue;
    }
    inputs.push(known.shape);
    parts.push(tableText(known.shape.table), known.id);
  }
  return { model, inputs, unknown, id: hashText(JSON.stringify(parts)) };
}

async function analyzeLevel(
  wanted: readonly WantedLineage[],
  { cache, ...tools }: LineageTools,
): Promise<readonly ModelLineage[]> {
  const known = await cache.read(wanted.map(({ id }) => id));
  const fresh = new Map<Hash, LineageEntry>();
  const all = await Promise.all(
    wanted.map(async (one): Promise<ModelLineage> => {
      const entry = known.get(one.id) ?? (await analyze(one, tools));
      if (!known.has(one.id)) fresh.set(one.id, entry);
      const { model, inputs } = one;
      const { lineage, bind } = entry;
      const columns = bind.ok ? bind.columns : [];
      return { model: model.name, target: model.target, inputs, lineage, columns, bind };
    }),
  );
  if (fresh.size > 0) await cache.write(fresh);
  return all;
}

async function analyze(
  { model, inputs, unknown }: WantedLineage,
  { binder, analyzer }: Pick<LineageTools, "binder" | "analyzer">,
): Promise<LineageEntry> {
  const request = { sql: model.sql, dialect: "duckdb", tables: inputs };
  const query = { table: model.target, sql: model.sql };
  const [lineage, binds] = await Promise.all([
    lineageOf(request, { binder, analyzer }),
    binder.bind(inputs, [query]),
  ]);
  const bind = binds[0] ?? { ok: false, message: "The binder gave no answer" };
  return { model: model.name, lineage: withUnknown(lineage, unknown), bind };
}

/**
 * The lineage of one DuckDB query by its text, checked against what the engine reads for it. Where
 * the engine cannot say, all columns of its tables count as used.
 */
export async function lineageOf(
  request: LineageRequest,
  { binder, analyzer }: Pick<LineageTools, "binder" | "analyzer">,
): Promise<QueryLineage> {
  const [analysis, scanned] = await Promise.all([analyzer.lineage(request), binder.scans(request)]);
  if (scanned.ok) return reconcileLineage(analysis, scanned.scans);
  const tables = request.tables.map(({ table }) => tableText(table));
  const uses = sortUses([...analysis.uses, ...tables.map((table) => opaqueUse(table, "*"))]);
  const unresolved = [...analysis.unresolved, `The engine cannot plan it: ${scanned.message}`];
  return { ...analysis, uses, unresolved };
}

function withUnknown(lineage: QueryLineage, unknown: readonly string[]): QueryLineage {
  if (unknown.length === 0) return lineage;
  return {
    ...lineage,
    uses: sortUses([...lineage.uses, ...unknown.map((table) => opaqueUse(table, "*"))]),
    unresolved: [
      ...lineage.unresolved,
      ...unknown.map((table) => `The columns of ${table} are not known`),
    ],
  };
}
