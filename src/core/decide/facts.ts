import { contractFacts } from "../contracts/contract-facts.ts";
import type { Profile, Quality, Reliability } from "../metadata/profile.ts";
import type { ModelSpec, SourceSpec } from "../project/project.ts";
import type { ModelFacts, SourceFacts } from "../rules/fact-schema.ts";
import type { ObservedSchema } from "../schema/observed-schema.ts";
import { schemaIdOf } from "../schema/schema-id.ts";
import type { TableSchema } from "../schema/table-schema.ts";
import type { Hash } from "../std/hash.ts";
import type { EpochMs } from "../std/time.ts";
import type { SubjectHistory } from "./decide-input.ts";

/** Tier, owner and tags: as declared, then as rules classify. */
export interface Classification {
  readonly tier: number;
  readonly owner: string | null;
  readonly tags: readonly string[];
}

/** Everything that the facts of one source are made of. */
export interface SourceSituation {
  readonly spec: SourceSpec;
  readonly profile: Profile;
  readonly history: SubjectHistory | null;
  readonly quality: Quality | null;
  /** Signals say that it is late. */
  readonly isLate: boolean;
  /** Its connection is left alone. */
  readonly isCircuitOpen: boolean;
  /** Models that read it. */
  readonly consumers: number;
  /** What it looked like, oldest first; asked for only where a contract is about it. */
  readonly shapes: () => readonly ObservedSchema[];
  readonly now: EpochMs;
}

/** What rules see of a source that no contract is about. */
const uncontracted = contractFacts(null, []);

/** What a rule sees as `source`, as far as it does not depend on other rules. */
export function sourceFacts(
  situation: SourceSituation,
  { tier, owner, tags }: Classification,
  change: SourceFacts["change"],
): SourceFacts {
  const { spec, profile, history, consumers, shapes, now } = situation;
  const { volume, cadence, changedAt, schema, lastLoad } = profile;
  const output = history?.output ?? null;
  const declaredMs = cadence.declaredMs ?? spec.cadenceMs;
  return {
    name: spec.name,
    connection: spec.connection,
    kind: profile.kind,
    origin: spec.origin,
    presence: profile.presence.state,
    tier,
    owner,
    tags: [...tags],
    change,
    volume: {
      rows: volume.rows,
      bytes: volume.bytes,
      files: volume.files,
      trend: volume.trend,
    },
    freshness: {
      changed_at: changedAt,
      lag: secondsSince(changedAt, now),
      expected: seconds(declaredMs ?? cadence.observedMs),
    },
    cadence: { declared: seconds(declaredMs), observed: seconds(cadence.observedMs) },
    schema: {
      columns: schema === null ? null : schema.columns.map((column) => column.name),
      changed: schemaChanged(schema, lastLoad?.schemaId ?? null),
    },
    contract: spec.contract === null ? uncontracted : contractFacts(spec.contract, shapes()),
    quality: qualityFacts(situation.quality),
    reliability: reliabilityFacts(profile.reliability),
    signals: { late: situation.isLate },
    circuit: situation.isCircuitOpen ? "open" : "closed",
    last_load: lastOutputFacts(output, now),
    consumers,
  };
}

/** Everything that the facts of one model are made of. */
export interface ModelSituation {
  readonly spec: ModelSpec;
  readonly history: SubjectHistory | null;
  readonly quality: Quality | null;
  readonly consumers: number;
  readonly compatibility: ModelFacts["compatibility"];
  readonly now: EpochMs;
}

/** What a rule sees as `model`, as far as it does not depend on other rules. */
export function modelFacts(
  { spec, history, quality, consumers, compatibility, now }: ModelSituation,
  { tier, owner, tags }: Classification,
  change: ModelFacts["change"],
): ModelFacts {
  return {
    name: spec.name,
    schema: spec.target.schema,
    materialize: spec.materialize,
    tier,
    owner,
    tags: [...tags],
    inputs: spec.inputs.map((input) => input.subject),
    change,
    quality: qualityFacts(quality),
    reliability: reliabilityFacts(history?.reliability ?? null),
    last_build: lastOutputFacts(history?.output ?? null, now),
    compatibility,
    consumers,
  };
}

/** Against the last success: nothing there yet, something else, or the same. `null` when it cannot be told. */
export function changeOf(
  fingerprint: Hash | null,
  output: SubjectHistory["output"],
): "new" | "changed" | "unchanged" | null {
  if (output === null || !output.exists) return "new";
  if (fingerprint === null) return null;
  return fingerprint === output.fingerprint ? "unchanged" : "changed";
}

function qualityFacts(quality: Quality | null): SourceFacts["quality"] {
  return {
    failed_checks: quality?.failedChecks ?? null,
    quarantined_rows: quality?.quarantinedRows ?? null,
  };
}

function reliabilityFacts(reliability: Reliability | null): SourceFacts["reliability"] {
  return {
    attempts: reliability?.attempts ?? 0,
    failure_rate: reliability?.failureRate ?? null,
    consecutive_failures: reliability?.consecutiveFailures ?? 0,
  };
}

function lastOutputFacts(output: SubjectHistory["output"], now: EpochMs): SourceFacts["last_load"] {
  return {
    at: output?.committedAt ?? null,
    age: secondsSince(output?.committedAt ?? null, now),
    rows: output?.rows ?? null,
  };
}

/** `null` before the first load, and where a schema is not known. */
function schemaChanged(schema: TableSchema | null, loaded: Hash | null): boolean | null {
  if (schema === null || loaded === null) return null;
  return schemaIdOf(schema.columns) !== loaded;
}

function secondsSince(at: EpochMs | null, now: EpochMs): number | null {
  return at === null ? null : (now - at) / 1_000;
}

function seconds(durationMs: number | null): number | null {
  return durationMs === null ? null : durationMs / 1_000;
}
