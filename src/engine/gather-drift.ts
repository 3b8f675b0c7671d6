import type { BindResult, Probe, ProbeResult } from "../core/compatibility/evidence.ts";
import { reachingChanges } from "../core/compatibility/reaching-changes.ts";
import { wantedProbes } from "../core/compatibility/wanted-probes.ts";
import { extractFingerprint } from "../core/decide/decide-source.ts";
import {
  type DriftInput,
  type ModelExposure,
  noDrift,
  type SourceDrift,
} from "../core/decide/drift-input.ts";
import { type DriftFound, findDrift } from "../core/decide/find-drift.ts";
import { findReaders, orderModels } from "../core/decide/model-order.ts";
import type { ModelSpec, SourceSpec } from "../core/project/project.ts";
import { adapterProbes } from "../core/routes/castable-columns.ts";
import { canonicalJson } from "../core/std/canonical-json.ts";
import { toOperatingError } from "../errors/operating-error.ts";
import type { NamedQuery } from "../ports/sql-analyzer.ts";
import type { CycleStart, ProbingPlace } from "./cycle-start.ts";
import type { Harvest } from "./harvest.ts";
import { lineageAsWritten } from "./lineage-as-written.ts";
import { catalogLineageCache, memoryLineageCache } from "./lineage-cache.ts";
import type { Parts } from "./parts.ts";
import type { ModelLineage } from "./project-lineage.ts";
import { newShapes } from "./source-shapes.ts";
import { stageSource, type WantedContent } from "./stage-source.ts";

/** What of a cycle's drift is known, with the histories that grew. */
export interface GatheredDrift extends Pick<DriftFound, "histories"> {
  readonly drift: DriftInput;
}

/**
 * Compares the shapes of a harvest with those of before, and gathers what a decision needs to know
 * of the models that a change reaches. Where nothing changed, nothing is analyzed.
 * @param cycle the run that will have seen it (`null` for a plan), and what may cancel it
 */
export async function gatherDrift(
  parts: Parts,
  start: CycleStart,
  harvested: Harvest,
  cycle: { readonly run: string | null; readonly signal: AbortSignal | undefined },
): Promise<GatheredDrift> {
  const { histories, sources } = findDrift(
    start.drift,
    { snapshot: harvested.snapshot, replaced: replacedSources(harvested.sources) },
    cycle.run,
  );
  if (sources.size === 0) return { histories, drift: noDrift };
  const models = new Map(start.loaded.project.models.map((model) => [model.name, model] as const));
  const exposed = modelsBelow(sources.keys(), models);
  const signal = cycle.signal ?? new AbortController().signal;
  const found =
    exposed.size === 0
      ? { sources, exposures: new Map<string, ModelExposure>() }
      : await lookCloser(parts, start, { harvested, sources, models, exposed, signal });
  const latest = new Set(
    [...sources.values()].map((drift) => `${drift.source} ${drift.latest.id}`),
  );
  const negotiations = new Map(
    [...start.drift.negotiations].filter(([, one]) => latest.has(`${one.source} ${one.to}`)),
  );
  return {
    histories,
    drift: { sources: found.sources, models: found.exposures, negotiations },
  };
}

function replacedSources(sources: readonly SourceSpec[]): ReadonlySet<string> {
  return new Set(sources.filter(({ strategy }) => strategy === "replace").map(({ name }) => name));
}

/** The models that read any of these subjects, themselves or through others. */
function modelsBelow(
  subjects: Iterable<string>,
  models: ReadonlyMap<string, ModelSpec>,
): ReadonlySet<string> {
  const readers = findReaders(models);
  const below = new Set<string>();
  const open = [...subjects];
  for (let subject = open.pop(); subject !== undefined; subject = open.pop()) {
    for (const reader of readers.get(subject) ?? []) {
      if (below.has(reader)) continue;
      below.add(reader);
      open.push(reader);
    }
  }
  return below;
}

/** The models that these read, themselves included, each after those that it reads. */
function withInputs(
  names: ReadonlySet<string>,
  models: ReadonlyMap<string, ModelSpec>,
): readonly ModelSpec[] {
  const wanted = new Map<string, ModelSpec>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const model = models.get(name);
    if (model === undefined || wanted.has(name)) continue;
    wanted.set(name, model);
    open.push(...model.inputs.map(({ subject }) => subject));
  }
  return orderModels(wanted);
}

interface Closer {
  readonly harvested: Harvest;
  readonly sources: ReadonlyMap<string, SourceDrift>;
  readonly models: ReadonlyMap<string, ModelSpec>;
  readonly exposed: ReadonlySet<string>;
  readonly signal: AbortSignal;
}

async function lookCloser(parts: Parts, start: CycleStart, closer: Closer) {
  const { harvested, sources, exposed } = closer;
  const models = withInputs(exposed, closer.models);
  const specs = new Map(harvested.sources.map((spec) => [spec.name, spec] as const));
  const { profiles } = harvested.snapshot;
  const known = { sources, specs, profiles, outputs: start.outputs };
  await using tools = await parts.openLineageTools();
  const { catalog } = start;
  const lineages = await lineageAsWritten(models, known, {
    ...tools,
    cache: catalog === null ? memoryLineageCache() : catalogLineageCache(catalog, start.writer),
  });
  const queries = models.map(({ target, sql }): NamedQuery => ({ table: target, sql }));
  const binds = await tools.binder.bind(newShapes(models, known), queries);
  const exposures = new Map<string, ModelExposure>();
  for (const [index, model] of models.entries()) {
    const lineage = lineages.get(model.name);
    if (lineage === undefined || !exposed.has(model.name)) continue;
    const failed = (name: string) =>
      binds[models.findIndex((one) => one.name === name)]?.ok === false;
    const isOwn = !model.inputs.some(({ subject }) => failed(subject));
    const bind = isOwn ? (binds[index] ?? null) : null;
    exposures.set(model.name, exposureOf(lineage, bind, start.drift.lags.get(model.name) ?? {}));
  }
  const probed = new Map<string, SourceDrift>();
  for (const drift of sources.values()) {
    const probes = await probe(parts, start, { ...closer, drift, exposures });
    probed.set(drift.source, { ...drift, probes });
  }
  return { sources: probed, exposures };
}

/**
 * A binder's failure says something only where the SQL binds to what it was made for: where it does
 * not, what is known of the shapes is not all there is.
 */
function exposureOf(
  { model, lineage, inputs, columns, bind: madeFor }: ModelLineage,
  bind: BindResult | null,
  lags: ModelExposure["lags"],
): ModelExposure {
  return {
    model,
    lineage,
    inputs,
    columns: madeFor.ok ? columns : null,
    bind: bind !== null && (bind.ok || madeFor.ok) ? bind : null,
    sample: null,
    lags,
  };
}

/** Asks the rows that are to be loaded what only they can tell. */
async function probe(
  parts: Parts,
  start: CycleStart,
  of: Closer & {
    readonly drift: SourceDrift;
    readonly exposures: ReadonlyMap<string, ModelExposure>;
  },
): Promise<readonly ProbeResult[]> {
  const { drift, harvested, signal } = of;
  const spec = harvested.sources.find(({ name }) => name === drift.source);
  const fingerprint = harvested.snapshot.profiles.get(drift.source)?.profile.fingerprint ?? null;
  const probes = probesWanted(drift, of.exposures);
  if (spec === undefined || probes.length === 0) return [];
  const key = extractFingerprint(spec, fingerprint);
  if (key === null) return [];
  const wanted = { key, probed: fingerprint };
  await using place = await start.openProbing();
  return place === null ? [] : await probeBatch(parts, place, { spec, wanted, probes, signal });
}

function probesWanted(
  drift: SourceDrift,
  exposures: ReadonlyMap<string, ModelExposure>,
): readonly Probe[] {
  const table = `raw.${drift.source}`;
  const wanted = new Map<string, Probe>();
  for (const { changes } of Object.values(drift.open)) {
    const reaching = reachingChanges(drift.source, table, changes);
    for (const { lineage } of exposures.values()) {
      const asked = wantedProbes({ lineage, reaching, renameThreshold: 0 }).get(table) ?? [];
      for (const one of asked) wanted.set(canonicalJson(one), one);
    }
    // Whether a view can give a column its old type is a question of its values, whoever reads it.
    for (const one of adapterProbes(table, changes)) wanted.set(canonicalJson(one), one);
  }
  return [...wanted.values()];
}

async function probeBatch(
  parts: Parts,
  place: ProbingPlace,
  {
    spec,
    wanted,
    probes,
    signal,
  }: {
    readonly spec: SourceSpec;
    readonly wanted: WantedContent;
    readonly probes: readonly Probe[];
    readonly signal: AbortSignal;
  },
): Promise<readonly ProbeResult[]> {
  try {
    const { manifest } = await stageSource(spec, wanted, place, signal);
    return await place.warehouse.probe(manifest, probes, signal);
  } catch (error) {
    // Less is known then, which counts against the change; whether the source can be read, its own
    // task will say.
    const { message } = toOperatingError(error);
    parts.log.warn(`Could not look at what ${spec.name} brings: ${parts.secrets.redact(message)}`);
    return [];
  }
}
