import type { Timetable } from "../schedule/timetable.ts";
import { compareText } from "../std/compare.ts";
import { parseDocument } from "./parse-document.ts";
import { pathProblem } from "./path-problem.ts";
import type { PositionedDocument } from "./positioned-document.ts";
import type { Location, Problem } from "./problem.ts";
import type { ProjectSettings } from "./project.ts";
import { readForm } from "./read-form.ts";
import { secretProblems } from "./secret-problems.ts";
import { type SettingsForm, settingsForm } from "./settings-form.ts";
import type { SourceText } from "./source-text.ts";
import type { TemplateOverrides } from "./standard-template.ts";
import { type SubjectDefaults, subjectDefaults } from "./subject-defaults.ts";

/** What sluice.yaml says, or the built-in defaults where it could not be read. */
export interface SettingsDraft {
  readonly name: string;
  readonly settings: ProjectSettings;
  readonly defaults: SubjectDefaults;
  readonly templateName: string;
  readonly templateLocation: Location;
  readonly overrides: TemplateOverrides;
  /** When the whole project is due, if it says so. */
  readonly timetable: Timetable | null;
  /** False when the values are not the project's own. */
  readonly isRead: boolean;
  readonly problems: readonly Problem[];
}

const fallback = settingsForm.parse({ project: "unnamed" });

/** @param source the text of sluice.yaml, or `null` when there is none. */
export function parseSettings(source: SourceText | null): SettingsDraft {
  if (source === null) return { ...toDraft(fallback, null), isRead: false, problems: [noSettings] };
  const { document, problems } = parseDocument(source);
  if (document === null) return { ...toDraft(fallback, null), isRead: false, problems };
  const context = { document, path: [], what: "`sluice.yaml`" };
  const form = readForm(settingsForm, document.value, context);
  const own = [...problems, ...form.problems, ...secretProblems(document, "serve")];
  if (form.value === null) return { ...toDraft(fallback, document), isRead: false, problems: own };
  const draft = toDraft(form.value, document);
  const paths = pathProblems(document, draft.settings);
  return { ...draft, isRead: true, problems: [...own, ...paths] };
}

const noSettings: Problem = {
  code: "missing-file",
  severity: "error",
  message: "There is no sluice.yaml, which makes a folder a project.",
  location: { file: "sluice.yaml", line: 1, column: 1 },
  fix: "Write `project: <name>` into sluice.yaml, or run `sluice init`.",
};

function toDraft(form: SettingsForm, document: PositionedDocument | null) {
  const { retry, timeout, on_bypass } = form.defaults;
  const safeguards = {
    ...(retry === undefined ? {} : { retry }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(on_bypass === undefined ? {} : { on_bypass }),
  };
  return {
    name: form.project,
    settings: {
      warehouse: form.warehouse,
      catalogPath: form.catalog.path,
      stagingPath: form.staging.path,
      allowedFolders: [...new Set(form.paths.allow)].sort(compareText),
      serve: { ...form.serve, token: form.serve.token ?? null },
      limits: {
        memoryBytes: form.limits.memory ?? null,
        threads: form.limits.threads ?? null,
      },
      retention: {
        runsMs: form.retention.runs,
        runsKept: form.retention.min_runs,
        stagingMs: form.retention.staging,
        versions: form.retention.versions,
      },
    },
    defaults: subjectDefaults(form.defaults),
    timetable: form.schedule ?? null,
    templateName: form.template,
    templateLocation: document?.locate(["template"]) ?? noSettings.location,
    overrides: { ...safeguards, ...(form.pools === undefined ? {} : { pools: form.pools }) },
  };
}

/** Each place is inside the project or an allowed folder, and none is another's. */
function pathProblems(document: PositionedDocument, settings: ProjectSettings): readonly Problem[] {
  const problems: Problem[] = [];
  const holders = new Map<string, string>();
  for (const key of ["warehouse", "catalog", "staging"]) {
    const path = [key, "path"];
    const outside = pathProblem(document, path, settings.allowedFolders);
    if (outside !== null) problems.push(outside);
  }
  const places = {
    warehouse: settings.warehouse.path,
    catalog: settings.catalogPath,
    staging: settings.stagingPath,
  };
  for (const [key, place] of Object.entries(places)) {
    const holder = holders.get(place);
    if (holder !== undefined) {
      problems.push({
        code: "same-path",
        severity: "error",
        message: `The ${key} and the ${holder} cannot both be \`${place}\`.`,
        location: document.locate([key, "path"]),
        fix: "Give one of them another path.",
      });
    }
    holders.set(place, key);
  }
  return problems;
}
