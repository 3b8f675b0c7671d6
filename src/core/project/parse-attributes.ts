import { compareText } from "../std/compare.ts";
import type { SourceAttributesForm } from "./attribute-forms.ts";
import type { Gate } from "./check.ts";
import { type CheckForm, toGate } from "./check-form.ts";
import type { FormContext } from "./explain-issue.ts";
import { toLoading } from "./load-options.ts";
import type { Problem } from "./problem.ts";
import type { SourceAttributes } from "./project.ts";
import type { SubjectDefaults } from "./subject-defaults.ts";

/**
 * A source's attributes: what it says, over what its connection says, over the project's defaults.
 * Tags and checks add up; everything else is replaced.
 */
export function toAttributes(
  own: SourceAttributesForm,
  connection: SourceAttributesForm,
  defaults: SubjectDefaults,
): SourceAttributes {
  const strategy = own.strategy ?? connection.strategy ?? "replace";
  return {
    strategy,
    key: own.key ?? connection.key ?? [],
    ...toLoading(strategy, own, connection),
    tier: own.tier ?? connection.tier ?? defaults.tier,
    owner: own.owner ?? connection.owner ?? defaults.owner,
    tags: tagList([...(connection.tags ?? []), ...(own.tags ?? [])]),
    cadenceMs: own.cadence ?? connection.cadence ?? null,
    demand: own.demand ?? connection.demand ?? defaults.demand,
    optional: own.optional ?? connection.optional ?? false,
    gates: gateList([...(connection.checks ?? []), ...(own.checks ?? [])]),
  };
}

/** Each tag once, in name order. */
export function tagList(tags: readonly string[]): readonly string[] {
  return [...new Set(tags)].sort(compareText);
}

/** Declared gates in name order; of one name the last, which is the subject's own. */
export function gateList(checks: readonly CheckForm[]): readonly Gate[] {
  const byName = new Map(
    checks.map((check) => toGate(check, null)).map((gate) => [gate.name, gate]),
  );
  return [...byName.values()].sort((left, right) => compareText(left.name, right.name));
}

/** Checks of one list that would have one name: their measurements could not be told apart. */
export function duplicateChecks(
  checks: readonly CheckForm[] | undefined,
  context: FormContext,
): readonly Problem[] {
  const seen = new Set<string>();
  return (checks ?? []).flatMap((check, at) => {
    const { name } = toGate(check, null);
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return {
      code: "duplicate-check",
      severity: "error",
      message: `A second check of ${context.what} has the name \`${name}\`.`,
      location: context.document.locate([...context.path, "checks", at]),
      fix: "Give one of them another `name`, or remove it.",
    };
  });
}
