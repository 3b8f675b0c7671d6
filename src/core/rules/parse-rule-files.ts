import type { CheckExpression } from "../project/check-expression.ts";
import type { DocumentPath, PositionedDocument } from "../project/positioned-document.ts";
import type { Location, Problem } from "../project/problem.ts";
import type { SourceText } from "../project/source-text.ts";
import { checkRuleSets } from "./check-rule-sets.ts";
import { type RuleFile, readRuleFile } from "./read-rule-file.ts";
import type { RuleFinding, RuleSetsToCheck } from "./rule-finding.ts";
import type { RuleSet } from "./rule-set.ts";

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
  /** SQL of gates, which is not judged here. */
  readonly expressions: readonly CheckExpression[];
  readonly problems: readonly Problem[];
}

/** Reads all rule files and checks what they say together. Never throws on any text. */
export function parseRuleFiles(
  sources: readonly SourceText[],
  context: RuleFilesContext,
): ParsedRules {
  const read = sources.map(readRuleFile);
  const problems = read.flatMap((one) => one.problems);
  const files = read.flatMap(({ file }) => file ?? []);
  const ruleSets = [...files.map(({ ruleSet }) => ruleSet), ...context.added];
  const { template, scope } = context;
  const findings = checkRuleSets({ ruleSets, template, scope }).filter(
    (finding) => !mayFollowFromMissing(finding, files, sources),
  );
  problems.push(...findings.map((finding) => toProblem(finding, files, context)));
  const expressions = [
    ...read.flatMap((one) => one.expressions),
    ...context.added.flatMap(expressionsOfSet),
  ];
  return { ruleSets, expressions, problems };
}

/** Of a set that a program adds, which has no file. */
function expressionsOfSet({ name, rules }: RuleSet): readonly CheckExpression[] {
  return rules.flatMap(({ then }) =>
    then.flatMap((effect) =>
      effect.kind === "gate" && effect.check.kind === "expression"
        ? [{ sql: effect.check.sql, locate: () => ({ file: name, line: 1, column: 1 }) }]
        : [],
    ),
  );
}

/** What no rule reads or covers, a rule that could not be read may. */
function mayFollowFromMissing(
  { code, ruleSet }: RuleFinding,
  files: readonly RuleFile[],
  sources: readonly SourceText[],
): boolean {
  if (code === "source-uncovered") {
    return files.length < sources.length || files.some(({ isWhole }) => !isWhole);
  }
  const isOfPart = files.some((file) => file.ruleSet.name === ruleSet && !file.isWhole);
  return code === "param-unused" && isOfPart;
}

function toProblem(
  finding: RuleFinding,
  files: readonly RuleFile[],
  context: RuleFilesContext,
): Problem {
  const { code, severity, message, fix } = finding;
  const location = locate(finding, files, context);
  return { code, severity, message, location, fix };
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
  if (file !== undefined) return locateInFile(finding, file);
  const { place } = finding;
  const declared = place.part === "source" ? context.places.get(`source:${place.name}`) : undefined;
  return declared ?? { file: finding.ruleSet ?? "rules", line: 1, column: 1 };
}

function locateInFile(finding: RuleFinding, file: RuleFile): Location {
  const { place } = finding;
  const { document } = file;
  const rule = rulePath(finding, file);
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
function rulePath(finding: RuleFinding, { document, indexes }: RuleFile): DocumentPath {
  const index = indexes.findLast((at) => document.at(["rules", at, "id"]) === finding.rule);
  return index === undefined ? ["rules"] : ["rules", index];
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
