import { z } from "zod";
import type { Effect } from "../effects/effect.ts";
import { effectFormSchema, toEffect } from "../effects/effect-form.ts";
import { canonicalJson } from "../std/canonical-json.ts";
import { compareText } from "../std/compare.ts";
import { hashOf } from "../std/hash.ts";
import type { Rule, RuleSet } from "./rule-set.ts";
import { ruleSetMeaning } from "./rule-set-meaning.ts";

const identifier = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_-]*$/, "A name is letters, digits, `_` and `-`");

const paramName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "A parameter is named so that `params.<name>` can read it");

const paramValue = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);

/** One rule as people write it. */
export const ruleFormSchema = z.strictObject({
  id: identifier.describe("Unique in its set."),
  description: z.string().default("").describe("Why the rule is there."),
  for: z.enum(["source", "model"]).describe("What the rule is asked about."),
  when: z.string().trim().min(1).describe("A CEL condition over the subject's facts."),
  priority: z
    .int()
    .min(-1_000_000)
    .max(1_000_000)
    .default(0)
    .describe("Decides between contradicting effects: the higher wins."),
  then: z
    .array(effectFormSchema)
    .min(1)
    .describe("What follows when the condition holds.")
    .meta({ examples: ["[{ activate: {} }]"] }),
});

/** A file of `rules/`: a named, owned list of rules with parameters. */
export const ruleSetFileSchema = z.strictObject({
  ruleset: identifier.describe("The set's name, unique in the project."),
  description: z.string().default("").describe("What the set is for."),
  owner: z.string().min(1).nullable().default(null).describe("Who answers for it."),
  params: z
    .record(paramName, paramValue)
    .default({})
    .describe("Values that conditions read as `params.<name>`."),
  rules: z.array(ruleFormSchema).min(1).describe("In any order: none comes before another."),
});

/** All of a file of `rules/` but its rules, which are read one by one: a bad one hides no other. */
export const ruleSetHeadSchema = ruleSetFileSchema.extend({
  rules: z.array(z.unknown()).min(1).describe("In any order: none comes before another."),
});

/** A parsed rule set file, every default written out. */
export type RuleSetFile = z.infer<typeof ruleSetFileSchema>;
/** What people write, in YAML or in a program. */
export type RuleSetFileInput = DeepReadonly<z.input<typeof ruleSetFileSchema>>;

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

/** The canonical form: what differs only in order, comments or spelling of defaults has one id. */
export function toRuleSet(file: RuleSetFile): RuleSet {
  const rules = file.rules.map(toRule).sort((left, right) => compareText(left.id, right.id));
  const { ruleset: name, description, owner, params } = file;
  const set = { name, description, owner, params, rules };
  return { id: hashOf(ruleSetMeaning(set)), ...set };
}

/**
 * Writes a rule set in a program. It has the same canonical form and id as the same set in YAML.
 * @throws ZodError when the value does not have the form.
 */
export function defineRuleSet(input: RuleSetFileInput): RuleSet {
  return toRuleSet(ruleSetFileSchema.parse(input));
}

function toRule(form: RuleSetFile["rules"][number]): Rule {
  return {
    id: form.id,
    description: form.description,
    for: form.for,
    when: form.when,
    priority: form.priority,
    then: canonicalEffects(form.then.map(toEffect)),
  };
}

/** Effects of one rule hold together, so their order and repetition say nothing. */
function canonicalEffects(effects: readonly Effect[]): readonly Effect[] {
  const distinct = new Map(effects.map((effect) => [canonicalJson(effect), effect] as const));
  return [...distinct.entries()]
    .sort(([left], [right]) => compareText(left, right))
    .map(([, effect]) => effect);
}
