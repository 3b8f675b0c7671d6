import type { DecideInput, SubjectHistory } from "../src/core/decide/decide-input.ts";
import type { Decided } from "../src/core/decide/decided.ts";
import { noDrift } from "../src/core/decide/drift-input.ts";
import type { Profile } from "../src/core/metadata/profile.ts";
import { identifyProfile, takeSnapshot } from "../src/core/metadata/snapshot.ts";
import type { ModelSpec, SourceSpec, Template } from "../src/core/project/project.ts";
import type { RuleSet } from "../src/core/rules/rule-set.ts";
import { defineRuleSet, type RuleSetFileInput } from "../src/core/rules/rule-set-file.ts";
import { noStanding } from "../src/core/signals/standing.ts";
import { hashText } from "../src/core/std/hash.ts";

const noon = Date.UTC(2026, 0, 1, 12);
const hourMs = 3_600_000;

/** A fleet in its steady state: everything ran an hour ago, and one source in a hundred changed since. */
export function fleetOf(sourceCount: number, modelCount: number): DecideInput {
  const sources = Array.from({ length: sourceCount }, (_, index) => source(index));
  const profiles = sources.map((spec, index) => identifyProfile(profile(spec, index)));
  return {
    snapshot: takeSnapshot(noon, { cores: 8, memoryBytes: 2 ** 34 }, profiles),
    ruleSets: fleetRules(),
    template,
    scope: {
      sources: new Map(sources.map((spec) => [spec.name, spec])),
      models: new Map(models(sourceCount, modelCount).map((spec) => [spec.name, spec])),
    },
    history: new Map(),
    drift: noDrift,
    reads: new Map(),
    standing: noStanding,
    focus: null,
  };
}

/** The next cycle, after everything that was decided has succeeded. */
export function nextCycle({ input, blueprint }: Decided): DecideInput {
  const history = new Map<string, SubjectHistory>();
  for (const { subject, tasks } of blueprint.segments.values()) {
    const [making, measuring] = tasks.slice(-2);
    history.set(subject, {
      subject,
      output: {
        fingerprint: making?.fingerprint ?? "",
        committedAt: noon - hourMs,
        rows: 1_000,
        run: "run-1",
        exists: true,
        parts: null,
        released: null,
      },
      condemned: null,
      degraded: null,
      usualRows: { mean: 1_000, least: 1_000 },
      verified: measuring?.fingerprint ?? null,
      quality: { failedChecks: 0, quarantinedRows: 0 },
      reliability: { attempts: 10, failureRate: 0, consecutiveFailures: 0 },
    });
  }
  return { ...input, history };
}

/** The same fleet with other content in one source, and perhaps at another instant. */
export function withChange(input: DecideInput, index: number, at = input.snapshot.at): DecideInput {
  const name = sourceName(index);
  const before = input.snapshot.profiles.get(name);
  if (before === undefined) throw new Error(`no source ${name}`);
  const fingerprint = hashText(`${name} changed`);
  const changed = identifyProfile({ ...before.profile, fingerprint, changedAt: noon });
  const profiles = new Map(input.snapshot.profiles).set(name, changed);
  return { ...input, snapshot: takeSnapshot(at, input.snapshot.capacity, profiles.values()) };
}

const template: Template = {
  name: "standard",
  defaults: {
    retry: { attempts: 3, backoffMs: 1_000, backoffMsMax: 60_000 },
    timeoutMs: hourMs,
    onBypass: "skip",
  },
  pools: { extract: 8, load: 2, compute: 4, heavy: 1 },
  poolOf: {
    extract: "extract",
    load: "load",
    verify: "load",
    transform: "compute",
    check: "compute",
  },
};

function sourceName(index: number): string {
  return `source_${String(index).padStart(6, "0")}`;
}

function source(index: number): SourceSpec {
  const name = sourceName(index);
  return {
    name,
    connection: `connection_${index % 40}`,
    origin: index % 3 === 0 ? "declared" : "discovered",
    locator: { schema: "public", table: name },
    contract: null,
    strategy: index % 5 === 0 ? "merge" : "replace",
    key: index % 5 === 0 ? ["id"] : [],
    tier: index % 4,
    owner: `team-${index % 20}`,
    tags: index % 7 === 0 ? ["pii"] : [],
    cadenceMs: hourMs,
    demand: "always",
    optional: false,
    gates: [],
  };
}

function profile({ name, connection }: SourceSpec, index: number): Profile {
  const rows = (index * 7_919) % 6_000_000;
  return {
    source: name,
    connection,
    kind: index % 2 === 0 ? "table" : "file",
    presence: { state: "present" },
    fingerprint: hashText(name),
    volume: { rows, isExact: false, bytes: rows * 80, files: 1, trend: 1 },
    cadence: { declaredMs: hourMs, observedMs: hourMs },
    changedAt: noon - (index % 50) * 600_000,
    schema: { columns, key: ["id"] },
    arriving: [],
    quality: { failedChecks: 0, quarantinedRows: index % 100 === 0 ? 3 : 0 },
    reliability: { attempts: 10, failureRate: 0, consecutiveFailures: 0 },
    lastLoad: null,
  };
}

const columns = Array.from({ length: 12 }, (_, index) => ({
  name: `column_${index}`,
  type: index === 0 ? "BIGINT" : "VARCHAR",
  nullable: index > 0,
}));

/** Three quarters read sources, the others read models before them. */
function models(sourceCount: number, modelCount: number): readonly ModelSpec[] {
  const staging = Math.floor(modelCount * 0.75);
  return Array.from({ length: modelCount }, (_, index) => {
    const reads = Array.from({ length: 4 }, (__, nth) =>
      index < staging
        ? sourceName((index * 4 + nth) % sourceCount)
        : modelName((index * 31 + nth * 97) % Math.max(1, index - 50)),
    );
    const name = modelName(index);
    return {
      name,
      target: { schema: "main", name },
      materialize: "table",
      sql: `SELECT * FROM ${reads.join(", ")}`,
      file: `models/${name}.sql`,
      code: hashText(name),
      parts: null,
      inputs: [...new Set(reads)].sort().map((subject) => ({ subject, onBypass: "skip" as const })),
      tier: index % 4,
      owner: null,
      tags: [],
      slaMs: null,
      demand: "always",
      optional: false,
      gates: [],
    };
  });
}

function modelName(index: number): string {
  return `model_${String(index).padStart(5, "0")}`;
}

/** 50 rules of four to six terms in two sets; five of them look at the time. */
function fleetRules(): readonly RuleSet[] {
  type Rules = RuleSetFileInput["rules"];
  const placed: Rules = Array.from({ length: 30 }, (_, index) => ({
    id: `place-${index}`,
    for: "source",
    when:
      `source.connection == "connection_${index}" && source.tier <= ${index % 4} && ` +
      `source.volume.rows > ${index * 1_000} && source.presence == "present"`,
    priority: index,
    then: [{ priority: index }],
  }));
  const timed: Rules = Array.from({ length: 5 }, (_, index) => ({
    id: `late-${index}`,
    for: "source",
    when:
      `source.tier == ${index} && source.freshness.lag > source.freshness.expected * ${index + 4}.0 ` +
      "&& source.consumers > 0",
    then: [{ fallback: { use: "last_good", max_age: "2d" } }],
  }));
  const shaped: Rules = [
    {
      id: "small",
      for: "source",
      when: 'source.volume.rows < params.small && source.kind == "file"',
      then: [{ merge: { into: "small", max: 50 } }],
    },
    {
      id: "large",
      for: "source",
      when: "source.volume.rows > params.large",
      then: [{ split: { size: 2_000_000 } }],
    },
    {
      id: "tier-0",
      for: "source",
      when: '"pii" in source.tags && source.owner != "team-3"',
      then: [{ classify: { tier: 0 } }],
    },
    {
      id: "ids",
      for: "source",
      when: "source.tier == 0 && source.volume.rows > 0",
      then: [{ gate: { not_null: "column_0" } }],
    },
    {
      id: "watch",
      for: "source",
      when: "source.quality.quarantined_rows > 0",
      then: [{ notify: { title: "rows wait" } }],
    },
  ];
  const modelled: Rules = Array.from({ length: 10 }, (_, index) => ({
    id: `model-${index}`,
    for: "model",
    when: `model.tier == ${index} && model.consumers > ${index} && model.materialize == "table"`,
    then: [{ priority: index }],
  }));
  return [
    defineRuleSet({ ruleset: "placing", rules: [...placed, ...modelled] }),
    defineRuleSet({
      ruleset: "shaping",
      params: { small: 50_000, large: 5_000_000 },
      rules: [...timed, ...shaped],
    }),
  ];
}
