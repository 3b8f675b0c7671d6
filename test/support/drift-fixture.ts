import type {
  DriftInput,
  Lag,
  ModelExposure,
  OpenDrift,
  SourceDrift,
} from "../../src/core/decide/drift-input.ts";
import type { ModelLags } from "../../src/core/decide/next-lags.ts";
import type { ColumnUse, QueryLineage, ValueOrigin } from "../../src/core/lineage/query-lineage.ts";
import type { Negotiation } from "../../src/core/routes/negotiation.ts";
import { diffSchemas } from "../../src/core/schema/diff-schemas.ts";
import type { SchemaVersion } from "../../src/core/schema/observed-schema.ts";
import type { SchemaChange } from "../../src/core/schema/schema-change.ts";
import { hashOf } from "../../src/core/std/hash.ts";
import { noon } from "./decide-fixture.ts";

/** A version of a source, from columns as `name TYPE` (a `!` at the end: never NULL). */
export function versionOf(...columns: readonly string[]): SchemaVersion {
  const parsed = columns.map((text) => {
    const [, name = "", type = "", required = ""] = /^(\S+) (.*?)(!?)$/.exec(text) ?? [];
    return { name, type, nullable: required === "", format: null, sketch: null };
  });
  return {
    id: hashOf(parsed),
    columns: parsed,
    key: [],
    evidence: { kind: "declared" },
    origin: "",
  };
}

/** How a source came from one version to another. */
export function driftOf(
  source: string,
  before: SchemaVersion,
  latest: SchemaVersion,
  more: {
    readonly changes?: readonly SchemaChange[];
    readonly older?: readonly SchemaVersion[];
    readonly probes?: SourceDrift["probes"];
  } = {},
): SourceDrift {
  const changesFrom = (version: SchemaVersion): OpenDrift => ({
    version,
    changes: more.changes ?? diffSchemas(version, latest),
    isBack: false,
  });
  const earlier = [before, ...(more.older ?? [])].filter(({ id }) => id !== latest.id);
  return {
    source,
    latest,
    before: before.id,
    since: noon,
    open: Object.fromEntries(earlier.map((version) => [version.id, changesFrom(version)])),
    probes: more.probes ?? [],
  };
}

/** A lineage from outputs as `name: table.column` and uses as `context: table.column`. */
export function lineageOf(given: {
  readonly out: Readonly<Record<string, string | readonly [string, ValueOrigin]>>;
  readonly uses?: readonly (readonly [ColumnUse["context"], string])[];
}): QueryLineage {
  const columns = Object.entries(given.out).map(([name, from]) => {
    const [path, how] = typeof from === "string" ? ([from, "identity"] as const) : from;
    return { name, from: [{ ...split(path), how, absorbs: [] }] };
  });
  const uses = (given.uses ?? []).map(([context, path]) => ({
    ...split(path),
    context,
    literals: null,
    hasElse: false,
  }));
  return { columns, uses, unresolved: [] };
}

function split(path: string): { readonly table: string; readonly column: string } {
  const dot = path.lastIndexOf(".");
  return { table: path.slice(0, dot), column: path.slice(dot + 1) };
}

/** What is known of a model that drift reaches. */
export function exposureOf(
  model: string,
  lineage: QueryLineage | null,
  lags: Readonly<Record<string, Lag>> = {},
): ModelExposure {
  return {
    model,
    lineage,
    inputs: [],
    columns:
      lineage?.columns.map(({ name }) => ({ name, type: "VARCHAR", nullable: true })) ?? null,
    bind: null,
    sample: null,
    lags,
  };
}

/** Everything open of a cycle. */
export function driftInput(
  sources: readonly SourceDrift[],
  models: readonly ModelExposure[],
  negotiations: readonly Negotiation[] = [],
): DriftInput {
  return {
    sources: new Map(sources.map((drift) => [drift.source, drift])),
    models: new Map(models.map((exposure) => [exposure.model, exposure])),
    negotiations: new Map(negotiations.map((one) => [one.id, one])),
  };
}

/** The same exposures in the next cycle, where models stay behind as was decided. */
export function withLags(
  models: readonly ModelExposure[],
  lags: ReadonlyMap<string, ModelLags>,
): readonly ModelExposure[] {
  return models.map((exposure) => ({ ...exposure, lags: lags.get(exposure.model) ?? {} }));
}
