import { MEMORY_MAX, STEPS_MAX } from "../conditions/budget.ts";
import type { Variables } from "../conditions/condition.ts";
import { evaluateNode, Unfinished } from "../conditions/evaluate-node.ts";
import { satisfiability } from "../conditions/satisfiability.ts";
import type { Contribution } from "../effects/effect.ts";
import { effectSpecs } from "../effects/effect-specs.ts";
import { mergeEffects } from "../effects/merge-effects.ts";
import type { MergeLaw } from "../effects/merge-law.ts";
import type { Conflict } from "../effects/merged-effects.ts";
import type { SourceSpec } from "../project/project.ts";
import { canonicalJson } from "../std/canonical-json.ts";
import { sourceMatcher } from "./declared-match.ts";
import type { CheckedRule, RuleFinding } from "./rule-finding.ts";

/** Findings that take reasoning about what conditions can be true of. */
export function checkMeaning(
  rules: readonly CheckedRule[],
  sources: readonly SourceSpec[],
): readonly RuleFinding[] {
  return [
    ...rules.flatMap(deadRule),
    ...rules.flatMap(costlyRule),
    ...rules.flatMap(contradictsItself),
    ...contradictions(rules),
    ...uncoveredSources(rules, sources),
  ];
}

function nameOf({ set, rule }: CheckedRule): string {
  return `${set.name}/${rule.id}`;
}

function aboutCondition(
  { set, rule }: CheckedRule,
  finding: Pick<RuleFinding, "code" | "severity" | "message" | "fix">,
): RuleFinding {
  const place = { part: "when", start: 0, end: rule.when.length } as const;
  return { ...finding, ruleSet: set.name, rule: rule.id, place };
}

function deadRule(checked: CheckedRule): readonly RuleFinding[] {
  const { condition, set, rule } = checked;
  if (satisfiability([condition.root], { params: set.params }) !== "unsatisfiable") return [];
  return [
    aboutCondition(checked, {
      code: "rule-dead",
      severity: "warning",
      message: `The condition can never hold for any ${rule.for}, so the rule does nothing.`,
      fix: "Correct the condition, or remove the rule.",
    }),
  ];
}

/** What exceeds the budget before any fact is known may stay undetermined in every cycle. */
function costlyRule(checked: CheckedRule): readonly RuleFinding[] {
  const { condition, set } = checked;
  const value = evaluateNode(condition.root, { params: set.params });
  if (!(value instanceof Unfinished)) return [];
  return [
    aboutCondition(checked, {
      code: "rule-budget",
      severity: "warning",
      message:
        "The condition exceeds what one evaluation may cost " +
        `(${STEPS_MAX} steps, ${MEMORY_MAX} elements created), so it can stay undetermined.`,
      fix: "Nest fewer `all`, `exists`, `map` and `filter`, or go through shorter lists.",
    }),
  ];
}

function contributionsOf(checked: CheckedRule): readonly Contribution[] {
  const { rule } = checked;
  return rule.then.map((effect) => ({ effect, rule: nameOf(checked), priority: rule.priority }));
}

/** Effects of one rule always come together, so what they contradict they always contradict. */
function contradictsItself(checked: CheckedRule): readonly RuleFinding[] {
  return mergeEffects(contributionsOf(checked)).conflicts.map(({ effect }) => ({
    code: "rule-contradiction",
    severity: "error",
    ruleSet: checked.set.name,
    rule: checked.rule.id,
    place: { part: "then", effect },
    message: `The effects of this rule contradict each other about ${effect}.`,
    fix: "Remove one of them.",
  }));
}

/** Pairs of rules that can be shown to match one subject and to contradict each other about it. */
function contradictions(rules: readonly CheckedRule[]): readonly RuleFinding[] {
  const prepared = rules.map((checked) => ({
    checked,
    contributions: contributionsOf(checked),
    laws: new Set<MergeLaw>(checked.rule.then.map(({ kind }) => effectSpecs[kind].law)),
  }));
  const findings: RuleFinding[] = [];
  for (const [index, left] of prepared.entries()) {
    for (const right of prepared.slice(index + 1)) {
      if (left.checked.rule.for !== right.checked.rule.for) continue;
      if (![...left.laws].some((law) => right.laws.has(law))) continue;
      const conflicts = conflictsBetween(left.contributions, right.contributions);
      const [conflict] = conflicts;
      if (conflict === undefined || !canOverlap(left.checked, right.checked)) continue;
      findings.push(contradiction(left.checked, right.checked, conflict));
    }
  }
  return findings;
}

/** Conflicts that only the two together have. */
function conflictsBetween(
  left: readonly Contribution[],
  right: readonly Contribution[],
): readonly Conflict[] {
  const both = mergeEffects([...left, ...right]).conflicts;
  const rules = new Set([...left, ...right].map(({ rule }) => rule));
  return both.filter((conflict) => conflict.rules.length === rules.size);
}

function canOverlap(left: CheckedRule, right: CheckedRule): boolean {
  const params = joinParams(left, right);
  if (params === null) return false;
  const nodes = [left.condition.root, right.condition.root];
  return satisfiability(nodes, { params }) === "satisfiable";
}

/** Parameters of both sets; `null` where one name has two values, because then one text means two things. */
function joinParams(left: CheckedRule, right: CheckedRule): Variables | null {
  const names = Object.keys(left.set.params).filter((name) => name in right.set.params);
  const isSame = names.every(
    (name) => canonicalJson(left.set.params[name]) === canonicalJson(right.set.params[name]),
  );
  return isSame ? { ...left.set.params, ...right.set.params } : null;
}

function contradiction(left: CheckedRule, right: CheckedRule, conflict: Conflict): RuleFinding {
  const { effect, outcome } = conflict;
  return aboutCondition(right, {
    code: "rule-contradiction",
    severity: "warning",
    message:
      `${nameOf(left)} and ${nameOf(right)} can match one ${right.rule.for}, have the same ` +
      `priority, and contradict each other about ${effect}. Then: ${outcome}.`,
    fix: "Give one of them a higher `priority`, or narrow its condition.",
  });
}

/** Declared sources that no rule can be about, whatever a look at them would show. */
function uncoveredSources(
  rules: readonly CheckedRule[],
  sources: readonly SourceSpec[],
): readonly RuleFinding[] {
  const about = rules.filter(({ rule }) => rule.for === "source");
  if (about.length === 0) return [];
  const canMatch = sourceMatcher(about);
  return sources
    .filter((source) => !about.some((checked) => canMatch(checked, source)))
    .map(({ name }) => ({
      code: "source-uncovered",
      severity: "warning",
      ruleSet: null,
      rule: null,
      place: { part: "source", name },
      message: `No rule can ever match the source ${name}.`,
      fix: "Widen a rule's condition, or leave it: the template's defaults protect it.",
    }));
}
