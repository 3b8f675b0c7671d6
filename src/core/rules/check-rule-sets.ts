import { compileCondition } from "../conditions/compile-condition.ts";
import { compareText } from "../std/compare.ts";
import { checkAlternates } from "./check-alternates.ts";
import { checkEffects } from "./check-effects.ts";
import { checkMeaning } from "./check-meaning.ts";
import { mayRead } from "./compile-rules.ts";
import { conditionScope } from "./condition-scope.ts";
import { titlePaths } from "./notify-title.ts";
import type { CheckedRule, RuleFinding, RuleFindingCode, RuleSetsToCheck } from "./rule-finding.ts";
import type { Rule, RuleSet } from "./rule-set.ts";

/**
 * Everything that can be said about rule sets before any source is looked at: conditions that do
 * not compile, effects that cannot be, rules that can never match, that contradict each other, and
 * sources that no rule can be about. In the order of sets and rules.
 */
export function checkRuleSets(project: RuleSetsToCheck): readonly RuleFinding[] {
  const findings: RuleFinding[] = [...duplicateSets(project.ruleSets)];
  const checked: CheckedRule[] = [];
  for (const set of project.ruleSets) {
    findings.push(...duplicateRules(set));
    for (const rule of set.rules) {
      findings.push(...checkEffects(set, rule, project));
      const compiled = compileCondition(rule.when, conditionScope(rule.for, set.params));
      if (compiled.ok) checked.push({ set, rule, condition: compiled.condition });
      else findings.push(conditionFinding(set, rule, compiled.problem));
    }
    findings.push(
      ...unusedParams(
        set,
        checked.filter((one) => one.set === set),
      ),
    );
  }
  findings.push(...checked.flatMap(classifiesByChange));
  findings.push(...checkMeaning(checked, project.scope?.sources ?? []));
  if (project.scope !== null) findings.push(...checkAlternates(checked, project.scope.sources));
  return findings.sort(inOrder);
}

function inOrder(left: RuleFinding, right: RuleFinding): number {
  return (
    compareText(left.ruleSet ?? "", right.ruleSet ?? "") ||
    compareText(left.rule ?? "", right.rule ?? "") ||
    compareText(left.code, right.code) ||
    compareText(left.message, right.message)
  );
}

const conditionCodes = {
  "condition-syntax": "rule-syntax",
  "condition-type": "rule-type",
  "condition-unsupported": "rule-unsupported",
} as const satisfies Record<string, RuleFindingCode>;

function conditionFinding(
  set: RuleSet,
  rule: Rule,
  problem: {
    readonly code: keyof typeof conditionCodes;
    readonly message: string;
    readonly start: number;
    readonly end: number;
    readonly fix: string;
  },
): RuleFinding {
  const { code, message, start, end, fix } = problem;
  return {
    code: conditionCodes[code],
    severity: "error",
    ruleSet: set.name,
    rule: rule.id,
    place: { part: "when", start, end },
    message,
    fix,
  };
}

function classifiesByChange({ set, rule, condition }: CheckedRule): readonly RuleFinding[] {
  const fact = `${rule.for}.change`;
  const isClassifying = rule.then.some((effect) => effect.kind === "classify");
  if (!isClassifying || !mayRead(condition, fact)) return [];
  return [
    {
      code: "rule-classify",
      severity: "error",
      ruleSet: set.name,
      rule: rule.id,
      place: { part: "when", start: 0, end: rule.when.length },
      message: `When subjects are classified, ${fact} is not known yet.`,
      fix: "Classify by what is known by then, such as name, volume or schema.",
    },
  ];
}

function duplicateSets(ruleSets: readonly RuleSet[]): readonly RuleFinding[] {
  const names = ruleSets.map((set) => set.name);
  return repeated(names).map((name) => ({
    code: "ruleset-duplicate",
    severity: "error",
    ruleSet: name,
    rule: null,
    place: { part: "set" },
    message: `Two rule sets are named ${name}, so \`${name}/…\` would not say which rule is meant.`,
    fix: "Give each rule set a name of its own.",
  }));
}

function duplicateRules(set: RuleSet): readonly RuleFinding[] {
  return repeated(set.rules.map((rule) => rule.id)).map((id) => ({
    code: "rule-duplicate",
    severity: "error",
    ruleSet: set.name,
    rule: id,
    place: { part: "id" },
    message: `Two rules of ${set.name} have the id ${id}.`,
    fix: "Give each rule an id of its own.",
  }));
}

function repeated(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

function unusedParams(set: RuleSet, checked: readonly CheckedRule[]): readonly RuleFinding[] {
  // A set with a condition that does not compile may well use them there.
  if (checked.length < set.rules.length) return [];
  const used = new Set(checked.flatMap(({ condition }) => condition.reads));
  for (const { rule } of checked) {
    for (const effect of rule.then) {
      if (effect.kind === "notify") for (const { path } of titlePaths(effect.title)) used.add(path);
    }
  }
  if (used.has("params")) return [];
  return Object.keys(set.params)
    .filter((name) => !used.has(`params.${name}`))
    .map((name) => ({
      code: "param-unused",
      severity: "warning",
      ruleSet: set.name,
      rule: null,
      place: { part: "param", name },
      message: `No rule of ${set.name} reads params.${name}.`,
      fix: "Use it in a condition, or remove it.",
    }));
}
