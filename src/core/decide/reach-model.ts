import { assessModel } from "../compatibility/assess-model.ts";
import type { Assessment, ReachingChange } from "../compatibility/assessment.ts";
import { columnsRead } from "../compatibility/columns-read.ts";
import type { ModelEvidence } from "../compatibility/model-evidence.ts";
import type { ProbeAnswers } from "../compatibility/probe-answers.ts";
import { reachingChanges } from "../compatibility/reaching-changes.ts";
import type { ModelSpec } from "../project/project.ts";
import { splitDoubtfulRenames } from "../routes/doubtful-renames.ts";
import { reachingThroughAdapter } from "../routes/plan-adapter.ts";
import type { Adapter } from "../routes/route.ts";
import { defaultRenameThreshold } from "../schema/detect-renames.ts";
import type { SchemaChange } from "../schema/schema-change.ts";
import { tableText } from "../schema/table-schema.ts";
import { canonicalJson } from "../std/canonical-json.ts";
import { hashOnce } from "../std/hash-once.ts";
import type { ModelExposure, SourceDrift } from "./drift-input.ts";
import type { ModelReach, SourceReach } from "./drift-reach.ts";
import type { CycleContext, ModelNode, SubjectNode } from "./subject-node.ts";

/** What open changes of its sources, near and far, mean for a model; `null` when it is not exposed. */
export function reachModel(
  context: CycleContext,
  nodes: ReadonlyMap<string, SubjectNode>,
  spec: ModelSpec,
): ModelReach | null {
  const { drift } = context.input;
  const exposure = drift.models.get(spec.name);
  if (exposure === undefined) return null;
  const sources = [...drift.sources.values()]
    .filter((one) => reads(context, spec, one.source))
    .flatMap((one) => reachOfSource(context, nodes, { spec, exposure, drift: one }));
  if (sources.length === 0) return null;
  const reaching = sources.flatMap((source) => source.reaching);
  const assessment = assessModel({
    ...evidenceOf(spec, exposure),
    reaching,
    bind: isBoundAsItRuns(sources) ? exposure.bind : null,
    probes: probesOf(sources),
  });
  return { exposure, sources, assessment };
}

/**
 * Whether a model was bound to what it would read: not where it reads through an adapter, or reads
 * an old name beside the new one, which only its table still has.
 */
function isBoundAsItRuns(sources: readonly SourceReach[]): boolean {
  return sources.every(({ lag, isFollowing }) => lag?.route !== "adapt" && !isFollowing);
}

/** What is left of the open changes for a model that reads some sources through adapters. */
export function assessThrough(
  spec: ModelSpec,
  { exposure, sources }: ModelReach,
  adapters: readonly Adapter[],
): Assessment {
  const reaching = sources.flatMap((source) => {
    const adapter = adapters.find((one) => one.source === source.source);
    if (adapter === undefined) return source.reaching;
    const table = `raw.${source.source}`;
    // What comes to it by way of other models comes as it did.
    const around = source.reaching.filter((one) => one.table !== table);
    return [...reachingThroughAdapter(adapter, table, source.open), ...around];
  });
  // It was bound to the new shape itself, which is not what an adapter gives it.
  return assessModel({
    ...evidenceOf(spec, exposure),
    reaching,
    bind: null,
    probes: probesOf(sources),
    sample: null,
  });
}

/** All that is known of a model, but for what reaches it. */
function evidenceOf(spec: ModelSpec, exposure: ModelExposure): Omit<ModelEvidence, "reaching"> {
  return {
    model: spec.name,
    table: tableText(spec.target),
    lineage: exposure.lineage,
    inputs: exposure.inputs,
    outputs: exposure.columns,
    bind: exposure.bind,
    probes: null,
    sample: exposure.sample,
    // Doubtful renames are split before they come here.
    renameThreshold: 0,
  };
}

/** Whether a model reads a source, itself or through other models. */
function reads(context: CycleContext, spec: ModelSpec, source: string): boolean {
  return context.sourcesAbove(spec.name).has(source);
}

function reachOfSource(
  context: CycleContext,
  nodes: ReadonlyMap<string, SubjectNode>,
  of: {
    readonly spec: ModelSpec;
    readonly exposure: ModelExposure;
    readonly drift: SourceDrift;
  },
): readonly SourceReach[] {
  const { spec, exposure, drift } = of;
  const { source, latest } = drift;
  const known = exposure.lags[source] ?? null;
  const lag = known !== null && known.code === spec.code ? known : null;
  const version = known?.version ?? drift.before;
  const between = drift.open[version];
  if (version === latest.id || between === undefined) return [];
  const confidence = confidenceOf(nodes.get(source));
  const versions = { before: between.version, after: latest };
  const all = splitDoubtfulRenames(between.changes, confidence, versions);
  const changes = withoutFollowed(all, columnsRead(exposure.lineage, `raw.${source}`));
  const settled = new Set((lag?.settled ?? []).map((change) => canonicalJson(change)));
  const open =
    settled.size === 0 ? changes : changes.filter((change) => !settled.has(canonicalJson(change)));
  const reaching = flowInto(context, nodes, spec, { source, changes: open });
  const isFollowing = changes.length < all.length;
  return [{ source, drift, version, lag, changes, isFollowing, open, reaching }];
}

/**
 * The changes without those of columns that the model follows: its SQL reads the new name, so it was
 * written for what the column became. It may read the old name beside it, for rows of before.
 */
function withoutFollowed(
  changes: readonly SchemaChange[],
  read: ReadonlySet<string> | null,
): readonly SchemaChange[] {
  const followed = new Set(
    changes.flatMap((change) =>
      change.kind === "renamed" && read?.has(change.to.toLowerCase()) === true
        ? [change.column]
        : [],
    ),
  );
  return followed.size === 0 ? changes : changes.filter(({ column }) => !followed.has(column));
}

function confidenceOf(node: SubjectNode | undefined): number {
  return node?.outcomes.effects.renameConfidence?.value ?? defaultRenameThreshold;
}

/** Changes of one source on their way down. */
interface Flow {
  readonly source: string;
  readonly changes: readonly SchemaChange[];
}

/** What of a source's changes comes to the inputs of a model. */
function flowInto(
  context: CycleContext,
  nodes: ReadonlyMap<string, SubjectNode>,
  spec: ModelSpec,
  flow: Flow,
): readonly ReachingChange[] {
  if (flow.changes.length === 0) return [];
  return spec.inputs.flatMap(({ subject }) => {
    if (subject === flow.source) {
      return [...reachingChanges(flow.source, `raw.${subject}`, flow.changes)];
    }
    const above = nodes.get(subject);
    return above?.kind === "model" ? [...flowThrough(context, nodes, above, flow)] : [];
  });
}

/** What the readers of a model see of a source's changes. */
function flowThrough(
  context: CycleContext,
  nodes: ReadonlyMap<string, SubjectNode>,
  above: ModelNode,
  flow: Flow,
): readonly ReachingChange[] {
  const { exposure, route } = above;
  if (exposure === null) return [];
  // What is stopped changes nothing: its table stays as it is.
  if (route?.to === "negotiate" || route?.to === "isolate") return [];
  const key = `${flow.source}:${hashOnce(flow.changes)}`;
  const known = above.flows.get(key);
  if (known !== undefined) return known;
  const into = flowInto(context, nodes, above.spec, flow);
  const isAdapted = route?.to === "adapt";
  const drift = context.input.drift.sources.get(flow.source);
  const { derived } = assessModel({
    ...evidenceOf(above.spec, exposure),
    reaching: adapted(above, flow, into),
    bind: isAdapted ? null : exposure.bind,
    probes: drift === undefined ? null : new Map([[`raw.${flow.source}`, drift.probes]]),
    sample: null,
  });
  above.flows.set(key, derived);
  return derived;
}

/** What comes into a model, after the adapter that it reads the source through. */
function adapted(
  { route }: ModelNode,
  flow: Flow,
  into: readonly ReachingChange[],
): readonly ReachingChange[] {
  const adapter = route?.adapters.find((one) => one.source === flow.source);
  if (adapter === undefined) return into;
  const table = `raw.${flow.source}`;
  const around = into.filter((one) => one.table !== table);
  return [...reachingThroughAdapter(adapter, table, flow.changes), ...around];
}

function probesOf(sources: readonly SourceReach[]): ProbeAnswers | null {
  const asked = sources.filter(({ drift }) => drift.probes.length > 0);
  if (asked.length === 0) return null;
  return new Map(asked.map(({ source, drift }) => [`raw.${source}`, drift.probes] as const));
}
