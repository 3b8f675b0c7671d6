import { union } from "../effects/merge-law.ts";
import type { MergedEffects } from "../effects/merged-effects.ts";
import type { Gate } from "../project/check.ts";
import type { RetainPolicy, SubjectKind } from "../project/project.ts";
import type { StandingOverride } from "../signals/standing.ts";
import type { Hash } from "../std/hash.ts";
import { type PreparedDraft, prepareDraft } from "./drafts.ts";
import { type Classification, changeOf } from "./facts.ts";
import {
  askRules,
  type RuleOutcomes,
  type SubjectFacts,
  silent,
  variablesFor,
} from "./rule-book.ts";
import { identityOf, overrideOf } from "./said-of.ts";
import { type CycleContext, historyOf } from "./subject-node.ts";

/** One subject as the rules meet it. */
export interface Asked {
  readonly name: string;
  readonly kind: SubjectKind;
  readonly declared: Classification;
  readonly gates: readonly Gate[];
  /** Of a source. */
  readonly connection: string | null;
  /** Of a source; absent where no version is kept. */
  readonly retain?: RetainPolicy | undefined;
  /** Its facts, once classified and with the change that was found. */
  readonly factsWith: (
    classification: Classification,
    change: ReturnType<typeof changeOf>,
  ) => SubjectFacts;
  /** Identity of what it would produce under enforced gates of this identity, and these effects. */
  readonly fingerprintWith: (enforced: Hash, effects: MergedEffects) => Hash | null;
}

/** What the rules said, and what follows for the subject's tasks and identity. */
export interface Answer {
  readonly outcomes: RuleOutcomes;
  readonly classification: Classification;
  readonly prepared: PreparedDraft;
  readonly fingerprint: Hash | null;
  readonly override: StandingOverride | null;
  /** See `SubjectNode`. */
  readonly remakeOf: Hash | null;
}

/**
 * Asks all rules about a subject in their passes. What a subject would produce is found before the
 * rules that ask whether it changed, and their gates are no part of it: otherwise the question
 * would change its own answer.
 */
export function askSubject(context: CycleContext, asked: Asked): Answer {
  const { rules, drafts, input, cycle } = context;
  const prepare = (outcomes: RuleOutcomes) => prepareDraft(drafts, input.scope, outcomes, asked);

  const classified = classify(context, asked);
  const { classification } = classified;
  const plainFacts = asked.factsWith(classification, null);
  const plain = askRules(rules, "plain", variablesFor(cycle, plainFacts), classified.outcomes);
  const prepared = prepare(plain);
  const made = asked.fingerprintWith(prepared.enforced, plain.effects);
  const history = historyOf(context, asked.name);
  const override = overrideOf(context, asked.name);
  const fingerprint = identityOf(made, override, history);
  const found = {
    classification,
    fingerprint,
    override,
    remakeOf: fingerprint === made ? null : made,
  };
  if (rules.passes[asked.kind].change.length === 0) {
    return { ...found, outcomes: plain, prepared };
  }

  const change = changeOf(fingerprint, history?.output ?? null);
  const facts = asked.factsWith(classification, change);
  const outcomes = askRules(rules, "change", variablesFor(cycle, facts), plain);
  return { ...found, outcomes, prepared: prepare(outcomes) };
}

function classify(
  { rules, cycle }: CycleContext,
  asked: Asked,
): { readonly outcomes: RuleOutcomes; readonly classification: Classification } {
  const nobody = silent(rules, asked.kind);
  if (rules.passes[asked.kind].classify.length === 0) {
    return { outcomes: nobody, classification: asked.declared };
  }
  const facts = asked.factsWith(asked.declared, null);
  const outcomes = askRules(rules, "classify", variablesFor(cycle, facts), nobody);
  return { outcomes, classification: withClassify(asked.declared, outcomes.effects) };
}

/** What rules classify holds over what was declared; tags add up. */
export function withClassify(
  declared: Classification,
  { classify: effect }: MergedEffects,
): Classification {
  if (effect === null) return declared;
  const { tier, owner, tags } = effect.value;
  return {
    tier: tier ?? declared.tier,
    owner: owner ?? declared.owner,
    tags: tags.length === 0 ? declared.tags : union([...declared.tags, ...tags]),
  };
}
