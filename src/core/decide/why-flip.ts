import { nearestFlip } from "../conditions/nearest-flip.ts";
import { variablesSeen } from "./ask-again.ts";
import type { Bypass } from "./blueprint.ts";
import { decideModel } from "./decide-model.ts";
import { decideSource } from "./decide-source.ts";
import type { Decided } from "./decided.ts";
import { isInFocus } from "./said-of.ts";
import type { SubjectNode } from "./subject-node.ts";
import { fallbackOf } from "./why-fallback.ts";
import { findRule } from "./why-rule.ts";

/** The nearest change that would turn a bypass; `null` when none is known. */
export function flipOf(decided: Decided, node: SubjectNode, bypass: Bypass): string | null {
  const { subject } = node;
  switch (bypass.reason) {
    case "up_to_date":
      return node.kind === "source"
        ? `would run if ${subject} changed, or how it is read, or what it must hold`
        : `would run if ${sourcesBelow(decided, subject)} changed, or its SQL, or what it must hold`;
    case "rule":
      return ruleFlip(decided, node);
    case "upstream":
      return upstreamFlip(decided, bypass.by);
    case "source_missing":
      return `would run if ${subject} were present`;
    case "not_demanded":
      if (!isInFocus(decided.workings.context, subject)) {
        return `would run in a cycle that is about ${subject}, if there were something to do`;
      }
      return `would run if a model that runs read ${subject}, or its demand were always`;
    case "source_short":
      return `would run if more of ${subject} came, or a smaller share were enough`;
    case "condemned":
      return `would run if ${subject} changed, or what it must hold`;
    case "pressure":
      return "would run once the pressure is over";
    case "frozen":
    case "override":
      return overrideFlip(decided, node);
    case "isolated":
      return null;
  }
}

/** What is left to be said of a subject when nobody overrides it. */
function overrideFlip(decided: Decided, node: SubjectNode): string {
  const { context, nodes } = decided.workings;
  const { subject, override } = node;
  const { standing } = context.input;
  const overrides = new Map([...standing.overrides].filter(([name]) => name !== subject));
  const input = { ...context.input, standing: { ...standing, overrides } };
  const free =
    node.kind === "source"
      ? decideSource({ ...context, input }, node.spec)
      : decideModel({ ...context, input }, nodes, node.spec);
  const ended = `would run if the override of ${override?.by} ended`;
  if (free.bypass === null) return ended;
  const rest = flipOf(decided, free, free.bypass)?.replace(/^would run if /, "");
  return rest === undefined
    ? `would be ${free.bypass.reason} if the override of ${override?.by} ended`
    : `${ended}, and ${rest}`;
}

/** What would make all rules that ask for the bypass fall silent. */
function ruleFlip({ workings }: Decided, node: SubjectNode): string | null {
  const { context } = workings;
  const seen = variablesSeen(context, node);
  const flips: string[] = [];
  for (const name of node.outcomes.effects.activation?.by ?? []) {
    const rule = findRule(context, node, name);
    const flip = rule === null ? null : nearestFlip(rule.condition, seen(rule), "not_matched");
    if (flip === null) return null;
    flips.push(flip.text);
  }
  if (flips.length === 0) return null;
  return `would run if ${[...flips, ...otherObstacles(node)].join(", and ")}`;
}

/** What would keep it from running although no rule did. */
function otherObstacles({ subject, output }: SubjectNode): readonly string[] {
  return output.state === "current" ? [`${subject} changed`] : [];
}

function upstreamFlip(decided: Decided, by: string | null): string {
  const above = by === null ? undefined : decided.workings.nodes.get(by);
  if (above === undefined) return `would run if ${by} were there again`;
  const flip = above.bypass === null ? null : flipOf(decided, above, above.bypass);
  const fallback = fallbackOf(decided, by);
  const older =
    fallback === null || fallback.tooOld === null
      ? ""
      : `, or the fallback of ${fallback.rules.join(" and ")} allowed data that is ${fallback.tooOld} old`;
  return `${flip ?? `would run if ${by} ran`}${older}`;
}

/** The sources that a model is made of in the end, at most a handful by name. */
function sourcesBelow({ workings }: Decided, model: string): string {
  const sources = new Set<string>();
  const visited = new Set<string>();
  const open = [model];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (visited.has(name)) continue;
    visited.add(name);
    const node = workings.nodes.get(name);
    if (node?.kind === "source") sources.add(name);
    else if (node?.kind === "model") open.push(...node.spec.inputs.map((input) => input.subject));
  }
  const names = [...sources].sort();
  if (names.length === 0) return "what it reads";
  const shown = names.slice(0, 5).join(" or ");
  return names.length > 5 ? `${shown} or ${names.length - 5} other sources` : shown;
}
