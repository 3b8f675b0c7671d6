import type { MergedEffects } from "../effects/merged-effects.ts";
import type { CompiledRule } from "../rules/compile-rules.ts";
import { fillTitle } from "../rules/notify-title.ts";
import { variablesAtEnd, variablesSeen } from "./ask-again.ts";
import type { DecidedRule, Decision } from "./blueprint.ts";
import type { Decided } from "./decided.ts";
import { decidedWith } from "./decided-with.ts";
import { evidenceOf } from "./evidence.ts";
import type { CycleContext, SubjectNode } from "./subject-node.ts";

/**
 * One subject's outcome with the values of everything that its rules looked at.
 * @returns `null` when there is no such subject.
 */
export function decisionOf(given: Decided, subject: string): Decision | null {
  const decided = decidedWith(given, subject);
  const { context, nodes } = decided.workings;
  const node = nodes.get(subject);
  if (node === undefined) return null;
  const seen = variablesSeen(context, node);
  const rules = context.rules.rules[node.kind].map((rule, index) =>
    decidedRule(node, rule, { index, seen }),
  );
  const effects = withTitles(context, node);
  return {
    subject,
    kind: node.kind,
    rules,
    effects,
    conflicts: effects.conflicts,
    evidence: evidenceOf(decided, node),
  };
}

/** All decisions in name order, each made when it is asked for. */
export function* decisionsOf(decided: Decided): Generator<Decision> {
  for (const subject of decided.blueprint.segments.keys()) {
    const decision = decisionOf(decided, subject);
    if (decision !== null) yield decision;
  }
}

function decidedRule(
  { outcomes }: SubjectNode,
  rule: CompiledRule,
  asked: { readonly index: number; readonly seen: ReturnType<typeof variablesSeen> },
): DecidedRule {
  const isMatched = outcomes.matched.includes(asked.index);
  if (!isMatched && !outcomes.undetermined.includes(asked.index)) {
    return { id: rule.name, outcome: "not_matched" };
  }
  const { verdict, trace } = rule.condition.explain(asked.seen(rule));
  if (verdict.outcome !== "undetermined") return { id: rule.name, outcome: verdict.outcome, trace };
  const { missing, error } = verdict;
  return {
    id: rule.name,
    outcome: "undetermined",
    missing,
    ...(error === null ? {} : { error }),
    trace,
  };
}

/** Subjects share their effects, and only their notifications speak of the one. */
function withTitles(context: CycleContext, node: SubjectNode): MergedEffects {
  const { effects } = node.outcomes;
  if (effects.notifications.length === 0) return effects;
  const rules = new Map(context.rules.rules[node.kind].map((rule) => [rule.name, rule] as const));
  const variables = variablesAtEnd(context, node);
  const notifications = effects.notifications.map((notification) => {
    const rule = rules.get(notification.by);
    if (rule === undefined) return notification;
    return { ...notification, title: fillTitle(notification.title, variables(rule)) };
  });
  return { ...effects, notifications };
}
