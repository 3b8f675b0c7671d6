import type { Rule, RuleSet } from "./rule-set.ts";

/** The part of a rule set that decides: what its id is the hash of. */
export interface RuleSetMeaning {
  readonly name: string;
  readonly params: RuleSet["params"];
  readonly rules: readonly Omit<Rule, "description">[];
}

/** Leaves out what is written for people alone. */
export function ruleSetMeaning({ name, params, rules }: Omit<RuleSet, "id">): RuleSetMeaning {
  return { name, params, rules: rules.map(({ description: _, ...rule }) => rule) };
}
