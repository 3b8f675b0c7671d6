import type { RuleSet } from "../rules/rule-set.ts";
import { canonicalJson } from "../std/canonical-json.ts";
import { compareText } from "../std/compare.ts";
import { hashOnce } from "../std/hash-once.ts";
import { formatDurationMs } from "../std/time.ts";
import type { Blueprint } from "./blueprint.ts";
import type { DecideInput } from "./decide-input.ts";
import type { Workings } from "./decided.ts";
import { saidCauses } from "./diff-said.ts";
import { columnsReadOf } from "./model-reads.ts";
import type { SubjectNode } from "./subject-node.ts";

interface Side {
  readonly blueprint: Blueprint;
  readonly input?: DecideInput;
  readonly workings?: Workings;
}

/** What made a subject's segments differ, from what differs in the inputs of the two decisions. */
export function causeOf(before: Side, after: Side, subject: string): string {
  const isOld = before.blueprint.segments.has(subject);
  const isYoung = after.blueprint.segments.has(subject);
  if (!isOld) return `${subject} was not there before`;
  if (!isYoung) return `${subject} is not there any more`;
  if (before.input === undefined || after.input === undefined) {
    return "not known: the inputs of one decision are not at hand";
  }
  const causes = [
    ...declarationCauses(before.input, after.input, subject),
    ...profileCauses(before.input, after.input, subject),
    ...ruleCauses(before, after, subject),
    ...historyCauses(before.input, after.input, subject),
    ...readsCauses(before.input, after.input, subject),
    ...saidCauses(before.input, after.input, subject),
    ...inputCauses(before, after, subject),
  ];
  if (causes.length > 0) return causes.join("; ");
  return surroundingCause(before.input, after.input);
}

function declarationCauses(
  before: DecideInput,
  after: DecideInput,
  subject: string,
): readonly string[] {
  const old = before.scope.sources.get(subject) ?? before.scope.models.get(subject);
  const young = after.scope.sources.get(subject) ?? after.scope.models.get(subject);
  if (old === undefined || young === undefined || hashOnce(old) === hashOnce(young)) return [];
  // The text of a model's SQL may differ where its meaning does not.
  const fields = differingFields(old, young).filter((field) => field !== "sql" && field !== "file");
  return fields.length === 0 ? [] : [`declared: ${fields.join(", ")} of ${subject}`];
}

function profileCauses(
  before: DecideInput,
  after: DecideInput,
  subject: string,
): readonly string[] {
  const old = before.snapshot.profiles.get(subject);
  const young = after.snapshot.profiles.get(subject);
  if (old === undefined || young === undefined || old.id === young.id) return [];
  return [`profile: ${differingFields(old.profile, young.profile).join(", ")} of ${subject}`];
}

/** Rules that say something else now, and whether they or their facts have changed. */
function ruleCauses(before: Side, after: Side, subject: string): readonly string[] {
  const old = matchedRules(before, subject);
  const young = matchedRules(after, subject);
  const texts: string[] = [];
  const gained = [...young.keys()].filter((rule) => !old.has(rule));
  const lost = [...old.keys()].filter((rule) => !young.has(rule));
  const rewritten = [...young].filter(([rule, text]) => (old.get(rule) ?? text) !== text);
  if (gained.length > 0) texts.push(`rules that match now: ${gained.join(", ")}`);
  if (lost.length > 0) texts.push(`rules that match no more: ${lost.join(", ")}`);
  if (rewritten.length > 0) {
    texts.push(`rules that were changed: ${rewritten.map(([rule]) => rule).join(", ")}`);
  }
  return texts;
}

/** The rules that matched a subject, by name, with what they said. */
function matchedRules({ workings }: Side, subject: string): ReadonlyMap<string, string> {
  const node = workings?.nodes.get(subject);
  if (node === undefined || workings === undefined) return new Map();
  const rules = workings.context.rules.rules[node.kind];
  return new Map(
    node.outcomes.matched.flatMap((index) => {
      const rule = rules[index];
      if (rule === undefined) return [];
      const { priority, then } = rule.rule;
      return [[rule.name, canonicalJson([priority, then])] as const];
    }),
  );
}

function historyCauses(
  before: DecideInput,
  after: DecideInput,
  subject: string,
): readonly string[] {
  const old = before.history.get(subject);
  const young = after.history.get(subject);
  if (old?.output?.fingerprint !== young?.output?.fingerprint) {
    const run = young?.output?.run;
    return [
      run === undefined ? `history: ${subject} was lost` : `history: committed by run ${run}`,
    ];
  }
  if (old?.output?.exists !== young?.output?.exists) return [`history: the table of ${subject}`];
  return old?.verified === young?.verified ? [] : [`history: ${subject} was measured since`];
}

/** Inputs of which a model reads other columns than before. */
function readsCauses(before: DecideInput, after: DecideInput, subject: string): readonly string[] {
  const [old, young] = [before.reads.get(subject)?.all, after.reads.get(subject)?.all];
  const inputs = after.scope.models.get(subject)?.inputs ?? [];
  const names = inputs
    .map((input) => input.subject)
    .filter(
      (name) =>
        canonicalJson(columnsReadOf(old, name)) !== canonicalJson(columnsReadOf(young, name)),
    );
  return names.length === 0 ? [] : [`columns read: of ${names.join(", ")}`];
}

/** Inputs of a model that reach it otherwise than before. */
function inputCauses(before: Side, after: Side, subject: string): readonly string[] {
  const old = arrivalsOf(before.workings?.nodes.get(subject));
  const young = arrivalsOf(after.workings?.nodes.get(subject));
  const names = [...young]
    .filter(([name, arrival]) => (old.get(name) ?? arrival) !== arrival)
    .map(([name]) => name);
  return names.length === 0 ? [] : [`inputs: ${names.sort(compareText).join(", ")}`];
}

function arrivalsOf(node: SubjectNode | undefined): ReadonlyMap<string, string> {
  if (node?.kind !== "model") return new Map();
  return new Map(node.arrivals.map((arrival) => [arrival.subject, canonicalJson(arrival)]));
}

/** What no subject has for its own. */
function surroundingCause(before: DecideInput, after: DecideInput): string {
  if (hashOnce(before.template) !== hashOnce(after.template)) {
    return `template: ${after.template.name}`;
  }
  const sets = changedSets(before.ruleSets, after.ruleSets);
  if (sets.length > 0) return `rule sets: ${sets.join(", ")}`;
  if (canonicalJson(before.snapshot.capacity) !== canonicalJson(after.snapshot.capacity)) {
    return "capacity";
  }
  const passedMs = Math.abs(after.snapshot.at - before.snapshot.at);
  return passedMs > 0
    ? `time: ${formatDurationMs(passedMs)} between the two`
    : "other subjects: who travels together, or who asks for it";
}

function changedSets(before: readonly RuleSet[], after: readonly RuleSet[]): readonly string[] {
  const ids = (sets: readonly RuleSet[]) => new Set(sets.map((set) => set.id));
  const [old, young] = [ids(before), ids(after)];
  const changed = [
    ...before.filter((set) => !young.has(set.id)),
    ...after.filter((set) => !old.has(set.id)),
  ];
  return [...new Set(changed.map((set) => set.name))].sort(compareText);
}

function differingFields(before: object, after: object): readonly string[] {
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...fields].sort(compareText).filter((field) => {
    const old: unknown = Reflect.get(before, field);
    const young: unknown = Reflect.get(after, field);
    return canonicalJson(old ?? null) !== canonicalJson(young ?? null);
  });
}
