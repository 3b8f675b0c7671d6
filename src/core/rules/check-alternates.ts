import { alternateFault } from "../effects/alternate-fault.ts";
import type { SourceSpec } from "../project/project.ts";
import { closestName } from "../std/closest-name.ts";
import { sourceMatcher } from "./declared-match.ts";
import type { CheckedRule, RuleFinding } from "./rule-finding.ts";

/** Fallbacks to an alternate source that is not there, or that could lose or double rows. */
export function checkAlternates(
  rules: readonly CheckedRule[],
  sources: readonly SourceSpec[],
): readonly RuleFinding[] {
  const about = rules.filter(({ rule }) => rule.for === "source");
  const canMatch = sourceMatcher(about);
  const byName = new Map(sources.map((source) => [source.name, source] as const));
  return about.flatMap((checked) =>
    checked.rule.then.flatMap((effect) => {
      if (effect.kind !== "fallback" || effect.use !== "alternate") return [];
      const from = byName.get(effect.source);
      if (from === undefined) return unknownAlternate(checked, effect.source, [...byName.keys()]);
      return sources
        .filter((source) => source.name !== from.name && canMatch(checked, source))
        .flatMap((source) => unfitAlternate(checked, source, from));
    }),
  );
}

function unknownAlternate(
  checked: CheckedRule,
  name: string,
  known: readonly string[],
): readonly RuleFinding[] {
  const nearest = closestName(name, known);
  return [
    finding(checked, {
      // One of that name may still be discovered.
      severity: "warning",
      message: `No declared source is named ${name}, so nothing may be there to fall back to.`,
      fix:
        nearest === null
          ? "Declare it, or leave it where discovery brings the source."
          : `Did you mean \`${nearest}\`?`,
    }),
  ];
}

function unfitAlternate(
  checked: CheckedRule,
  source: SourceSpec,
  from: SourceSpec,
): readonly RuleFinding[] {
  const fault = alternateFault(source, from);
  if (fault === null) return [];
  return [
    finding(checked, {
      severity: "error",
      message: `${source.name} cannot be loaded from ${from.name}: ${fault}, so rows could be lost or doubled.`,
      fix: `Load ${source.name} by replace, or by merge without a cursor; or leave it out of the rule's condition.`,
    }),
  ];
}

function finding(
  { set, rule }: CheckedRule,
  told: Pick<RuleFinding, "severity" | "message" | "fix">,
): RuleFinding {
  const place = { part: "then", effect: "fallback" } as const;
  return { ...told, code: "rule-alternate", ruleSet: set.name, rule: rule.id, place };
}
