import { parseDocument } from "../project/parse-document.ts";
import type { DocumentPath, PositionedDocument } from "../project/positioned-document.ts";
import type { Location, Problem } from "../project/problem.ts";
import { readForm } from "../project/read-form.ts";
import type { SourceText } from "../project/source-text.ts";
import { checkRuleSets } from "./check-rule-sets.ts";
import type { RuleFinding, RuleSetsToCheck } from "./rule-finding.ts";
import type { RuleSet } from "./rule-set.ts";
import { ruleSetFileSchema, toRuleSet } from "./rule-set-file.ts";

/** What rule files are read with. */
export interface RuleFilesContext extends Omit<RuleSetsToCheck, "ruleSets"> {
  /** Rule sets that a program adds to those of the files. */
  readonly added: readonly RuleSet[];
  /** By `source:<name>`: where sources are declared. */
  readonly places: ReadonlyMap<string, Location>;
}

/** The rule sets that could be read, and all that is wrong with the files. */
export interface ParsedRules {
  readonly ruleSets: readonly RuleSet[];
  readonly problems: readonly Problem[];
}

interface RuleFile {
  readonly document: PositionedDocument;
  readonly ruleSet: RuleSet;
}

/** Reads all rule files and checks what they say together. Never throws on any text. */
export function parseRuleFiles(
  sources: readonly SourceText[],
  context: RuleFilesContext,
): ParsedRules {
  const problems: Problem[] = [];
  const files: RuleFile[] = [];
  for (const source of sources) {
    const { document, problems: found } = parseDocument(source);
    problems.push(...found);
    if (document === null) continue;
    const what = "this rule set";
    const read = readForm(ruleSetFileSchema, document.value, { document, path: [], what });
    problems.push(...read.problems);
    if (read.value !== null) files.push({ document, ruleSet: toRuleSet(read.value) });
  }
  const ruleSets = [...files.map(({ ruleSet }) => ruleSet), ...context.added];
  const { template, scope } = context;
  // A set that could not be read may cover what the others do not.
  const isWhole = files.length === sources.length;
  const findings = checkRuleSets({ ruleSets, template, scope: isWhole ? scope : null });
  problems.push(...findings.map((finding) => toProblem(finding, files, context)));
  return { ruleSets, problems };
}

function toProblem(
  finding: RuleFinding,
  files: readonly RuleFile[],
  context: RuleFilesContext,
): Problem {
  const { code, severity, message, fix } = finding;
  const location = locate(finding, files, context);
  return { code, severity, message, location, ...(fix === null ? {} : { fix }) };
}

function locate(
  finding: RuleFinding,
  files: readonly RuleFile[],
  context: RuleFilesContext,
): Location {
  // Of sets with one name the last is the one that is too many.
  const file = files.findLast(
    ({ ruleSet }) =>
      ruleSet.name === finding.ruleSet &&
      (finding.rule === null || ruleSet.rules.some(({ id }) => id === finding.rule)),
  );
  if (file !== undefined) return locateInFile(finding, file.document);
  const { place } = finding;
  const declared = place.part === "source" ? context.places.get(`source:${place.name}`) : undefined;
  return declared ?? { file: finding.ruleSet ?? "rules", line: 1, column: 1 };
}

function locateInFile(finding: RuleFinding, document: PositionedDocument): Location {
  const { place } = finding;
  const rule = rulePath(finding, document);
  switch (place.part) {
    case "set":
    case "source":
      return document.locate(["ruleset"]);
    case "param":
      return document.locateKey(["params", place.name]);
    case "id":
      return document.locate([...rule, "id"]);
    case "when": {
      const path = [...rule, "when"];
      const indent = leadingSpace(document.at(path));
      return document.locateWithin(path, place.start + indent, place.end + indent);
    }
    case "then":
      return document.locateKey(effectPath([...rule, "then"], place.effect, document));
  }
}

/** The form drops the space around a condition; the document has it. */
function leadingSpace(value: unknown): number {
  return typeof value === "string" ? value.length - value.trimStart().length : 0;
}

/** Of rules with one id the last is the one that is too many. */
function rulePath(finding: RuleFinding, document: PositionedDocument): DocumentPath {
  const rules = document.at(["rules"]);
  const count = Array.isArray(rules) ? rules.length : 0;
  for (let index = count - 1; index >= 0; index -= 1) {
    if (document.at(["rules", index, "id"]) === finding.rule) return ["rules", index];
  }
  return ["rules"];
}

function effectPath(
  path: DocumentPath,
  effect: string,
  document: PositionedDocument,
): DocumentPath {
  const effects = document.at(path);
  const count = Array.isArray(effects) ? effects.length : 0;
  for (let index = 0; index < count; index += 1) {
    if (document.at([...path, index, effect]) !== undefined) return [...path, index, effect];
  }
  return path;
}
