import { nameFix } from "./did-you-mean.ts";
import { parseDocument } from "./parse-document.ts";
import type { SettingsDraft } from "./parse-settings.ts";
import type { PositionedDocument } from "./positioned-document.ts";
import type { Problem } from "./problem.ts";
import type { Template } from "./project.ts";
import { readForm } from "./read-form.ts";
import type { SourceText } from "./source-text.ts";
import { overrideTemplate, standardTemplate } from "./standard-template.ts";
import { templateForm } from "./template-forms.ts";

/** The template that a project's tasks follow. */
export interface TemplateDraft {
  readonly value: Template;
  readonly problems: readonly Problem[];
}

/**
 * The built-in template, with what the named template file says instead, and over it sluice.yaml.
 * Files that nothing names are checked too.
 */
export function parseTemplates(
  sources: readonly SourceText[],
  settings: SettingsDraft,
): TemplateDraft {
  const problems: Problem[] = [];
  const templates = new Map<string, Template>([[standardTemplate.name, standardTemplate]]);
  let isComplete = true;
  for (const source of sources) {
    const read = parseTemplate(source);
    problems.push(...read.problems);
    if (read.template === null || read.document === null) {
      isComplete = false;
      continue;
    }
    const { template, document } = read;
    if (templates.has(template.name)) {
      problems.push({
        code: "duplicate-name",
        severity: "error",
        message: `A second template has the name \`${template.name}\`.`,
        location: document.locate(["template"]),
        fix: "Rename or remove one of them.",
      });
    }
    templates.set(template.name, template);
    problems.push(...poolProblems(template, document, settings));
  }
  const named = templates.get(settings.templateName);
  if (named === undefined && isComplete) {
    problems.push({
      code: "unknown-template",
      severity: "error",
      message: `No template has the name \`${settings.templateName}\`.`,
      location: settings.templateLocation,
      ...nameFix(settings.templateName, [...templates.keys()].sort()),
    });
  }
  return { value: overrideTemplate(named ?? standardTemplate, settings.overrides), problems };
}

function parseTemplate(source: SourceText): {
  readonly template: Template | null;
  readonly document: PositionedDocument | null;
  readonly problems: readonly Problem[];
} {
  const { document, problems } = parseDocument(source);
  if (document === null) return { template: null, document, problems };
  const read = readForm(templateForm, document.value, {
    document,
    path: [],
    what: "this template",
  });
  const template =
    read.value === null
      ? null
      : { ...overrideTemplate(standardTemplate, read.value), name: read.value.template };
  return { template, document, problems: [...problems, ...read.problems] };
}

/** A task kind cannot be in a pool that has no slots. */
function poolProblems(
  template: Template,
  document: PositionedDocument,
  { overrides }: SettingsDraft,
): readonly Problem[] {
  const pools = Object.keys({ ...template.pools, ...overrides.pools });
  return Object.entries(template.poolOf).flatMap(([kind, pool]) => {
    if (pools.includes(pool)) return [];
    return {
      code: "unknown-pool",
      severity: "error",
      message: `No pool has the name \`${pool}\`, so \`${kind}\` tasks could never run.`,
      location: document.locate(["pool_of", kind]),
      ...nameFix(pool, pools.sort()),
    };
  });
}
