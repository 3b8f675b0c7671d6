import pLimit from "p-limit";
import { assembleProfile, type Observation } from "../core/metadata/assemble-profile.ts";
import type { Profile } from "../core/metadata/profile.ts";
import {
  type IdentifiedProfile,
  identifyProfile,
  type Snapshot,
  takeSnapshot,
} from "../core/metadata/snapshot.ts";
import { emptyRecord, type SubjectRecord, withChange } from "../core/metadata/subject-record.ts";
import type { SourceSpec } from "../core/project/project.ts";
import { present } from "../core/std/assert.ts";
import type { Json } from "../core/std/json.ts";
import { OperatingError, toOperatingError } from "../errors/operating-error.ts";
import { absentProbe } from "../ports/absent-probe.ts";
import type { Probe } from "../ports/connector.ts";
import { knownProfile } from "./cycle-focus.ts";
import { withDeadline } from "./deadline.ts";
import { discoverSources } from "./discover.ts";
import type { HarvestRequest, HarvestWorld } from "./harvest-request.ts";

export interface Harvest {
  readonly snapshot: Snapshot;
  /** Declared and found, by name order. */
  readonly sources: readonly SourceSpec[];
  /** What is worth keeping for the next harvest. */
  readonly memos: ReadonlyMap<string, Json>;
  readonly records: ReadonlyMap<string, SubjectRecord>;
  readonly found: ReadonlyMap<string, readonly SourceSpec[]>;
}

/** Probes at once, over all connections: enough to hide latency, few enough for a small server. */
const probesAtOnce = 8;

/**
 * Discovers and probes all sources side by side, each within its connection's time-out. A source
 * that cannot be reached is a fact of the snapshot, never a failure of the cycle.
 */
export async function harvest(request: HarvestRequest, world: HarvestWorld): Promise<Harvest> {
  const { sources, found, vanished } = await discoverSources(request, world);
  const specs = new Map(request.connections.map((spec) => [spec.name, spec] as const));
  const known = sources.flatMap(({ name }) => knownProfile(request.focus, name) ?? []);
  const looked = sources.filter(({ name }) => knownProfile(request.focus, name) === null);
  const total = looked.length;
  let done = 0;
  const probes = await pLimit(probesAtOnce).map(looked, async (source) => {
    const spec = present(specs.get(source.connection), `${source.name} has a known connection`);
    const context = {
      ...world,
      timeoutMs: spec.probeTimeoutMs,
      kind: world.kindOf(spec.connector),
      memo: request.memos.get(source.name) ?? null,
      loaded: request.loaded.get(source.name) ?? null,
      signal: request.signal,
    };
    const probe = vanished.has(source.name)
      ? vanishedProbe(source, context)
      : await probeSource(source, context);
    done += 1;
    const { presence, rows, bytes } = probe;
    request.onProbe({ source: source.name, presence: presence.state, rows, bytes, done, total });
    return { source, probe };
  });
  return { ...profileAll(probes, known, request), sources, found };
}

function profileAll(
  probes: readonly { readonly source: SourceSpec; readonly probe: Probe }[],
  known: readonly IdentifiedProfile[],
  request: HarvestRequest,
): Pick<Harvest, "snapshot" | "memos" | "records"> {
  const memos = new Map<string, Json>();
  const records = new Map<string, SubjectRecord>();
  const profiles = probes.map(({ source, probe }) => {
    const { memo, ...observation } = probe;
    const record = recordProbe(source, observation, request);
    if (memo !== null) memos.set(source.name, memo);
    records.set(source.name, record);
    const lastLoad = request.lastLoads.get(source.name) ?? null;
    return identifyProfile(assembleProfile(source, observation, record, lastLoad));
  });
  const snapshot = takeSnapshot(request.at, request.capacity, [...known, ...profiles]);
  return { snapshot, memos, records };
}

function recordProbe(
  source: SourceSpec,
  observation: Observation,
  request: HarvestRequest,
): SubjectRecord {
  const record = request.records.get(source.name) ?? emptyRecord(source.name);
  // What can be read of a source that cannot be had as a whole is no content of its own.
  return observation.fingerprint === null || observation.presence.state !== "present"
    ? record
    : withChange(record, observation.changedAt ?? request.at, observation.fingerprint);
}

interface ProbeContext extends HarvestWorld {
  readonly timeoutMs: number;
  readonly kind: Profile["kind"];
  readonly memo: Json;
  readonly loaded: Json;
  readonly signal: AbortSignal | undefined;
}

/** Not looked at: its place may hold what the project does not ask for any more. */
function vanishedProbe({ name, connection }: SourceSpec, context: ProbeContext): Probe {
  const failure = new OperatingError(
    "SOURCE_MISSING",
    `No pattern of ${connection} finds ${name}`,
    {
      hint: `Its rows stay in raw.${name}; drop that table to forget it.`,
    },
  );
  return absentProbe(context.kind, failure, context.memo);
}

async function probeSource(source: SourceSpec, context: ProbeContext): Promise<Probe> {
  const { clock, timeoutMs, signal } = context;
  const limits = { clock, timeoutMs, ...(signal === undefined ? {} : { outer: signal }) };
  try {
    return await withDeadline(limits, `Probing ${source.name}`, async (inner) => {
      const session = await context.connections.session(source.connection);
      return session.probe({ source, memo: context.memo, loaded: context.loaded }, inner);
    });
  } catch (error) {
    // An unreachable source is a fact; only the user's own interruption ends the harvest.
    if (signal?.aborted === true) throw error;
    const { code, message, hint } = toOperatingError(error);
    const failure = new OperatingError(code, context.redact(message), {
      cause: error,
      ...(hint === undefined ? {} : { hint: context.redact(hint) }),
    });
    return absentProbe(context.kind, failure, context.memo);
  }
}
