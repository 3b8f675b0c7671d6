import { sourceText } from "../core/project/source-text.ts";
import { parseRuleFiles } from "../core/rules/parse-rule-files.ts";
import type { RuleSet } from "../core/rules/rule-set.ts";
import type { Scenario } from "../core/scenarios/scenario.ts";
import type { SimulationReport } from "../core/scenarios/simulation-report.ts";
import type { RecordedAttempt, VariantRequest } from "../core/scenarios/simulation-request.ts";
import { OperatingError } from "../errors/operating-error.ts";
import type { CatalogReader } from "../ports/catalog.ts";
import { type ValidProject, validProject } from "./load-project.ts";
import { notFound } from "./not-found.ts";
import type { Parts } from "./parts.ts";
import { recordedAttempts } from "./recorded-attempts.ts";
import type { RulesChoice, SimulateOptions } from "./simulation-desk.ts";

/** Plays a scenario of a project. @throws NOT_FOUND, PROJECT_INVALID */
export async function simulateProject(
  parts: Parts,
  name: string,
  options: SimulateOptions,
): Promise<SimulationReport> {
  const loaded = validProject(await parts.loadProject());
  const found = findScenario(loaded, name);
  const { cycles = found.cycles, seed = found.seed } = options;
  const simulate = await parts.openSimulator();
  return simulate({
    scenario: { ...found, cycles, seed },
    project: loaded.project,
    variants: [
      variantOf(loaded, options.rules ?? "current"),
      variantOf(loaded, options.against ?? "static"),
    ],
    recorded: await recordedOf(parts, loaded),
    onLine: options.onLine,
  });
}

function findScenario({ scenarios }: ValidProject, name: string): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found !== undefined) return found;
  if (scenarios.length === 0) {
    throw new OperatingError("NOT_FOUND", "The project has no scenario", {
      hint: "Write one into scenarios/: docs/guides/scenarios.md shows how.",
    });
  }
  throw notFound(
    "scenario",
    name,
    scenarios.map((scenario) => scenario.name),
  );
}

function variantOf(loaded: ValidProject, choice: RulesChoice): VariantRequest {
  if (choice === "static") return { name: "static", ruleSets: null };
  if (choice === "none") return { name: "none", ruleSets: [] };
  if (choice === "current") return { name: "current", ruleSets: loaded.ruleSets };
  const added = readRules(loaded, choice);
  const names = new Set(added.map(({ name }) => name));
  const kept = loaded.ruleSets.filter(({ name }) => !names.has(name));
  return { name: choice.path, ruleSets: [...kept, ...added] };
}

/** Rules are checked as those of the project are, before anything is played with them. */
function readRules(
  { project, places }: ValidProject,
  { path, text }: Exclude<RulesChoice, string>,
): readonly RuleSet[] {
  const { sources, models, template } = project;
  const { ruleSets, problems } = parseRuleFiles([sourceText(path, text)], {
    template,
    scope: { sources, subjects: new Set([...sources, ...models].map(({ name }) => name)) },
    added: [],
    places,
  });
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length === 0) return ruleSets;
  throw new OperatingError(
    "PROJECT_INVALID",
    `${path} has ${errors.length} ${errors.length === 1 ? "error" : "errors"}`,
    {
      hint: errors[0] === undefined ? "Mend it." : `${errors[0].message}`,
      cause: { problems, texts: new Map([[path, text]]) },
    },
  );
}

async function recordedOf(
  parts: Parts,
  { project }: ValidProject,
): Promise<readonly RecordedAttempt[]> {
  const path = parts.catalogPath(project.settings);
  await using catalog: CatalogReader | null = await parts.catalogs.openReader(path);
  return catalog === null ? [] : await recordedAttempts(catalog);
}
