import type { SourceDrift } from "../core/decide/drift-input.ts";
import { orderModels } from "../core/decide/model-order.ts";
import { findColumn } from "../core/lineage/find-column.ts";
import type { ColumnSource } from "../core/lineage/query-lineage.ts";
import {
  downstreamOf,
  impactOf,
  type LineageGraph,
  lineageGraph,
  type TracedColumn,
  type TracedTable,
  type TraceRole,
  type TraceStep,
  upstreamOf,
} from "../core/lineage/trace-columns.ts";
import type { Snapshot } from "../core/metadata/snapshot.ts";
import type { ModelSpec, SourceSpec } from "../core/project/project.ts";
import type { Column } from "../core/schema/table-schema.ts";
import { tableText } from "../core/schema/table-schema.ts";
import { compareText } from "../core/std/compare.ts";
import type { Hash } from "../core/std/hash.ts";
import { OperatingError } from "../errors/operating-error.ts";
import type { CatalogReader } from "../ports/catalog.ts";
import { readCycleNotes } from "./cycle-notes.ts";
import { readDecisionInput } from "./decision-store.ts";
import { lineageAsWritten } from "./lineage-as-written.ts";
import {
  catalogLineageCache,
  type LineageCache,
  type LineageEntry,
  memoryLineageCache,
  writeLineageNotes,
} from "./lineage-cache.ts";
import type {
  ImpactedModel,
  ImpactReport,
  LineageReader,
  LineageReport,
} from "./lineage-report.ts";
import { validProject } from "./load-project.ts";
import { notFound } from "./not-found.ts";
import type { Parts } from "./parts.ts";
import type { ModelLineage } from "./project-lineage.ts";
import { type KnownShapes, shapesMadeFor } from "./source-shapes.ts";
import { rawTable } from "./task-context.ts";

/** Answers questions about lineage. `probe` looks at the sources where no run has seen them yet. */
export function lineageReader(parts: Parts, probe: () => Promise<SeenSources>): LineageReader {
  return {
    lineage: async (subject, options = {}) => {
      const known = await readKnown(parts, probe);
      const at = placeOf(known, subject);
      const walk = { depth: options.depth ?? null, isThroughRows: false };
      const { isUpstream = false, isDownstream = false } = options;
      return {
        ...describe(known, at),
        upstream: isUpstream ? upstreamOf(known.graph, at, walk) : null,
        downstream: isDownstream ? downstreamOf(known.graph, at, walk) : null,
      };
    },
    impact: async (subject) => {
      const known = await readKnown(parts, probe);
      const at = placeOf(known, subject);
      return impactReport(known, at);
    },
  };
}

/** A table of the project, as people may name it. */
interface ProjectTable {
  /** As `schema.table`. */
  readonly table: string;
  readonly names: readonly string[];
  readonly columns: readonly string[];
  readonly model: ModelSpec | null;
}

interface Known {
  readonly tables: readonly ProjectTable[];
  /** By model. */
  readonly lineages: ReadonlyMap<string, ModelLineage>;
  readonly graph: LineageGraph;
}

async function readKnown(parts: Parts, probe: () => Promise<SeenSources>): Promise<Known> {
  const { project } = validProject(await parts.loadProject());
  const models = orderModels(new Map(project.models.map((model) => [model.name, model] as const)));
  const path = parts.catalogPath(project.settings);
  await using catalog = await parts.catalogs.openReader(path);
  const known = await readShapes(catalog, models, probe);
  const shapes = shapesMadeFor(models, known);
  await using tools = await parts.openLineageTools();
  const { cache, fresh } = remembering(catalog);
  const lineages = await lineageAsWritten(models, known, { ...tools, cache });
  if (catalog !== null) await keep(parts, path, fresh);
  const named = [...project.sources.map(({ name }) => name), ...shapes.keys()];
  const sources = [...new Set(named)].sort(compareText).map((name) => sourceTable(name, shapes));
  return {
    tables: [...models.map((model) => modelTable(model, lineages)), ...sources],
    lineages,
    graph: lineageGraph([...lineages.values()].map((one) => traced(one, models))),
  };
}

/** Shapes as the last run saw them; sources that no run has seen are looked at now. */
async function readShapes(
  catalog: CatalogReader | null,
  models: readonly ModelSpec[],
  probe: () => Promise<SeenSources>,
): Promise<KnownShapes> {
  const { outputs } = await readCycleNotes(catalog);
  const last = await lastSeen(catalog);
  if (last !== null) {
    const known = { outputs, ...last };
    const shapes = shapesMadeFor(models, known);
    const own = new Set(models.map(({ name }) => name));
    const isComplete = models.every(({ inputs }) =>
      inputs.every(({ subject }) => own.has(subject) || shapes.has(subject)),
    );
    if (isComplete) return known;
  }
  return { outputs, ...(await probe()) };
}

/** Sources with what was seen of them. */
export interface SeenSources {
  /** By name. */
  readonly specs: ReadonlyMap<string, SourceSpec>;
  readonly profiles: Snapshot["profiles"];
  /** Those whose earlier columns some model still reads. */
  readonly sources: ReadonlyMap<string, SourceDrift>;
}

async function lastSeen(catalog: CatalogReader | null): Promise<SeenSources | null> {
  const [run] = (await catalog?.runs(1)) ?? [];
  if (catalog === null || run === undefined) return null;
  try {
    const { snapshot, scope, drift } = await readDecisionInput(catalog, run.decision);
    return { specs: scope.sources, profiles: snapshot.profiles, sources: drift.sources };
  } catch (error) {
    // What another version of Sluice stored is looked at anew.
    if (error instanceof OperatingError && error.code === "REPLAY_IMPOSSIBLE") return null;
    throw error;
  }
}

function remembering(catalog: CatalogReader | null): {
  readonly cache: LineageCache;
  readonly fresh: ReadonlyMap<Hash, LineageEntry>;
} {
  const below = catalog === null ? memoryLineageCache() : catalogLineageCache(catalog, null);
  const fresh = new Map<Hash, LineageEntry>();
  return {
    fresh,
    cache: {
      read: async (ids) => await below.read(ids),
      write: async (entries) => {
        for (const [id, entry] of entries) fresh.set(id, entry);
        await below.write(entries);
      },
    },
  };
}

async function keep(
  parts: Parts,
  path: string,
  fresh: ReadonlyMap<Hash, LineageEntry>,
): Promise<void> {
  if (fresh.size === 0) return;
  try {
    await using writer = await parts.catalogs.openWriter(path, "sluice lineage");
    await writeLineageNotes(writer, fresh);
  } catch (error) {
    // While a run holds the catalog the answer is right all the same; it is only found again later.
    if (!(error instanceof OperatingError && error.code === "CATALOG_LOCKED")) throw error;
  }
}

function modelTable(model: ModelSpec, lineages: ReadonlyMap<string, ModelLineage>): ProjectTable {
  const table = tableText(model.target);
  const names = lineages.get(model.name)?.columns.map(({ name }) => name) ?? [];
  return { table, names: [table, model.name], columns: names, model };
}

function sourceTable(name: string, shapes: ReadonlyMap<string, readonly Column[]>): ProjectTable {
  const table = tableText(rawTable(name));
  const columns = (shapes.get(name) ?? []).map((column) => column.name);
  return { table, names: [table, name], columns, model: null };
}

function traced({ model, target, lineage, columns }: ModelLineage, models: readonly ModelSpec[]) {
  const targets = new Map(models.map((one) => [one.name, one.target] as const));
  const inputs = models.find(({ name }) => name === model)?.inputs ?? [];
  return {
    table: tableText(target),
    lineage,
    columns: columns.map(({ name }) => name),
    inputs: inputs.map(({ subject }) => tableText(targets.get(subject) ?? rawTable(subject))),
  } satisfies TracedTable;
}

interface Place extends TracedColumn {
  readonly known: ProjectTable;
}

/** @throws NOT_FOUND with the close name */
function placeOf({ tables }: Known, subject: string): Place {
  const found = findColumn(subject, tables);
  switch (found.kind) {
    case "table":
      return { table: found.table.table, column: null, known: found.table };
    case "column":
      return { table: found.table.table, column: found.column, known: found.table };
    case "no_column":
      throw notFound(`column in ${found.table.table} named`, found.column, found.table.columns);
    case "nothing": {
      const names = tables.flatMap((table) => table.names);
      throw notFound("source or model", subject, [...new Set(names)].sort(compareText));
    }
  }
}

function describe(
  { lineages }: Known,
  { table, column, known }: Place,
): Omit<LineageReport, "upstream" | "downstream"> {
  const { model } = known;
  const found = model === null ? undefined : lineages.get(model.name);
  const all = known.columns.map((name) => ({
    name,
    from:
      found?.lineage.columns.find((one) => one.name.toLowerCase() === name.toLowerCase())?.from ??
      noSources,
  }));
  return {
    table,
    column,
    model: model?.name ?? null,
    columns: all.filter(({ name }) => column === null || name === column),
    uses: found?.lineage.uses ?? [],
    unresolved: found === undefined ? [] : unresolvedOf(found),
  };
}

const noSources: readonly ColumnSource[] = [];

/** Reasons of the analysis, and where the SQL does not bind, the engine's. */
function unresolvedOf({ lineage, bind }: ModelLineage): readonly string[] {
  if (bind.ok || lineage.unresolved.some((reason) => reason.includes(bind.message))) {
    return lineage.unresolved;
  }
  return [...lineage.unresolved, bind.message];
}

function impactReport(known: Known, at: Place): ImpactReport {
  const steps = impactOf(known.graph, at);
  const models = known.tables.flatMap(({ table, model }) => {
    const own = steps.filter(({ to }) => to.table === table);
    const [nearest] = own;
    if (model === null || nearest === undefined) return [];
    const lineage = known.lineages.get(model.name);
    return [impacted(model, own, lineage === undefined ? [] : unresolvedOf(lineage))];
  });
  models.sort((a, b) => a.distance - b.distance || compareText(a.model, b.model));
  return { table: at.table, column: at.column, models };
}

function impacted(
  model: ModelSpec,
  steps: readonly TraceStep[],
  unresolved: readonly string[],
): ImpactedModel {
  const columns = new Map<string, Set<"identity" | "transformation" | "aggregation">>();
  const uses = new Set<TraceRole>();
  for (const { to, how } of steps) {
    if (how !== "identity" && how !== "transformation" && how !== "aggregation") uses.add(how);
    else if (to.column !== null) {
      const ways = columns.get(to.column) ?? new Set();
      columns.set(to.column, ways.add(how));
    }
  }
  return {
    model: model.name,
    table: tableText(model.target),
    owner: model.owner,
    tier: model.tier,
    distance: Math.min(...steps.map(({ distance }) => distance)),
    columns: [...columns]
      .map(([name, how]) => ({ name, how: [...how].sort(compareText) }))
      .sort((a, b) => compareText(a.name, b.name)),
    uses: [...uses].sort(compareText),
    unresolved,
  };
}
