import type { SourceSpec } from "../project/project.ts";
import type { CheckedRule, RuleFinding } from "./rule-finding.ts";

/** Findings that take reasoning about what conditions can be true of. */
export function checkMeaning(
  _rules: readonly CheckedRule[],
  _sources: readonly SourceSpec[],
): readonly RuleFinding[] {
  return [];
}
