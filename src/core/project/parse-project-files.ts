import { compareText } from "../std/compare.ts";
import type { ConnectorSchemas } from "./connector-schemas.ts";
import { type ConnectionDraft, parseConnection } from "./parse-connection.ts";
import { type ContractDraft, parseContract } from "./parse-contract.ts";
import { parseDocument } from "./parse-document.ts";
import { type ModelDraft, parseModel } from "./parse-model.ts";
import { parseSettings, type SettingsDraft } from "./parse-settings.ts";
import { parseTemplates, type TemplateDraft } from "./parse-template.ts";
import type { Problem } from "./problem.ts";
import { type ProjectFile, projectFileKind } from "./project-file.ts";
import { type SourceText, sourceText } from "./source-text.ts";

/** All that could be read of a project's files; what they mean together is for `assembleProject`. */
export interface ProjectDraft {
  readonly settings: SettingsDraft;
  readonly template: TemplateDraft;
  /** In file order. */
  readonly connections: readonly ConnectionDraft[];
  readonly models: readonly ModelDraft[];
  readonly contracts: readonly ContractDraft[];
  /** Read by `core/rules`, which knows what a rule may say. */
  readonly ruleFiles: readonly SourceText[];
  /** Read by `core/scenarios`. */
  readonly scenarioFiles: readonly SourceText[];
  /** True when some connection's sources could not be read: an unknown source may be one of them. */
  readonly isIncomplete: boolean;
  readonly problems: readonly Problem[];
}

/**
 * Parses the files of a project. Never throws; all problems of all files are in the draft.
 * @param connectors by the type that connections name.
 */
export function parseProjectFiles(
  files: readonly ProjectFile[],
  connectors: ReadonlyMap<string, ConnectorSchemas>,
): ProjectDraft {
  const texts = [...files]
    .sort((left, right) => compareText(left.path, right.path))
    .map(({ path, text }) => sourceText(path, text));
  const ofKind = (kind: ReturnType<typeof projectFileKind>) =>
    texts.filter(({ file }) => projectFileKind(file) === kind);
  const problems: Problem[] = [];
  const settings = parseSettings(ofKind("settings")[0] ?? null);
  const template = parseTemplates(ofKind("template"), settings);
  problems.push(...settings.problems, ...template.problems);
  const surroundings = {
    connectors,
    defaults: settings.defaults,
    allowedFolders: settings.isRead ? settings.settings.allowedFolders : null,
  };
  const connections: ConnectionDraft[] = [];
  let isIncomplete = false;
  for (const source of ofKind("connection")) {
    const { document, problems: found } = parseDocument(source);
    problems.push(...found);
    isIncomplete ||= found.length > 0;
    if (document === null) continue;
    const draft = parseConnection(document, surroundings);
    problems.push(...draft.problems);
    connections.push(draft);
  }
  const models = ofKind("model").map(parseModel);
  problems.push(...models.flatMap((model) => model.problems));
  const contracts = ofKind("contract").map(parseContract);
  problems.push(...contracts.flatMap((contract) => contract.problems));
  return {
    settings,
    template,
    connections,
    contracts: contracts.flatMap(({ draft }) => draft ?? []),
    models: models.flatMap(({ draft }) => draft ?? []),
    ruleFiles: ofKind("rules"),
    scenarioFiles: ofKind("scenario"),
    isIncomplete,
    problems,
  };
}
