import type { Variables } from "../conditions/condition.ts";
import type { CompiledRule } from "../rules/compile-rules.ts";
import { type Asked, withClassify } from "./ask-subject.ts";
import { askedModel } from "./decide-model.ts";
import { askedSource } from "./decide-source.ts";
import { changeOf } from "./facts.ts";
import { variablesFor } from "./rule-book.ts";
import { type CycleContext, historyOf, type SubjectNode } from "./subject-node.ts";

/**
 * The variables that each rule saw when a subject was decided. They are made again instead of
 * kept: a fleet's facts are large, and few are ever asked for.
 */
export function variablesSeen(
  context: CycleContext,
  node: SubjectNode,
): (rule: CompiledRule) => Variables {
  const asked = askedOf(context, node);
  const classified = withClassify(asked.declared, node.outcomes.effects);
  const change = changeOf(node.fingerprint, historyOf(context, node.subject)?.output ?? null);
  const { cycle } = context;
  const first = lazily(() => variablesFor(cycle, asked.factsWith(asked.declared, null)));
  const plain = lazily(() => variablesFor(cycle, asked.factsWith(classified, null)));
  const last = lazily(() => variablesFor(cycle, asked.factsWith(classified, change)));
  return (rule) => {
    const pass = rule.isClassifying ? first : rule.readsChange ? last : plain;
    return pass()(rule);
  };
}

/** All facts of a subject as they stand after every pass. */
export function variablesAtEnd(
  context: CycleContext,
  node: SubjectNode,
): (rule: CompiledRule) => Variables {
  const asked = askedOf(context, node);
  const change = changeOf(node.fingerprint, historyOf(context, node.subject)?.output ?? null);
  const classified = withClassify(asked.declared, node.outcomes.effects);
  return variablesFor(context.cycle, asked.factsWith(classified, change));
}

function askedOf(context: CycleContext, node: SubjectNode): Asked {
  return node.kind === "source"
    ? askedSource(context, node.spec)
    : askedModel(context, node.spec, node);
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
