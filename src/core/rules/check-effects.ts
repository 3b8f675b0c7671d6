import type { EffectKind } from "../effects/effect.ts";
import { effectSpecs } from "../effects/effect-specs.ts";
import type { EffectOf } from "../effects/merge-law.ts";
import { closestName } from "../std/closest-name.ts";
import { conditionScope } from "./condition-scope.ts";
import { knownPaths, titlePaths } from "./notify-title.ts";
import type { RuleFinding, RuleFindingCode, RuleSetsToCheck } from "./rule-finding.ts";
import type { Rule, RuleSet } from "./rule-set.ts";

interface Remark {
  readonly code: RuleFindingCode;
  readonly severity?: RuleFinding["severity"];
  readonly effect: EffectKind;
  readonly message: string;
  readonly fix: string;
}

/** What is wrong with what a rule asks for, whatever its condition says. */
export function checkEffects(
  set: RuleSet,
  rule: Rule,
  project: RuleSetsToCheck,
): readonly RuleFinding[] {
  const remarks = [...checkClassify(rule)];
  for (const effect of rule.then) {
    const { subjects } = effectSpecs[effect.kind];
    if (!subjects.includes(rule.for)) {
      remarks.push({
        code: "rule-subject",
        effect: effect.kind,
        message: `${effect.kind} acts on a ${subjects.join(" or ")}, and this rule is for a ${rule.for}.`,
        fix: `Remove it, or write a rule for a ${subjects.join(" or ")}.`,
      });
    }
    if (effect.kind === "notify") remarks.push(...checkTitle(set, rule, effect));
    if (effect.kind === "pool") remarks.push(...checkPool(effect, project));
    if (effect.kind === "gate") remarks.push(...checkGate(rule, effect, project));
    if (effect.kind === "merge") remarks.push(...checkGroup(effect, project));
  }
  return remarks.map(
    ({ code, severity = "error", effect, message, fix }): RuleFinding => ({
      code,
      severity,
      ruleSet: set.name,
      rule: rule.id,
      place: { part: "then", effect },
      message,
      fix,
    }),
  );
}

function* checkClassify({ then }: Rule): Generator<Remark> {
  if (!then.some((effect) => effect.kind === "classify")) return;
  if (then.some((effect) => effect.kind !== "classify")) {
    yield {
      code: "rule-classify",
      effect: "classify",
      message: "A rule that classifies is asked before all others, so it can ask for nothing else.",
      fix: "Move the other effects to a rule of their own, with the same condition.",
    };
  }
}

function* checkTitle(set: RuleSet, rule: Rule, effect: EffectOf<"notify">): Generator<Remark> {
  const known = knownPaths(conditionScope(rule.for, set.params));
  for (const { path } of titlePaths(effect.title)) {
    if (known.includes(path)) continue;
    const nearest = closestName(path, known);
    yield {
      code: "rule-title",
      effect: "notify",
      message: `The title names \`${path}\`, which is no fact.`,
      fix:
        nearest === null
          ? `Write a fact, such as \`${rule.for}.name\`.`
          : `Did you mean \`${nearest}\`?`,
    };
  }
}

function* checkPool(effect: EffectOf<"pool">, { template }: RuleSetsToCheck): Generator<Remark> {
  const pools = Object.keys(template.pools);
  if (pools.includes(effect.name)) return;
  const nearest = closestName(effect.name, pools);
  yield {
    code: "rule-pool",
    effect: "pool",
    message: `The template ${template.name} has no pool named ${effect.name}.`,
    fix: nearest === null ? `Use one of ${pools.join(", ")}.` : `Did you mean \`${nearest}\`?`,
  };
}

function* checkGate(
  rule: Rule,
  { check, onFail }: EffectOf<"gate">,
  { scope }: RuleSetsToCheck,
): Generator<Remark> {
  if (rule.for === "model" && onFail === "quarantine") {
    yield {
      code: "rule-quarantine",
      effect: "gate",
      message: "A model has no quarantine: its rows come from its own SQL.",
      fix: "Use `on_fail: fail` or `on_fail: warn`, or gate the source that the rows come from.",
    };
  }
  if (check.kind !== "relationships" || scope === null || check.to.includes(".")) return;
  if (scope.subjects.has(check.to)) return;
  const nearest = closestName(check.to, scope.subjects);
  yield {
    code: "rule-table",
    // A source of that name may still be discovered.
    severity: "warning",
    effect: "gate",
    message: `No declared source or model is named ${check.to}.`,
    fix:
      nearest === null
        ? "Declare it, write `schema.table`, or leave it where discovery brings the source."
        : `Did you mean \`${nearest}\`?`,
  };
}

function* checkGroup({ into }: EffectOf<"merge">, { scope }: RuleSetsToCheck): Generator<Remark> {
  if (scope === null || !scope.subjects.has(into)) return;
  yield {
    code: "rule-batch-name",
    effect: "merge",
    message: `The group ${into} has the name of a source or model, so \`${into}.load\` would be two things.`,
    fix: `Name the group otherwise, such as \`${into}-group\`.`,
  };
}
