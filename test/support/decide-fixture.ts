import type { Blueprint, Task } from "../../src/core/decide/blueprint.ts";
import { decide } from "../../src/core/decide/decide.ts";
import type { DecideInput, SubjectHistory } from "../../src/core/decide/decide-input.ts";
import type { Decided, Workings } from "../../src/core/decide/decided.ts";
import { type DriftInput, noDrift } from "../../src/core/decide/drift-input.ts";
import type { ModelReads } from "../../src/core/decide/model-reads.ts";
import type { Profile } from "../../src/core/metadata/profile.ts";
import { identifyProfile, takeSnapshot } from "../../src/core/metadata/snapshot.ts";
import type {
  ModelInput,
  ModelSpec,
  SourceSpec,
  Template,
} from "../../src/core/project/project.ts";
import type { RuleSet } from "../../src/core/rules/rule-set.ts";
import { defineRuleSet, type RuleSetFileInput } from "../../src/core/rules/rule-set-file.ts";
import { noStanding, type Standing } from "../../src/core/signals/standing.ts";
import { hashText } from "../../src/core/std/hash.ts";

/** The instant of all cycles that do not say otherwise: 2026-01-01T12:00:00Z. */
export const noon = Date.UTC(2026, 0, 1, 12);
export const hourMs = 3_600_000;

export const testTemplate: Template = {
  name: "standard",
  defaults: {
    retry: { attempts: 3, backoffMs: 1_000, backoffMsMax: 60_000 },
    timeoutMs: hourMs,
    onBypass: "skip",
  },
  pools: { extract: 4, load: 1, compute: 2, heavy: 1 },
  poolOf: {
    extract: "extract",
    load: "load",
    verify: "load",
    transform: "compute",
    check: "compute",
  },
};

export function sourceSpec(name: string, more: Partial<SourceSpec> = {}): SourceSpec {
  return {
    name,
    connection: "files",
    origin: "declared",
    locator: { path: `${name}.csv` },
    contract: null,
    strategy: "replace",
    key: [],
    tier: 2,
    owner: null,
    tags: [],
    cadenceMs: null,
    demand: "always",
    optional: false,
    gates: [],
    ...more,
  };
}

export function profileOf(source: string, more: Partial<Profile> = {}): Profile {
  return {
    source,
    connection: "files",
    kind: "file",
    presence: { state: "present" },
    fingerprint: hashText(`${source} v1`),
    volume: { rows: 1_000, isExact: true, bytes: 10_000, files: 1, trend: null },
    cadence: { declaredMs: null, observedMs: null },
    changedAt: noon - hourMs,
    schema: { columns: [{ name: "id", type: "BIGINT", nullable: false }], key: [] },
    arriving: [],
    quality: { failedChecks: null, quarantinedRows: null },
    reliability: { attempts: 0, failureRate: null, consecutiveFailures: 0 },
    lastLoad: null,
    ...more,
  };
}

export function modelSpec(
  name: string,
  inputs: readonly (string | ModelInput)[],
  more: Partial<ModelSpec> = {},
): ModelSpec {
  return {
    name,
    target: { schema: "main", name },
    materialize: "table",
    sql: `SELECT * FROM ${inputs.map((input) => (typeof input === "string" ? input : input.subject)).join(", ")}`,
    file: `models/${name}.sql`,
    code: hashText(`code of ${name}`),
    parts: null,
    inputs: inputs.map((input) =>
      typeof input === "string" ? { subject: input, onBypass: "skip" } : input,
    ),
    tier: 2,
    owner: null,
    tags: [],
    slaMs: null,
    demand: "always",
    optional: false,
    gates: [],
    ...more,
  };
}

/** The parts of an input, of which a test names those that it is about. */
export interface Situation {
  readonly at?: number;
  readonly sources?: readonly SourceSpec[];
  /** Profiles that differ from `profileOf(source)`. */
  readonly profiles?: readonly Profile[];
  readonly models?: readonly ModelSpec[];
  readonly history?: readonly SubjectHistory[];
  readonly drift?: DriftInput;
  readonly reads?: readonly ModelReads[];
  readonly ruleSets?: readonly RuleSet[];
  readonly template?: Template;
  readonly standing?: Standing;
  readonly focus?: readonly string[] | null;
}

export function inputOf(situation: Situation): DecideInput {
  const { at = noon, sources = [], profiles = [], models = [], history = [] } = situation;
  const given = new Map(profiles.map((profile) => [profile.source, profile] as const));
  const all = sources.map(({ name, connection }) =>
    identifyProfile(given.get(name) ?? profileOf(name, { connection })),
  );
  return {
    snapshot: takeSnapshot(at, { cores: 2, memoryBytes: 8_000_000_000 }, all),
    ruleSets: situation.ruleSets ?? [],
    template: situation.template ?? testTemplate,
    scope: {
      sources: new Map(sources.map((source) => [source.name, source])),
      models: new Map(models.map((model) => [model.name, model])),
    },
    history: new Map(history.map((entry) => [entry.subject, entry])),
    drift: situation.drift ?? noDrift,
    reads: new Map((situation.reads ?? []).map((one) => [one.model, one])),
    standing: situation.standing ?? noStanding,
    focus: situation.focus ?? null,
  };
}

/** A set named `core`, from its rules. */
export function rulesOf(
  rules: RuleSetFileInput["rules"],
  params: RuleSetFileInput["params"] = {},
): readonly RuleSet[] {
  return [defineRuleSet({ ruleset: "core", params, rules })];
}

/** What is left behind when everything that a decision asked for has succeeded. */
export function historyAfter(
  decided: {
    readonly input: DecideInput;
    readonly blueprint: Blueprint;
    readonly workings?: Workings;
  },
  run = "run-1",
): readonly SubjectHistory[] {
  const at = decided.input.snapshot.at;
  return [...decided.blueprint.segments.values()].map(({ subject, tasks }) => {
    const before = decided.input.history.get(subject);
    const making = tasks.find((task) => task.kind === "load" || task.kind === "transform");
    const measuring = tasks.find((task) => task.kind === "verify" || task.kind === "check");
    const made = making?.state === "active" ? making.fingerprint : null;
    return {
      subject,
      output:
        made === null
          ? (before?.output ?? null)
          : {
              fingerprint: made,
              committedAt: at,
              rows: 10,
              run,
              exists: true,
              released: null,
              parts: decided.workings?.nodes.get(subject)?.output.parts ?? null,
            },
      condemned: before?.condemned ?? null,
      degraded: before?.degraded ?? null,
      usualRows: before?.usualRows ?? null,
      verified: measuring?.state === "active" ? measuring.fingerprint : (before?.verified ?? null),
      quality: before?.quality ?? null,
      reliability: before?.reliability ?? null,
    };
  });
}

/** The same situation one hour after everything that it asked for has succeeded. */
export function later(situation: Situation, change: Situation = {}): Situation {
  const first = decide(inputOf(situation));
  return { ...situation, at: noon + hourMs, history: historyAfter(first), ...change };
}

/** Decides a situation. */
export function run(situation: Situation): Decided {
  return decide(inputOf(situation));
}

/** A task of a blueprint, by its id. */
export function task(decided: Decided, id: string): Task {
  const subject = id.slice(0, id.lastIndexOf("."));
  const found = decided.blueprint.segments.get(subject)?.tasks.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no task ${id}`);
  return found;
}

/** `id`: its state, or its bypass as `reason by`. */
export function states(decided: Decided): Record<string, string> {
  const all = [...decided.blueprint.segments.values()].flatMap((segment) => segment.tasks);
  return Object.fromEntries(
    all.map(({ id, bypass }) => [
      id,
      bypass === null ? "active" : [bypass.reason, bypass.by ?? ""].join(" ").trim(),
    ]),
  );
}
