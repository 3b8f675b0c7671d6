import type { Trace } from "../conditions/condition.ts";
import type { CompiledRule } from "../rules/compile-rules.ts";
import { canonicalJson } from "../std/canonical-json.ts";
import type { Json } from "../std/json.ts";
import { variablesSeen } from "./ask-again.ts";
import type { CycleContext, SubjectNode } from "./subject-node.ts";
import type { WhyLink } from "./why-report.ts";

/** A rule's say in an outcome, down to the facts that it looked at. */
export function explainRule(context: CycleContext, node: SubjectNode, name: string): WhyLink {
  const rule = findRule(context, node, name);
  if (rule === null) return { text: `Rule ${name} asks for it.`, about: name, because: [] };
  const { verdict, trace } = rule.condition.explain(variablesSeen(context, node)(rule));
  const facts = factsIn(trace);
  const because = facts.map(([fact, value]) => ({
    text: `${fact} is ${valueText(value)}.`,
    about: fact,
    evidence: value,
    because: [],
  }));
  const outcome = verdict.outcome === "matched" ? "matches" : "could not be decided";
  return {
    text: `Rule ${name} ${outcome}: ${oneLine(rule.rule.when)}`,
    about: name,
    evidence: Object.fromEntries(facts),
    because,
  };
}

/** A rule of a node's kind by its name; `null` for one that is not there. */
export function findRule(
  context: CycleContext,
  node: SubjectNode,
  name: string,
): CompiledRule | null {
  return context.rules.rules[node.kind].find((rule) => rule.name === name) ?? null;
}

/** The leaves of a trace that have a value, each once, in the order of the text. */
function factsIn(trace: Trace): readonly (readonly [string, Json])[] {
  const facts = new Map<string, Json>();
  const visit = ({ text, value, children }: Trace): void => {
    if (children.length > 0) {
      for (const child of children) visit(child);
      return;
    }
    const path = oneLine(text);
    if ("known" in value) facts.set(path, value.known);
    else if ("unknown" in value) facts.set(path, null);
  };
  visit(trace);
  return [...facts];
}

function valueText(value: Json): string {
  if (value === null) return "not known";
  return typeof value === "string" ? value : canonicalJson(value);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
