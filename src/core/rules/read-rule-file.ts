import { type CheckExpression, expressionOfCheck } from "../project/check-expression.ts";
import { parseDocument } from "../project/parse-document.ts";
import type { DocumentPath, PositionedDocument } from "../project/positioned-document.ts";
import type { Problem } from "../project/problem.ts";
import { readForm } from "../project/read-form.ts";
import { secretProblems } from "../project/secret-problems.ts";
import type { SourceText } from "../project/source-text.ts";
import type { RuleSet } from "./rule-set.ts";
import {
  type RuleSetFile,
  ruleFormSchema,
  ruleSetFileSchema,
  ruleSetHeadSchema,
  toRuleSet,
} from "./rule-set-file.ts";

/** What could be read of one rule file. */
export interface RuleFile {
  readonly document: PositionedDocument;
  /** With those of its rules that have the form; named by its file where it has no name. */
  readonly ruleSet: RuleSet;
  /** Where in the document's `rules` they stand. */
  readonly indexes: readonly number[];
  /** False when some of its rules, or its head, could not be read. */
  readonly isWhole: boolean;
}

/** The conditions that its gates have, in SQL. */
function gateExpressions(document: PositionedDocument): readonly CheckExpression[] {
  return listAt(document, ["rules"]).flatMap((_, rule) =>
    listAt(document, ["rules", rule, "then"]).flatMap(
      (_effect, at) => expressionOfCheck(document, ["rules", rule, "then", at, "gate"]) ?? [],
    ),
  );
}

/**
 * Reads one rule file. Each rule is read by itself, so that a mistake in one hides nothing of the
 * others. There is no file where it is no YAML, or its parameters cannot be told.
 */
export function readRuleFile(source: SourceText): {
  readonly file: RuleFile | null;
  readonly expressions: readonly CheckExpression[];
  readonly problems: readonly Problem[];
} {
  const parsed = parseDocument(source);
  const { document } = parsed;
  if (document === null) return { file: null, expressions: [], problems: parsed.problems };
  const problems = [...parsed.problems, ...secretProblems(document, null)];
  const named = document.at(["ruleset"]);
  const what = typeof named === "string" ? `rule set \`${named}\`` : "this rule set";
  const head = readForm(ruleSetHeadSchema, document.value, { document, path: [], what });
  problems.push(...head.problems);
  const rules: RuleSetFile["rules"] = [];
  const indexes: number[] = [];
  for (const [index, form] of listAt(document, ["rules"]).entries()) {
    const read = readRule(document, index, form);
    problems.push(...read.problems);
    if (read.value === null) continue;
    rules.push(read.value);
    indexes.push(index);
  }
  const known = head.value ?? headOf(document);
  const expressions = gateExpressions(document);
  if (known === null) return { file: null, expressions, problems };
  const isWhole = head.value !== null && rules.length === head.value.rules.length;
  const ruleSet = toRuleSet({ ...known, rules });
  return { file: { document, ruleSet, indexes, isWhole }, expressions, problems };
}

function readRule(document: PositionedDocument, index: number, form: unknown) {
  const id = document.at(["rules", index, "id"]);
  const what = typeof id === "string" ? `rule \`${id}\`` : "this rule";
  return readForm(ruleFormSchema, form, { document, path: ["rules", index], what });
}

function listAt(document: PositionedDocument, path: DocumentPath): readonly unknown[] {
  const list = document.at(path);
  return Array.isArray(list) ? list : [];
}

/** As much of a bad head as its rules need; `null` when their parameters cannot be told. */
function headOf(document: PositionedDocument): Omit<RuleSetFile, "rules"> | null {
  const { shape } = ruleSetFileSchema;
  const params = shape.params.safeParse(document.at(["params"]));
  if (!params.success) return null;
  const name = shape.ruleset.safeParse(document.at(["ruleset"]));
  return {
    ruleset: name.success ? name.data : document.source.file,
    description: "",
    owner: null,
    params: params.data,
  };
}
