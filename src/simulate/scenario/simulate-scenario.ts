import type { SourceSpec } from "../../core/project/project.ts";
import type { Scenario } from "../../core/scenarios/scenario.ts";
import type { SimulationReport } from "../../core/scenarios/simulation-report.ts";
import type { SimulationRequest, VariantRequest } from "../../core/scenarios/simulation-request.ts";
import { matchesName } from "../../core/std/matches-name.ts";
import { drawSchedule } from "../faults/draw-schedule.ts";
import { allFaultKinds, type Fault, type FaultKind } from "../faults/fault.ts";
import { type Duration, type DurationModel, fitDurations } from "../host/duration-model.ts";
import { Dice } from "../time/dice.ts";
import { generateScope, type SimulatedScope, usualCapacity } from "../world/generate-scope.ts";
import { playVariant, type Stage } from "./play-variant.ts";
import { staticVariant, type Variant } from "./variant.ts";

/** Plays a scenario once for each variant, all in the same world, and says what came of it. */
export function simulateScenario(request: SimulationRequest): SimulationReport {
  const { scenario, variants } = request;
  const scope = scopeOf(request);
  const stage: Stage = {
    scenario,
    scope,
    faults: faultsOf(scenario, scope),
    durations: durationsOf(request, scope),
  };
  const played = variants.map((variant) => {
    request.onLine?.(`── ${variant.name}`);
    return {
      name: variant.name,
      ...playVariant(stage, toVariant(variant), request.onLine ?? null),
    };
  });
  return {
    scenario: scenario.name,
    seed: scenario.seed,
    cycles: scenario.cycles,
    variants: played.map(({ report }) => report),
    violations: played.flatMap(({ name, violation }) =>
      violation === null ? [] : [{ variant: name, ...violation, seed: scenario.seed }],
    ),
  };
}

function toVariant({ name, ruleSets }: VariantRequest): Variant {
  return ruleSets === null ? { ...staticVariant, name } : { name, ruleSets, isStatic: false };
}

function scopeOf({ scenario, project }: SimulationRequest): SimulatedScope {
  const { subjects, seed } = scenario;
  if (subjects.kind === "generated") {
    const { sources, models } = subjects;
    return generateScope({ sources, models }, new Dice(seed, "scope"));
  }
  return {
    sources: project.sources.map(asSimulated),
    models: project.models,
    ruleSets: [],
    template: project.template,
    capacity: usualCapacity,
  };
}

/** Partitions are played as tables that are replaced, histories as tables that are merged into. */
function asSimulated(source: SourceSpec): SourceSpec {
  const { strategy } = source;
  if (strategy === "partition") return { ...source, strategy: "replace" };
  return strategy === "history" ? { ...source, strategy: "merge" } : source;
}

/** The faults that a scenario lists, and those that it leaves to chance. */
function faultsOf(scenario: Scenario, scope: SimulatedScope): readonly Fault[] {
  const listed = scenario.events.flatMap((event): Fault[] => {
    if (event.kind !== "fault" || !isFaultKind(event.fault)) return [];
    const { fault: kind, cycle, nth, size } = event;
    return [{ kind, cycle: cycle - 1, nth, size }];
  });
  const { perCycle, kinds } = scenario.faults;
  if (perCycle === 0) return listed;
  const size = { sources: scope.sources.length, models: scope.models.length };
  const drawn = drawSchedule(scenario.seed, size, {
    perCycle,
    cycles: scenario.cycles,
    kinds: kinds === null ? allFaultKinds : kinds.filter(isFaultKind),
  });
  return [...listed, ...drawn];
}

function isFaultKind(kind: string): kind is FaultKind {
  return allFaultKinds.some((known) => known === kind);
}

/** What the scenario says of a task, else what was recorded of it, else what is usual. */
function durationsOf(
  { scenario, recorded }: SimulationRequest,
  { sources, models }: SimulatedScope,
): DurationModel {
  const fitted = fitDurations(recorded);
  const ids = [
    ...sources.flatMap(({ name }) => [`${name}.extract`, `${name}.load`, `${name}.verify`]),
    ...models.flatMap(({ name }) => [`${name}.transform`, `${name}.check`]),
  ];
  const tasks = new Map<string, Duration>(fitted.tasks);
  for (const id of ids) {
    const said = scenario.tasks.find(({ tasks: patterns }) =>
      patterns.some((pattern) => matchesName(pattern, id)),
    );
    if (said === undefined) continue;
    const { medianMs, spread, msPerThousandRows } = said;
    tasks.set(id, { medianMs, spread, msPerThousandRows });
  }
  return { kinds: fitted.kinds, tasks };
}
