import { assert } from "../std/assert.ts";
import { shortHash } from "../std/hash.ts";
import type { Decided } from "./decided.ts";
import type { ModelNode, SubjectNode } from "./subject-node.ts";
import type { WhyLink } from "./why-report.ts";
import { explainRule } from "./why-rule.ts";

/** Why a subject is stopped, in one sentence. */
export function isolatedText(node: SubjectNode): string {
  if (node.kind === "source" || node.route === null) {
    return `${node.subject} is stopped by a rule.`;
  }
  const { route } = node;
  const from = route.sources.length === 0 ? "" : `: ${listed(route.sources)} changed its schema`;
  const detail = route.because === null ? "" : `. ${route.because}`;
  return route.to === "negotiate"
    ? `${node.subject} waits for an answer${from}${detail}.`
    : `${node.subject} is stopped${from}${detail}.`;
}

/** The rule that asked for it, what it waits for, and the worst that the change would do. */
export function isolatedCauses({ workings }: Decided, node: SubjectNode): readonly WhyLink[] {
  const { context } = workings;
  const { route } = node.outcomes.effects;
  const rules = (route?.by ?? []).map((name) => explainRule(context, node, name));
  return node.kind === "source" ? rules : [...rules, ...negotiationLinks(node), ...termLinks(node)];
}

function negotiationLinks({ route }: ModelNode): readonly WhyLink[] {
  if (route === null || route.negotiation === null) return [];
  const id = shortHash(route.negotiation);
  const text = `\`sluice negotiate show ${id}\` tells what is proposed and what can be answered.`;
  return [{ text, about: route.negotiation, because: [] }];
}

function termLinks({ reach }: ModelNode): readonly WhyLink[] {
  const [worst] = reach?.assessment.terms ?? [];
  if (worst === undefined) return [];
  const { because, table, column, verdict, risk } = worst;
  const evidence = { verdict, risk, role: worst.role };
  return [{ text: because, about: `${table}.${column}`, evidence, because: [] }];
}

function listed(names: readonly string[]): string {
  const last = names.at(-1);
  assert(last !== undefined, "there is a name");
  return names.length === 1 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}
