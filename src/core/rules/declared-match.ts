import type { Variables } from "../conditions/condition.ts";
import type { SourceSpec } from "../project/project.ts";
import type { CheckedRule } from "./rule-finding.ts";

/**
 * Tells whether a rule can be about a declared source, whatever a look at it would show. Found by
 * asking the rule with only what is declared: what is then not matched, no further fact can match.
 * @param rules all that are for sources
 */
export function sourceMatcher(
  rules: readonly CheckedRule[],
): (checked: CheckedRule, source: SourceSpec) => boolean {
  const classified = classifiedFields(rules);
  return ({ condition, set }, source) => {
    const variables = { params: set.params, source: declaredFacts(source, classified) };
    return condition.evaluate(variables).outcome !== "not_matched";
  };
}

/** What rules may set, and is therefore not known from the declaration alone. */
function classifiedFields(rules: readonly CheckedRule[]): ReadonlySet<string> {
  const fields = new Set<string>();
  for (const effect of rules.flatMap(({ rule }) => rule.then)) {
    if (effect.kind !== "classify") continue;
    if (effect.tier !== null) fields.add("tier");
    if (effect.owner !== null) fields.add("owner");
    if (effect.tags.length > 0) fields.add("tags");
  }
  return fields;
}

function declaredFacts(source: SourceSpec, classified: ReadonlySet<string>): Variables {
  const { name, connection, origin, tier, owner, tags } = source;
  const facts = { name, connection, origin, tier, owner, tags };
  return Object.fromEntries(Object.entries(facts).filter(([field]) => !classified.has(field)));
}
