import type { Variables } from "../conditions/condition.ts";
import { heldInDoubt, mergeEffects } from "../effects/merge-effects.ts";
import type { MergedEffects } from "../effects/merged-effects.ts";
import type { SubjectKind } from "../project/project.ts";
import { type CompiledRule, compileRules } from "../rules/compile-rules.ts";
import type { CapacityFacts, DriftFacts, ModelFacts, SourceFacts } from "../rules/fact-schema.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import { present } from "../std/assert.ts";
import type { EpochMs } from "../std/time.ts";

/**
 * What the rules said about a subject. A fleet has few distinct outcomes, so subjects with the
 * same one share one object; which facts made it so is evaluated again when somebody asks.
 */
export interface RuleOutcomes {
  readonly kind: SubjectKind;
  /** Indexes of rules that matched, rising. */
  readonly matched: readonly number[];
  /** Indexes of rules that needed a fact that is not known, or ended in an error; rising. */
  readonly undetermined: readonly number[];
  readonly effects: MergedEffects;
}

/** Facts of one subject, under the name that its rules know. */
export type SubjectFacts =
  | { readonly kind: "source"; readonly facts: SourceFacts; readonly drift: DriftFacts }
  | { readonly kind: "model"; readonly facts: ModelFacts; readonly drift: DriftFacts };

/** The instant and the machine that all rules of a cycle see. */
export interface CycleFacts {
  readonly now: EpochMs;
  readonly capacity: CapacityFacts;
}

/**
 * - classify: asked first; the others see what it set;
 * - plain: asked next;
 * - change: asked last, because whether a subject changed depends on the gates of the others.
 */
export type RulePass = "classify" | "plain" | "change";

/** A rule with its place in the list of its kind. */
export interface IndexedRule {
  readonly index: number;
  readonly rule: CompiledRule;
}

/** The compiled rules of a cycle, with the outcomes seen so far. */
export interface RuleBook {
  readonly rules: Readonly<Record<SubjectKind, readonly CompiledRule[]>>;
  readonly passes: Readonly<Record<SubjectKind, Readonly<Record<RulePass, readonly number[]>>>>;
  /** Rules of any pass whose outcome may move with the clock. */
  readonly timed: Readonly<Record<SubjectKind, readonly IndexedRule[]>>;
  readonly known: Map<string, RuleOutcomes>;
}

/** Compiles rule sets that have passed their checks. */
export function openRuleBook(ruleSets: readonly RuleSet[]): RuleBook {
  const rules = compileRules(ruleSets);
  return {
    rules,
    passes: { source: passesOf(rules.source), model: passesOf(rules.model) },
    timed: { source: timedOf(rules.source), model: timedOf(rules.model) },
    known: new Map(),
  };
}

function timedOf(rules: readonly CompiledRule[]): readonly IndexedRule[] {
  return rules.map((rule, index) => ({ index, rule })).filter(({ rule }) => rule.readsTime);
}

function passesOf(rules: readonly CompiledRule[]): Readonly<Record<RulePass, readonly number[]>> {
  const indexes = rules.map((_, index) => index);
  const where = (isMeant: (rule: CompiledRule) => boolean) =>
    indexes.filter((index) => isMeant(ruleAt(rules, index)));
  return {
    classify: where((rule) => rule.isClassifying),
    plain: where((rule) => !rule.isClassifying && !rule.readsChange),
    change: where((rule) => !rule.isClassifying && rule.readsChange),
  };
}

function ruleAt(rules: readonly CompiledRule[], index: number): CompiledRule {
  return present(rules[index], "a rule's index comes from its list");
}

/** Asks the rules of one pass, and adds what they say to what those of earlier passes said. */
export function askRules(
  book: RuleBook,
  pass: RulePass,
  variablesOf: (rule: CompiledRule) => Variables,
  before: RuleOutcomes,
): RuleOutcomes {
  const { kind } = before;
  const indexes = book.passes[kind][pass];
  if (indexes.length === 0) return before;
  const rules = book.rules[kind];
  let matched: number[] | null = null;
  let undetermined: number[] | null = null;
  for (const index of indexes) {
    const rule = ruleAt(rules, index);
    const { outcome } = rule.condition.evaluate(variablesOf(rule));
    if (outcome === "matched") {
      matched ??= [];
      matched.push(index);
    } else if (outcome === "undetermined") {
      undetermined ??= [];
      undetermined.push(index);
    }
  }
  if (matched === null && undetermined === null) return before;
  return outcomesOf(book, kind, {
    matched: joined(before.matched, matched),
    undetermined: joined(before.undetermined, undetermined),
  });
}

function joined(before: readonly number[], found: readonly number[] | null): readonly number[] {
  if (found === null) return before;
  return before.length === 0 ? found : [...before, ...found].sort((left, right) => left - right);
}

/** The one object for an outcome; its effects are merged when it is first seen. */
function outcomesOf(
  book: RuleBook,
  kind: SubjectKind,
  said: { readonly matched: readonly number[]; readonly undetermined: readonly number[] },
): RuleOutcomes {
  const key = `${kind}:${said.matched.join(",")};${said.undetermined.join(",")}`;
  const known = book.known.get(key);
  if (known !== undefined) return known;
  const contributionsOf = (index: number) => ruleAt(book.rules[kind], index).contributions;
  const effects = mergeEffects([
    ...said.matched.flatMap(contributionsOf),
    ...heldInDoubt(said.undetermined.flatMap(contributionsOf)),
  ]);
  const outcomes: RuleOutcomes = { kind, ...said, effects };
  book.known.set(key, outcomes);
  return outcomes;
}

/** No rule has said anything. */
export function silent(book: RuleBook, kind: SubjectKind): RuleOutcomes {
  return outcomesOf(book, kind, { matched: [], undetermined: [] });
}

/**
 * Variables by rule set: rules of one set share their `params`, all share the facts.
 */
export function variablesFor(
  cycle: CycleFacts,
  subject: SubjectFacts,
): (rule: CompiledRule) => Variables {
  const bySet = new Map<RuleSet, Variables>();
  let lastSet: RuleSet | null = null;
  let last: Variables = {};
  return ({ set }) => {
    if (set === lastSet) return last;
    const known = bySet.get(set) ?? {
      now: cycle.now,
      capacity: cycle.capacity,
      params: set.params,
      drift: subject.drift,
      [subject.kind]: subject.facts,
    };
    bySet.set(set, known);
    lastSet = set;
    last = known;
    return known;
  };
}
