import { compareText } from "../std/compare.ts";
import { assembleContracts, type ContractedSources } from "./assemble-contracts.ts";
import {
  type AssembledModel,
  assembleModel,
  cycleText,
  type ModelSurroundings,
  relatedGates,
} from "./assemble-model.ts";
import { findCycles } from "./find-cycles.ts";
import type { Named } from "./parse-connection.ts";
import type { ProjectDraft } from "./parse-project-files.ts";
import type { Location, Problem } from "./problem.ts";
import type { Project, SourceSpec, SubjectTimetable } from "./project.ts";
import { sortProblems } from "./sort-problems.ts";
import type { SqlAnalysis } from "./sql-analysis.ts";
import type { SubjectNames } from "./subject-names.ts";

/** A checked project, and where its parts are declared. */
export interface AssembledProject {
  /** `null` when any problem is an error. */
  readonly project: Project | null;
  /** Of the whole project, those of its parts included, in file order. */
  readonly problems: readonly Problem[];
  /** By `connection:<name>`, `source:<name>` and `model:<name>`: for later findings about them. */
  readonly places: ReadonlyMap<string, Location>;
}

/**
 * Puts the parts together: names must be unique, what models read must be there, and nothing may
 * depend on itself.
 * @param analyses of the SQL of each model, by file; a model without one is not judged further.
 */
export function assembleProject(
  draft: ProjectDraft,
  analyses: ReadonlyMap<string, SqlAnalysis>,
): AssembledProject {
  const problems: Problem[] = [...draft.problems, ...duplicateNames(draft)];
  const surroundings = surroundingsOf(draft);
  const models = draft.models.map((model) => ({
    model,
    ...assembleModel(model, analyses.get(model.source.file), surroundings),
  }));
  problems.push(...models.flatMap((model) => model.problems), ...cycleProblems(models));
  const sources = draft.connections.flatMap(({ sources: declared }) =>
    declared.map((source) => relatedSource(source, surroundings, problems)),
  );
  problems.push(...uselessConnections(draft));
  const contracted = assembleContracts(draft, sources, surroundings.names);
  problems.push(...contracted.problems);
  const isValid = !problems.some(({ severity }) => severity === "error");
  const project = isValid ? toProject(draft, contracted, models) : null;
  return { project, problems: sortProblems(problems), places: placesOf(draft) };
}

function surroundingsOf(draft: ProjectDraft): ModelSurroundings {
  const names: SubjectNames = {
    sources: new Map(
      draft.connections.flatMap(({ sources }) =>
        sources.map(({ name }) => [name.toLowerCase(), name] as const),
      ),
    ),
    models: new Map(
      draft.models.map(({ name, form }) => {
        const schema = form === null ? null : (form.schema ?? "main");
        return [name.toLowerCase(), { name, schema }] as const;
      }),
    ),
    canDiscover: draft.connections.some(({ canDiscover }) => canDiscover),
    isIncomplete: draft.isIncomplete,
  };
  return {
    names,
    defaults: draft.settings.defaults,
    onBypass: draft.template.value.defaults.onBypass,
    tableOf: (subject) => {
      const model = names.models.get(subject.toLowerCase());
      return `${model === undefined ? "raw" : (model.schema ?? "main")}.${subject}`;
    },
  };
}

function relatedSource(
  source: Named<SourceSpec>,
  surroundings: ModelSurroundings,
  problems: Problem[],
): Named<SourceSpec> {
  if (source.spec === null) return source;
  const related = relatedGates(source.spec.gates, source.location, surroundings);
  problems.push(...related.problems);
  return { ...source, spec: { ...source.spec, gates: related.gates } };
}

interface Declared {
  readonly kind: "connection" | "source" | "model";
  readonly name: string;
  readonly location: Location;
}

function declarations(draft: ProjectDraft): readonly Declared[] {
  return [
    ...draft.connections.flatMap(({ connection, sources }) => [
      ...(connection === null ? [] : [{ kind: "connection", ...connection } as const]),
      ...sources.map((source) => ({ kind: "source", ...source }) as const),
    ]),
    ...draft.models.map(({ name, location }) => ({ kind: "model", name, location }) as const),
  ];
}

/** Sources and models share one space of names: rules, tasks and commands know them by it. */
function duplicateNames(draft: ProjectDraft): readonly Problem[] {
  const holders = new Map<string, Declared>();
  return declarations(draft).flatMap((declared): readonly Problem[] => {
    const space = declared.kind === "connection" ? "connection" : "subject";
    const key = `${space}:${declared.name.toLowerCase()}`;
    const holder = holders.get(key);
    holders.set(key, holder ?? declared);
    if (holder === undefined) return [];
    const { file, line } = holder.location;
    return [
      {
        code: "duplicate-name",
        severity: "error",
        message: `The name \`${declared.name}\` of this ${declared.kind} belongs to a ${holder.kind} already, in ${file}:${line}.`,
        location: declared.location,
        fix: "Rename one of them.",
      },
    ];
  });
}

function cycleProblems(
  models: readonly (AssembledModel & { readonly model: { readonly name: string } })[],
): readonly Problem[] {
  const edges = new Map(models.map(({ model, edges: into }) => [model.name, into] as const));
  const inputs = new Map(
    [...edges].map(([name, into]) => [name, into.map(({ subject }) => subject)] as const),
  );
  return findCycles(inputs).flatMap((cycle): readonly Problem[] => {
    const [first = "", second = first] = cycle;
    const edge = edges.get(first)?.find(({ subject }) => subject === second);
    if (edge === undefined) return [];
    return [
      {
        code: "cycle",
        severity: "error",
        message: cycleText(cycle),
        location: edge.location,
        fix: "Let one of them read what the other reads, or split it in two.",
      },
    ];
  });
}

function uselessConnections(draft: ProjectDraft): readonly Problem[] {
  return draft.connections.flatMap(({ connection, sources, canDiscover }): readonly Problem[] => {
    const isUseless = connection?.spec && sources.length === 0 && !canDiscover;
    if (!isUseless) return [];
    return [
      {
        code: "empty-connection",
        severity: "warning",
        message: `Connection \`${connection.name}\` has neither sources nor patterns to discover them.`,
        location: connection.location,
        fix: "Add `sources:` or `discover:`, or remove the file.",
      },
    ];
  });
}

function toProject(
  draft: ProjectDraft,
  { sources, terms }: ContractedSources,
  models: readonly AssembledModel[],
): Project {
  const { settings } = draft;
  const connections = draft.connections.flatMap(({ connection }) => connection?.spec ?? []);
  const discover = draft.connections.flatMap((connection) =>
    connection.discover.map((spec) => ({ ...spec, contracts: terms })),
  );
  return {
    name: settings.name,
    settings: settings.settings,
    template: draft.template.value,
    connections: byName(connections),
    sources: byName(sources.flatMap(({ spec }) => spec ?? [])),
    discover: discover.toSorted((left, right) => compareText(left.connection, right.connection)),
    models: byName(models.flatMap(({ spec }) => spec ?? [])),
    expectedSources: [...new Set(models.flatMap(({ expected }) => expected))].sort(compareText),
    timetables: timetablesOf(draft),
  };
}

function timetablesOf(draft: ProjectDraft): readonly SubjectTimetable[] {
  const { timetable } = draft.settings;
  const subjects = [
    ...draft.connections.flatMap(({ timetables }) => timetables),
    ...draft.models.flatMap(({ name, form }) =>
      form?.schedule === undefined ? [] : [{ subject: name, timetable: form.schedule }],
    ),
  ];
  subjects.sort((left, right) => compareText(left.subject ?? "", right.subject ?? ""));
  return timetable === null ? subjects : [{ subject: null, timetable }, ...subjects];
}

function byName<T extends { readonly name: string }>(list: readonly T[]): readonly T[] {
  return list.toSorted((left, right) => compareText(left.name, right.name));
}

function placesOf(draft: ProjectDraft): ReadonlyMap<string, Location> {
  return new Map(
    declarations(draft).map(({ kind, name, location }) => [`${kind}:${name}`, location]),
  );
}
