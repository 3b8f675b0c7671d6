import { compileCondition } from "../conditions/compile-condition.ts";
import type { Condition } from "../conditions/condition.ts";
import type { Contribution } from "../effects/effect.ts";
import type { SubjectKind } from "../project/project.ts";
import { assert } from "../std/assert.ts";
import { compareText } from "../std/compare.ts";
import { conditionScope } from "./condition-scope.ts";
import type { Rule, RuleSet } from "./rule-set.ts";

/** A rule that can be asked any number of times. */
export interface CompiledRule {
  /** `<set>/<rule>`. */
  readonly name: string;
  readonly rule: Rule;
  readonly set: RuleSet;
  readonly condition: Condition;
  readonly contributions: readonly Contribution[];
  /** Rules that classify are asked before the others, which then see what came of it. */
  readonly isClassifying: boolean;
  /** Its outcome may change although nothing but time has. */
  readonly readsTime: boolean;
  /**
   * It asks whether the subject has changed. What it gates is a matter of this one run, so it is no
   * part of the identity that the change was found by.
   */
  readonly readsChange: boolean;
}

/** The rules of all sets, by the kind of subject that they are for, in name order. */
export type CompiledRules = Readonly<Record<SubjectKind, readonly CompiledRule[]>>;

/** Facts that move with the clock. */
const timeFacts = [
  "now",
  "source.freshness.lag",
  "source.last_load.age",
  "model.last_build.age",
  "drift.age",
] as const;

/**
 * Compiles all rules. Their conditions must have passed `checkRuleSets`: one that does not compile
 * here is a bug of the caller.
 */
export function compileRules(ruleSets: readonly RuleSet[]): CompiledRules {
  const all = ruleSets.flatMap((set) => set.rules.map((rule) => compileRule(set, rule)));
  all.sort((left, right) => compareText(left.name, right.name));
  return {
    source: all.filter(({ rule }) => rule.for === "source"),
    model: all.filter(({ rule }) => rule.for === "model"),
  };
}

function compileRule(set: RuleSet, rule: Rule): CompiledRule {
  const name = `${set.name}/${rule.id}`;
  const result = compileCondition(rule.when, conditionScope(rule.for, set.params));
  assert(result.ok, `the condition of ${name} has passed its check`);
  const { condition } = result;
  return {
    name,
    rule,
    set,
    condition,
    contributions: rule.then.map((effect) => ({ effect, rule: name, priority: rule.priority })),
    isClassifying: rule.then.some((effect) => effect.kind === "classify"),
    readsTime: timeFacts.some((fact) => mayRead(condition, fact)),
    readsChange: mayRead(condition, `${rule.for}.change`),
  };
}

/** Whether a condition may look at a fact, by itself or as part of what is around it. */
export function mayRead(condition: Condition, fact: string): boolean {
  return condition.reads.some(
    (path) => path === fact || fact.startsWith(`${path}.`) || path.startsWith(`${fact}.`),
  );
}
