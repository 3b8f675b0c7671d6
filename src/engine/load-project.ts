import { assembleProject } from "../core/project/assemble-project.ts";
import { type CheckExpression, expressionProblem } from "../core/project/check-expression.ts";
import { type ProjectDraft, parseProjectFiles } from "../core/project/parse-project-files.ts";
import type { Location, Problem } from "../core/project/problem.ts";
import type { Project, ProjectSettings } from "../core/project/project.ts";
import type { ProjectFile } from "../core/project/project-file.ts";
import { sortProblems } from "../core/project/sort-problems.ts";
import type { SqlAnalysis } from "../core/project/sql-analysis.ts";
import { defaultRoutes } from "../core/rules/default-routes.ts";
import { parseRuleFiles } from "../core/rules/parse-rule-files.ts";
import type { RuleSet } from "../core/rules/rule-set.ts";
import { parseScenarios } from "../core/scenarios/parse-scenario.ts";
import type { Scenario } from "../core/scenarios/scenario.ts";
import { OperatingError } from "../errors/operating-error.ts";
import type { Connector } from "../ports/connector.ts";
import type { SqlAnalyzer } from "../ports/sql-analyzer.ts";

/** What a project's files say, or what is wrong with them. */
export interface LoadedProject {
  /** `null` when any problem is an error. */
  readonly project: Project | null;
  readonly ruleSets: readonly RuleSet[];
  /** Those that could be read, in file order. */
  readonly scenarios: readonly Scenario[];
  /** What sluice.yaml says, also when other files have errors; `null` when it could not be read. */
  readonly settings: ProjectSettings | null;
  /** All of them, in file order. */
  readonly problems: readonly Problem[];
  /** Where parts are declared, by `connection:<name>`, `source:<name>` and `model:<name>`. */
  readonly places: ReadonlyMap<string, Location>;
  /** Texts that problems point into, by path. */
  readonly texts: ReadonlyMap<string, string>;
  readonly counts: {
    readonly connections: number;
    readonly sources: number;
    readonly models: number;
    readonly rules: number;
  };
}

/** A project whose files have no error; its problems are warnings. */
export type ValidProject = LoadedProject & { readonly project: Project };

/** What was read of a project's folder. */
export interface FilesRead {
  readonly files: readonly ProjectFile[];
  /** Files that could not be read, or must not be. */
  readonly problems: readonly Problem[];
}

/** Parses and checks all files together, without any connection to a source. */
export async function loadProject(
  read: FilesRead,
  tools: {
    readonly connectors: ReadonlyMap<string, Connector>;
    /** Opened only when there is SQL to analyze. */
    readonly openAnalyzer: () => Promise<SqlAnalyzer>;
    /** Rule sets that a program adds to those of the files. */
    readonly ruleSets: readonly RuleSet[];
    /** Kinds of fault that scenarios may name. */
    readonly faultKinds: readonly string[];
  },
): Promise<LoadedProject> {
  const schemas = new Map(
    [...tools.connectors].map(
      ([type, { schemas: own, loadFault }]) => [type, { ...own, loadFault }] as const,
    ),
  );
  const draft = parseProjectFiles(read.files, schemas);
  const openAnalyzer = once(tools.openAnalyzer);
  const analyses = await analyzeModels(draft, openAnalyzer);
  const assembled = assembleProject(draft, analyses);
  const rules = parseRuleFiles(draft.ruleFiles, {
    template: draft.template.value,
    scope: assembled.project === null ? null : declaredScope(assembled.project),
    added: tools.ruleSets,
    places: assembled.places,
  });
  const { scenarios, problems: wrongScenarios } = parseScenarios(
    draft.scenarioFiles,
    tools.faultKinds,
  );
  const problems = sortProblems([
    ...read.problems,
    ...wrongScenarios,
    ...assembled.problems,
    ...rules.problems,
    ...(await analyzeExpressions(
      [...declaredExpressions(draft), ...rules.expressions],
      openAnalyzer,
    )),
  ]);
  const isValid = !problems.some(({ severity }) => severity === "error");
  return {
    project: isValid ? assembled.project : null,
    ruleSets: withDefaultRoutes(rules.ruleSets),
    scenarios,
    settings: draft.settings.isRead ? draft.settings.settings : null,
    problems,
    places: assembled.places,
    texts: new Map(read.files.map(({ path, text }) => [path, text])),
    counts: {
      connections: draft.connections.length,
      sources: draft.connections.reduce((sum, { sources }) => sum + sources.length, 0),
      models: draft.models.length,
      rules: rules.ruleSets.reduce((sum, set) => sum + set.rules.length, 0),
    },
  };
}

/** A project's own rule set of that name takes the place of the built-in one. */
function withDefaultRoutes(ruleSets: readonly RuleSet[]): readonly RuleSet[] {
  const isReplaced = ruleSets.some(({ name }) => name === defaultRoutes.name);
  return isReplaced ? ruleSets : [...ruleSets, defaultRoutes];
}

function declaredScope({ sources, models }: Project) {
  return { sources, subjects: new Set([...sources, ...models].map(({ name }) => name)) };
}

async function analyzeModels(
  draft: ProjectDraft,
  openAnalyzer: () => Promise<SqlAnalyzer>,
): Promise<ReadonlyMap<string, SqlAnalysis>> {
  const written = draft.models.filter(({ sql }) => sql !== "");
  if (written.length === 0) return new Map();
  const analyzer = await openAnalyzer();
  const analyses = await Promise.all(
    written.map(async ({ source, sql }) => [source.file, await analyzer.analyze(sql)] as const),
  );
  return new Map(analyses);
}

function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => {
    opened ??= open();
    return opened;
  };
}

function declaredExpressions({ connections, models }: ProjectDraft): readonly CheckExpression[] {
  return [...connections, ...models].flatMap(({ expressions }) => expressions);
}

/** A condition that the warehouse cannot use would fail each load that it guards. */
async function analyzeExpressions(
  expressions: readonly CheckExpression[],
  openAnalyzer: () => Promise<SqlAnalyzer>,
): Promise<readonly Problem[]> {
  if (expressions.length === 0) return [];
  const analyzer = await openAnalyzer();
  const found = await Promise.all(
    expressions.map(async (expression) => {
      const analysis = await analyzer.analyzeCondition(expression.sql);
      return analysis.ok ? [] : [expressionProblem(expression, analysis)];
    }),
  );
  return found.flat();
}

/** The same project with what was found about it later. */
export function withProblems(loaded: LoadedProject, found: readonly Problem[]): LoadedProject {
  const isValid = !found.some(({ severity }) => severity === "error");
  return {
    ...loaded,
    project: isValid ? loaded.project : null,
    problems: sortProblems([...loaded.problems, ...found]),
  };
}

/** @throws PROJECT_INVALID with all problems and the texts that they point into as its cause. */
export function validProject(loaded: LoadedProject): ValidProject {
  const { project, problems, texts } = loaded;
  if (project !== null) return { ...loaded, project };
  const errors = problems.filter(({ severity }) => severity === "error").length;
  throw new OperatingError(
    "PROJECT_INVALID",
    `The project has ${errors} ${errors === 1 ? "error" : "errors"}`,
    { hint: "See them all with `sluice check`.", cause: { problems, texts } },
  );
}
