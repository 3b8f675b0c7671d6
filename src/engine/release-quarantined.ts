import { decide } from "../core/decide/decide.ts";
import type { DecideInput } from "../core/decide/decide-input.ts";
import type { Gate } from "../core/project/check.ts";
import { plainLoading } from "../core/project/load-options.ts";
import type { SourceSpec } from "../core/project/project.ts";
import { present } from "../core/std/assert.ts";
import type { Catalog } from "../ports/catalog.ts";
import { writeCycleNotes } from "./cycle-notes.ts";
import { readDecisionInput } from "./decision-store.ts";
import { type ValidProject, validProject } from "./load-project.ts";
import { notFound } from "./not-found.ts";
import type { Parts } from "./parts.ts";
import type { ReleaseReport } from "./quarantine-report.ts";
import { rawTable } from "./task-context.ts";

/** A source with the gates that its load would have now. */
interface GatedSource {
  readonly spec: SourceSpec;
  readonly gates: readonly Gate[];
}

/**
 * Loads the rows of a source's quarantine that fit now. It holds the catalog and the warehouse as
 * a run does, so that neither sees half of the other's work.
 * @throws NOT_FOUND, CATALOG_LOCKED, WAREHOUSE_LOCKED, REPLAY_IMPOSSIBLE when the last decision,
 *   from which the gates of rules come, cannot be read
 */
export async function releaseQuarantined(
  parts: Parts,
  source: string,
  { by, signal }: { readonly by: string; readonly signal?: AbortSignal },
): Promise<ReleaseReport> {
  const loaded = validProject(await parts.loadProject());
  const { project } = loaded;
  await using catalog = await parts.catalogs.openWriter(
    parts.catalogPath(project.settings),
    "sluice quarantine release",
  );
  const { spec, gates } = await gatedSource(catalog, loaded, source);
  if (!(await parts.hasWarehouse(project))) {
    return { source, rowsReleased: 0, rowsKept: 0, kept: [] };
  }
  await using warehouse = await parts.openWarehouse(project);
  const outcome = await warehouse.release(
    {
      source,
      target: rawTable(source),
      strategy: spec.strategy,
      key: spec.key,
      loading: spec.loading ?? plainLoading,
      gates,
      by,
      at: parts.clock.now(),
      epoch: catalog.epoch,
    },
    signal ?? new AbortController().signal,
  );
  await writeCycleNotes(catalog, { outputs: await warehouse.outputs() });
  const left = (await warehouse.quarantined()).find((summary) => summary.source === source);
  await warehouse.checkpoint();
  return { ...outcome, kept: left?.reasons ?? [] };
}

/** What today's files and rules say of a source, with the facts of the last decision. */
async function gatedSource(
  catalog: Catalog,
  loaded: ValidProject,
  source: string,
): Promise<GatedSource> {
  const declared = loaded.project.sources;
  const [last] = await catalog.runs(1);
  const past = last === undefined ? null : await readDecisionInput(catalog, last.decision);
  const input = past === null ? null : withProjectOf(past, loaded);
  const sources = input?.scope.sources ?? new Map(declared.map((spec) => [spec.name, spec]));
  const spec = sources.get(source);
  if (spec === undefined) throw notFound("source", source, [...sources.keys()]);
  if (input === null || !input.snapshot.profiles.has(source)) return { spec, gates: spec.gates };
  const segment = present(decide(input).blueprint.segments.get(source), `${source} is in scope`);
  const load = present(
    segment.tasks.find(({ kind }) => kind === "load"),
    `${source} has a load`,
  );
  return { spec, gates: load.safeguards.gates };
}

/** The facts of the past under the rules and declarations of now. */
function withProjectOf(past: DecideInput, { project, ruleSets }: ValidProject): DecideInput {
  const found = [...past.scope.sources.values()].filter(({ origin }) => origin === "discovered");
  const models = new Map(project.models.map((model) => [model.name, model] as const));
  return {
    ...past,
    ruleSets,
    template: project.template,
    scope: {
      sources: new Map([...found, ...project.sources].map((spec) => [spec.name, spec] as const)),
      models,
    },
    drift: {
      ...past.drift,
      models: new Map([...past.drift.models].filter(([name]) => models.has(name))),
    },
  };
}
