import { explainTask } from "../core/decide/why.ts";
import { type TableName, tableText } from "../core/schema/table-schema.ts";
import { present } from "../core/std/assert.ts";
import { OperatingError } from "../errors/operating-error.ts";
import type { CatalogReader, RunSummary } from "../ports/catalog.ts";
import { checkReport } from "./check-report.ts";
import { connectionsOf } from "./connections.ts";
import { type Cycle, decideCycle, harvestCycle, planReport } from "./cycle.ts";
import { readCycleNotes } from "./cycle-notes.ts";
import type { CycleStart } from "./cycle-start.ts";
import { decisionsOfRun, replayRun } from "./decision-store.ts";
import { diffDecisions } from "./diff-decisions.ts";
import { diagnose } from "./doctor.ts";
import { readDriftNotes } from "./drift-notes.ts";
import type { DriftReader } from "./drift-report.ts";
import { knownSources } from "./known-sources.ts";
import { type ValidProject, validProject } from "./load-project.ts";
import { namedRun, places } from "./named-run.ts";
import { answerNegotiation, readNegotiation, readNegotiations } from "./negotiation-reports.ts";
import { notFound } from "./not-found.ts";
import { openProbing } from "./open-probing.ts";
import type { Parts } from "./parts.ts";
import { pruneProject } from "./prune.ts";
import { readDrifts } from "./read-drifts.ts";
import { lineageReader } from "./read-lineage.ts";
import { readOutputs } from "./read-outputs.ts";
import { readQuarantined, readQuarantinedRows } from "./read-quarantine.ts";
import { readStanding } from "./read-signals.ts";
import { releaseQuarantined } from "./release-quarantined.ts";
import { pastRun, runCycle } from "./run-cycle.ts";
import { signalDesk } from "./send-signal.ts";
import { serveProject } from "./serve/serve-project.ts";
import { simulateProject } from "./simulate-project.ts";
import type { CycleOptions, SluiceProject } from "./sluice-project.ts";

/** A project over these parts. It holds nothing open between calls. */
export function openSluiceProject(parts: Parts): SluiceProject {
  return {
    folder: parts.folder,
    check: async () => checkReport(await parts.loadProject()),
    snapshot: (options = {}) =>
      startCycle(parts, options, async (start) => {
        const { snapshot, sources } = await harvestCycle(parts, start, options);
        return { snapshot, sources };
      }),
    plan: (options = {}) =>
      startCycle(parts, options, async (start) =>
        planReport(start.loaded, await decideCycle(parts, start, options)),
      ),
    run: async (options = {}) =>
      await runCycle(parts, validProject(await parts.loadProject()), options),
    runs: async (limit = 20) =>
      await reading(parts, async (catalog) => (await catalog?.runs(limit)) ?? []),
    show: async (run) =>
      await reading(parts, async (catalog) => {
        const known = await findRun(catalog, run);
        return await pastRun(known.catalog, known.summary);
      }),
    why: async (task, options = {}) => {
      const decided = await decidedFor(parts, options);
      const why = explainTask(decided, task);
      if (why !== null) return why;
      const tasks = [...decided.blueprint.segments.values()].flatMap((segment) => segment.tasks);
      throw notFound(
        "task",
        task,
        tasks.map(({ id }) => id),
      );
    },
    diff: async (from, to) =>
      await reading(parts, async (catalog) => await diffDecisions(catalog, from, to)),
    replay: async (run) =>
      await reading(parts, async (catalog) => {
        const { catalog: known, summary } = await findRun(catalog, run);
        return await replayRun(known, summary);
      }),
    prune: async (options = {}) => await pruneProject(parts, options),
    doctor: async () => await diagnose(parts),
    ...driftReader(parts),
    ...signalDesk(parts),
    simulate: async (scenario, options = {}) => await simulateProject(parts, scenario, options),
    serve: async (options) => await serveProject(parts, options),
    ...lineageReader(parts, async () =>
      startCycle(parts, {}, async (start) => {
        const { sources, snapshot } = await harvestCycle(parts, start, {});
        const specs = new Map(sources.map((spec) => [spec.name, spec] as const));
        return { specs, profiles: snapshot.profiles, sources: new Map() };
      }),
    ),
    quarantined: async () => await readQuarantined(parts),
    quarantinedRows: async (source, limit = 20) => await readQuarantinedRows(parts, source, limit),
    releaseQuarantined: async (source, options) => await releaseQuarantined(parts, source, options),
    sample: async (table, limit) => await sampleTable(parts, table, limit),
    // Every call opens what it needs and closes it; nothing is left to close here.
    [Symbol.asyncDispose]: async () => {},
  };
}

/** History of schemas, and what is agreed on it: the catalog alone tells it. */
function driftReader(parts: Parts): DriftReader {
  const now = () => parts.clock.now();
  return {
    drifts: async (source) => {
      const drifts = await reading(parts, async (catalog) => await readDrifts(catalog, source));
      if (drifts !== null || source === undefined) return drifts ?? [];
      const known = await knownSources(parts);
      if (known.includes(source)) return [];
      throw notFound("source", source, known);
    },
    negotiations: async () =>
      await reading(parts, async (catalog) => await readNegotiations(catalog, now())),
    negotiation: async (id) =>
      await reading(parts, async (catalog) => await readNegotiation(catalog, id, now())),
    respond: async (id, given) => {
      const path = parts.catalogPath(await parts.readSettings());
      await using catalog = await parts.catalogs.openWriter(path, "sluice negotiate");
      return await answerNegotiation(catalog, id, { given, at: now() });
    },
  };
}

/** Opens what a look at the present needs, without making anything. */
async function startCycle<T>(
  parts: Parts,
  options: CycleOptions,
  work: (start: CycleStart) => Promise<T>,
): Promise<T> {
  const loaded = validProject(await parts.loadProject());
  await using catalog = await parts.catalogs.openReader(parts.catalogPath(loaded.project.settings));
  await using connections = connectionsOf(loaded.project, parts);
  const notes = await readCycleNotes(catalog);
  await using scratch = await parts.openScratch(loaded.project);
  const at = options.now ?? parts.clock.now();
  return await work({
    loaded,
    at,
    notes,
    outputs: await readOutputs(parts, loaded.project, notes),
    connections,
    drift: await readDriftNotes(catalog),
    standing: await readStanding(catalog, at),
    catalog,
    writer: null,
    openProbing: () => openProbing(parts, loaded.project, { staging: scratch, connections }),
  });
}

/** The decision of a past run, or the one that would be made now. */
async function decidedFor(
  parts: Parts,
  options: { readonly run?: string } & CycleOptions,
): Promise<Cycle["decided"]> {
  const { run } = options;
  if (run === undefined) {
    return await startCycle(
      parts,
      options,
      async (start) => (await decideCycle(parts, start, options)).decided,
    );
  }
  return await reading(parts, async (catalog) => {
    const known = await findRun(catalog, run);
    const decisions = await decisionsOfRun(known.catalog, known.summary);
    return present(decisions.at(-1), "a run began with a decision");
  });
}

/** What only reads history needs no more of the project's files than the place of its catalog. */
async function reading<T>(
  parts: Parts,
  read: (catalog: CatalogReader | null) => Promise<T>,
): Promise<T> {
  const settings = await parts.readSettings();
  await using catalog = await parts.catalogs.openReader(parts.catalogPath(settings));
  return await read(catalog);
}

/** A run by its id, a prefix of one, `latest` or `previous`; the last one when none is named. */
async function findRun(
  catalog: CatalogReader | null,
  run: string | undefined,
): Promise<{ readonly catalog: CatalogReader; readonly summary: RunSummary }> {
  const summary = catalog === null ? null : await namedRun(catalog, run ?? "latest");
  if (catalog !== null && summary !== null) return { catalog, summary };
  const recent = (await catalog?.runs(50)) ?? [];
  if (run === undefined || recent.length === 0) {
    throw new OperatingError("NOT_FOUND", "There is no run yet", { hint: "Start one: sluice run" });
  }
  throw notFound("run", run, [...recent.map(({ id }) => id), ...Object.keys(places)]);
}

async function sampleTable(parts: Parts, table: TableName, limit: number) {
  const { project }: ValidProject = validProject(await parts.loadProject());
  if (!(await parts.hasWarehouse(project))) {
    throw new OperatingError("NOT_FOUND", `There is no ${tableText(table)} yet`, {
      hint: "Start a run: sluice run",
    });
  }
  await using warehouse = await parts.openWarehouse(project);
  return await warehouse.sample(table, limit);
}
