import fc from "fast-check";
import { decide } from "../../src/core/decide/decide.ts";
import type { SubjectHistory } from "../../src/core/decide/decide-input.ts";
import type { Profile } from "../../src/core/metadata/profile.ts";
import type { ModelSpec, SourceSpec } from "../../src/core/project/project.ts";
import type { RuleSet } from "../../src/core/rules/rule-set.ts";
import { defineRuleSet, type RuleSetFileInput } from "../../src/core/rules/rule-set-file.ts";
import { noStanding, type Standing, standingOf } from "../../src/core/signals/standing.ts";
import { hashText } from "../../src/core/std/hash.ts";
import { arbitrarySignal } from "./arbitrary-signal.ts";
import {
  historyAfter,
  hourMs,
  inputOf,
  modelSpec,
  noon,
  profileOf,
  type Situation,
  sourceSpec,
} from "./decide-fixture.ts";

type RuleForm = RuleSetFileInput["rules"][number];

/** Rules of which a random situation has some: together they use every kind of effect. */
export const rulePool: readonly RuleForm[] = [
  {
    id: "tier",
    for: "source",
    when: 'source.name in ["s0", "s3"]',
    then: [{ classify: { tier: 0, tags: ["core"] } }],
  },
  {
    id: "first",
    for: "source",
    when: "source.tier == 0",
    then: [{ priority: 50 }, { pool: "heavy" }],
  },
  {
    id: "light",
    for: "source",
    when: "source.volume.rows < 500",
    then: [{ merge: { into: "small", max: 2 } }, { pool: "load" }],
  },
  {
    id: "large",
    for: "source",
    when: "source.volume.rows > 100",
    then: [{ split: { size: 300 } }],
  },
  {
    id: "late",
    for: "source",
    when: "source.freshness.lag > 5400.0",
    then: [{ bypass: { because: "late" } }, { notify: { title: `\${source.name} is late` } }],
  },
  { id: "run", for: "source", when: 'source.change == "changed"', then: [{ activate: {} }] },
  {
    id: "ids",
    for: "source",
    when: "source.volume.rows >= 0",
    then: [{ gate: { not_null: "id" } }],
  },
  {
    id: "fk",
    for: "source",
    when: 'source.name == "s1"',
    then: [{ gate: { relationships: { column: "id", to: "s2", field: "id" } } }],
  },
  {
    id: "guard",
    for: "source",
    when: 'source.change != "unchanged"',
    then: [{ gate: { unique: "id" } }],
  },
  {
    id: "keep",
    for: "source",
    when: "source.tier < 2",
    then: [{ fallback: { use: "last_good", max_age: "90m" } }],
  },
  {
    id: "spare",
    for: "source",
    when: 'source.name == "s2" || source.name == "s3"',
    priority: 1,
    then: [{ fallback: { use: "alternate", source: "s1" } }],
  },
  {
    id: "part",
    for: "source",
    when: 'source.name == "s4"',
    priority: 1,
    then: [{ fallback: { use: "partial", min_share: 0.5 } }],
  },
  {
    id: "undo",
    for: "source",
    when: "source.consumers > 0",
    then: [{ gate: { row_count: { min: 2 }, on_fail: "undo" } }, { circuit: {} }],
  },
  {
    id: "read",
    for: "source",
    when: "source.consumers > 1",
    then: [{ tag: "hub" }, { sla: "2h" }],
  },
  { id: "m-rest", for: "model", when: "model.last_build.age < 1800.0", then: [{ bypass: {} }] },
  {
    id: "m-new",
    for: "model",
    when: 'model.change == "new"',
    then: [{ retry: { attempts: 5 } }, { cadence: "1h" }],
  },
  {
    id: "m-hub",
    for: "model",
    when: "model.consumers > 0",
    then: [{ timeout: "5m" }, { gate: { row_count: { min: 1 } } }],
  },
];

/** The rules of a set as they were written. */
export function formsOf(set: RuleSet): readonly RuleForm[] {
  return rulePool.filter((form) => set.rules.some((rule) => rule.id === form.id));
}

const policy = fc.constantFrom("skip", "last_good", "without", "hold");
const demand = fc.constantFrom("always", "always", "when_used");

function arbitrarySource(name: string): fc.Arbitrary<SourceSpec> {
  const gates = [
    {
      name: "d",
      check: { kind: "not_null" as const, column: "d" },
      onFail: "warn" as const,
      by: null,
    },
  ];
  return fc
    .record({
      demand,
      optional: fc.boolean(),
      tier: fc.nat(3),
      gates: fc.constantFrom([], gates),
      strategy: fc.constantFrom("replace", "append"),
    })
    .map((more) => sourceSpec(name, more));
}

function arbitraryProfile(name: string): fc.Arbitrary<Profile> {
  return fc
    .record({
      fingerprint: fc.option(
        fc.constantFrom("v1", "v1", "v2").map((text) => hashText(name + text)),
      ),
      rows: fc.option(fc.constantFrom(10, 400, 1_000)),
      presence: fc.constantFrom<Profile["presence"]>(
        { state: "present" },
        { state: "present" },
        { state: "present" },
        { state: "missing", detail: "no such file" },
        { state: "unreachable", code: "CONNECTION_FAILED", detail: "refused" },
      ),
      hasSchema: fc.boolean(),
      changedAt: fc.option(fc.constantFrom(noon - hourMs, noon - 3 * hourMs)),
    })
    .map(({ rows, hasSchema, ...more }) =>
      profileOf(name, {
        ...more,
        ...(hasSchema ? {} : { schema: null }),
        volume: { rows, isExact: true, bytes: 5, files: 1, trend: null },
      }),
    );
}

function arbitraryModel(name: string, before: readonly string[]): fc.Arbitrary<ModelSpec> {
  return fc
    .record({
      inputs: fc.subarray([...before], { maxLength: 3 }),
      policies: fc.array(policy, { minLength: 3, maxLength: 3 }),
      demand,
      optional: fc.boolean(),
      code: fc.constantFrom("a", "a", "b"),
      materialize: fc.constantFrom("view", "table"),
    })
    .map(({ inputs, policies, code, ...more }) =>
      modelSpec(
        name,
        inputs.map((subject, index) => ({ subject, onBypass: policies[index] ?? "skip" })),
        { ...more, code: hashText(name + code) },
      ),
    );
}

const sourceNames = ["s0", "s1", "s2", "s3", "s4"];
const modelNames = ["m0", "m1", "m2", "m3"];

function arbitraryRuleSets(): fc.Arbitrary<readonly RuleSet[]> {
  return fc.subarray([...rulePool]).map((rules) => {
    const half = Math.floor(rules.length / 2);
    const sets = [rules.slice(0, half), rules.slice(half)];
    return sets.flatMap((some, index) =>
      some.length === 0 ? [] : [defineRuleSet({ ruleset: `set${index}`, rules: some })],
    );
  });
}

/** What signals say of this world, its instants around those of its cycles. */
function arbitraryStanding(): fc.Arbitrary<Standing> {
  const instants = fc.constantFrom(-3, -2, -1, 0, 1, 2, 3).map((hours) => noon + hours * hourMs);
  const signals = fc.array(arbitrarySignal([...sourceNames, ...modelNames], instants), {
    minLength: 1,
    maxLength: 5,
  });
  return signals.map((all) => standingOf(all, noon - 4 * hourMs));
}

/** A small world with everything in it that a decision may meet. */
export function arbitrarySituation(): fc.Arbitrary<Situation> {
  return fc
    .record({
      at: fc.constantFrom(noon, noon, noon + hourMs, noon + 2 * hourMs),
      sources: fc.subarray(sourceNames, { minLength: 1 }),
      allSources: fc.tuple(...sourceNames.map(arbitrarySource)),
      profiles: fc.tuple(...sourceNames.map(arbitraryProfile)),
      models: fc.subarray(modelNames),
      allModels: fc.tuple(
        ...modelNames.map((name, index) =>
          arbitraryModel(name, [...sourceNames, ...modelNames.slice(0, index)]),
        ),
      ),
      ruleSets: arbitraryRuleSets(),
      lived: fc.boolean(),
      losses: fc.subarray([...sourceNames, ...modelNames], { maxLength: 2 }),
      standing: fc.option(arbitraryStanding(), { nil: noStanding, freq: 2 }),
      focus: fc.oneof(
        { weight: 3, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.subarray([...sourceNames, ...modelNames]) },
      ),
    })
    .map(({ allSources, allModels, lived, losses, ...drawn }) => {
      const situation: Situation = {
        at: drawn.at,
        sources: allSources.filter(({ name }) => drawn.sources.includes(name)),
        profiles: drawn.profiles,
        models: allModels.filter(({ name }) => drawn.models.includes(name)),
        ruleSets: drawn.ruleSets,
        standing: drawn.standing,
        focus: drawn.focus,
      };
      return lived ? { ...situation, history: pastOf(situation, losses) } : situation;
    });
}

/** What an hour ago left behind, with some tables gone since. */
function pastOf(situation: Situation, losses: readonly string[]): readonly SubjectHistory[] {
  const past = {
    at: noon - hourMs,
    ruleSets: [],
    profiles: [],
    standing: noStanding,
    focus: null,
  };
  const before = decide(inputOf({ ...situation, ...past }));
  return historyAfter(before).map((entry) =>
    losses.includes(entry.subject) && entry.output !== null
      ? { ...entry, output: { ...entry.output, exists: false } }
      : entry,
  );
}
