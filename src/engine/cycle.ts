import { decide } from "../core/decide/decide.ts";
import type { Decided } from "../core/decide/decided.ts";
import { decisionsOf } from "../core/decide/decision-of.ts";
import { proposeChanges } from "../core/decide/propose-changes.ts";
import type { Profile } from "../core/metadata/profile.ts";
import type { Negotiation } from "../core/routes/negotiation.ts";
import { present } from "../core/std/assert.ts";
import { compareText } from "../core/std/compare.ts";
import { readContentNotes } from "./content-notes.ts";
import type { CycleFocus } from "./cycle-focus.ts";
import type { CycleStart } from "./cycle-start.ts";
import { type GatheredDrift, gatherDrift } from "./gather-drift.ts";
import { gatherReads } from "./gather-reads.ts";
import { type Harvest, harvest } from "./harvest.ts";
import type { ValidProject } from "./load-project.ts";
import type { Parts } from "./parts.ts";
import { historyOf, lastLoadsOf, loadedCursorsOf } from "./past.ts";
import type { CycleOptions, PlanReport } from "./sluice-project.ts";

/** One harvest and the decision that it led to. */
export interface Cycle {
  readonly harvest: Harvest;
  readonly decided: Decided;
  /** By source: the histories of shapes that grew. */
  readonly histories: GatheredDrift["histories"];
}

/** Looks at the sources. */
export async function harvestCycle(
  parts: Parts,
  start: Pick<CycleStart, "loaded" | "at" | "notes" | "outputs" | "connections">,
  options: CycleOptions & { readonly focus?: CycleFocus | null },
): Promise<Harvest> {
  const { project } = start.loaded;
  const past = { outputs: start.outputs, records: start.notes.records };
  return await harvest(
    {
      connections: project.connections,
      sources: project.sources,
      discover: project.discover,
      at: start.at,
      capacity: parts.capacity,
      memos: start.notes.memos,
      records: start.notes.records,
      loaded: loadedCursorsOf(past),
      lastLoads: lastLoadsOf(past),
      lastFound: start.notes.found,
      focus: options.focus ?? null,
      onProbe: (progress) => options.onProbe?.(progress),
      signal: options.signal,
    },
    {
      connections: start.connections,
      clock: parts.clock,
      log: parts.log,
      redact: (text) => parts.secrets.redact(text),
      kindOf: (connector) => kindOf(parts, connector),
    },
  );
}

function kindOf(parts: Parts, connector: string): Profile["kind"] {
  return present(parts.connectors.get(connector), `${connector} was checked`).sourceKind;
}

/** Looks at the sources, reads the past, and decides. */
export async function decideCycle(
  parts: Parts,
  start: CycleStart,
  options: CycleOptions & { readonly run?: string; readonly focus?: CycleFocus | null },
): Promise<Cycle> {
  const harvested = await harvestCycle(parts, start, options);
  const { project, ruleSets } = start.loaded;
  const past = {
    outputs: start.outputs,
    records: new Map([...start.notes.records, ...harvested.records]),
    contents: await readContentNotes(start.catalog),
  };
  const { drift, histories } = await gatherDrift(parts, start, harvested, {
    run: options.run ?? null,
    signal: options.signal,
  });
  const reads = await gatherReads(parts, start, harvested, drift);
  const decided = decide({
    snapshot: harvested.snapshot,
    ruleSets,
    template: project.template,
    scope: {
      sources: new Map(harvested.sources.map((source) => [source.name, source] as const)),
      models: new Map(project.models.map((model) => [model.name, model] as const)),
    },
    history: historyOf(past, harvested.sources, project.models),
    drift,
    reads,
    standing: start.standing,
    focus: options.focus ? [...options.focus.subjects] : null,
  });
  return { harvest: harvested, decided, histories };
}

/** What a decision knows of, and what it proposes. */
function negotiationsOf(decided: Decided): readonly Negotiation[] {
  const known = [...decided.input.drift.negotiations.values()];
  return [...known, ...proposeChanges(decided)].sort((left, right) =>
    compareText(left.id, right.id),
  );
}

/** A decision as a plan that people and programs read. */
export function planReport(loaded: ValidProject, cycle: Cycle): PlanReport {
  const { decided } = cycle;
  const { record, blueprint, summary } = decided;
  return {
    record,
    blueprint,
    decisions: [...decisionsOf(decided)],
    snapshot: cycle.harvest.snapshot,
    summary,
    ruleSets: decided.input.ruleSets.map(({ id, name }) => ({ id, name })),
    template: decided.input.template.name,
    negotiations: negotiationsOf(decided),
    warnings: loaded.problems,
  };
}
