import type { AssembledProject } from "../project/assemble-project.ts";
import { parseDocument } from "../project/parse-document.ts";
import type { ProjectDraft } from "../project/parse-project-files.ts";
import type { DocumentPath, PositionedDocument } from "../project/positioned-document.ts";
import type { Location, Problem } from "../project/problem.ts";
import { readForm } from "../project/read-form.ts";
import { secretProblems } from "../project/secret-problems.ts";
import type { SourceText } from "../project/source-text.ts";
import { checkRuleSets } from "./check-rule-sets.ts";
import type { RuleFinding } from "./rule-finding.ts";
import type { RuleSet } from "./rule-set.ts";
import { ruleSetFileSchema, toRuleSet } from "./rule-set-file.ts";

/** The rule sets of a project, and all that is wrong with their files or with them together. */
export interface ParsedRules {
  readonly ruleSets: readonly RuleSet[];
  readonly problems: readonly Problem[];
}

/** A rule set with the document that it was read from. */
interface ReadSet {
  readonly set: RuleSet;
  readonly document: PositionedDocument;
}

/**
 * Reads `rules/*.yaml` and checks what the sets say, against the project's subjects where those
 * are known. Never throws.
 */
export function parseRuleFiles(
  draft: ProjectDraft,
  assembled: Pick<AssembledProject, "project" | "places">,
): ParsedRules {
  const problems: Problem[] = [];
  const read: ReadSet[] = [];
  for (const source of draft.ruleFiles) {
    const { set, problems: found } = parseRuleFile(source);
    problems.push(...found);
    if (set !== null) read.push(set);
  }
  const ruleSets = read.map(({ set }) => set);
  const findings = checkRuleSets({
    ruleSets,
    template: draft.template.value,
    scope: draft.isIncomplete ? null : scopeOf(draft, assembled),
  });
  problems.push(...findings.map((finding) => toProblem(finding, read)));
  return { ruleSets, problems };
}

function parseRuleFile(source: SourceText): {
  readonly set: ReadSet | null;
  readonly problems: readonly Problem[];
} {
  const { document, problems } = parseDocument(source);
  if (document === null) return { set: null, problems };
  const name = document.at(["ruleset"]);
  const what = typeof name === "string" ? `rule set \`${name}\`` : "this rule set";
  const form = readForm(ruleSetFileSchema, document.value, { document, path: [], what });
  const all = [...problems, ...form.problems, ...secretProblems(document, null)];
  if (form.value === null) return { set: null, problems: all };
  return { set: { set: toRuleSet(form.value), document }, problems: all };
}

function scopeOf(
  draft: ProjectDraft,
  { project, places }: Pick<AssembledProject, "project" | "places">,
) {
  const declared = draft.connections.flatMap(({ sources }) =>
    sources.flatMap(({ spec }) => spec ?? []),
  );
  const subjects = [...places.keys()].flatMap((key) => {
    const [, name] = /^(?:source|model):(.*)$/.exec(key) ?? [];
    return name ?? [];
  });
  return {
    sources: project?.sources ?? declared,
    subjects: new Set([...subjects, ...(project?.expectedSources ?? [])]),
  };
}

function toProblem(finding: RuleFinding, read: readonly ReadSet[]): Problem {
  const { code, severity, message, fix } = finding;
  const location = locate(finding, read);
  return { code, severity, message, location, ...(fix === null ? {} : { fix }) };
}

/** Of several sets or rules with one name, the last: the first was there before. */
function locate({ ruleSet, rule, place }: RuleFinding, read: readonly ReadSet[]): Location {
  const named = read.filter(({ set }) => set.name === ruleSet);
  const isHolder = ({ set }: ReadSet) =>
    set.rules.filter(({ id }) => id === rule).length > (place.part === "id" ? 1 : 0);
  const document = (named.findLast(isHolder) ?? named.at(-1))?.document;
  if (document === undefined) return { file: "rules", line: 1, column: 1 };
  const path = rule === null ? [] : rulePath(document, rule);
  switch (place.part) {
    case "set":
      return document.locate(["ruleset"]);
    case "param":
      return document.locateKey(["params", place.name]);
    case "id":
      return document.locate([...path, "id"]);
    case "then":
      return document.locateKey(effectPath(document, path, place.effect));
    case "when":
      return locateCondition(document, [...path, "when"], place);
  }
}

function rulePath(document: PositionedDocument, id: string): DocumentPath {
  const rules = document.at(["rules"]);
  const count = Array.isArray(rules) ? rules.length : 0;
  for (let at = count - 1; at >= 0; at -= 1) {
    if (document.at(["rules", at, "id"]) === id) return ["rules", at];
  }
  return ["rules"];
}

function effectPath(
  document: PositionedDocument,
  rule: DocumentPath,
  effect: string,
): DocumentPath {
  const effects = document.at([...rule, "then"]);
  const count = Array.isArray(effects) ? effects.length : 0;
  for (let at = 0; at < count; at += 1) {
    const path = [...rule, "then", at, effect];
    if (document.at(path) !== undefined) return path;
  }
  return [...rule, "then"];
}

/** Offsets are into the condition without the white space around it. */
function locateCondition(
  document: PositionedDocument,
  path: DocumentPath,
  { start, end }: { readonly start: number; readonly end: number },
): Location {
  const text = document.at(path);
  const shift = typeof text === "string" ? text.length - text.trimStart().length : 0;
  return document.locateWithin(path, start + shift, end + shift);
}
