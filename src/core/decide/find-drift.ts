import type { Snapshot } from "../metadata/snapshot.ts";
import { absorb } from "../schema/absorb-schema.ts";
import type { ObservedSchema } from "../schema/observed-schema.ts";
import { openDrift } from "../schema/open-drift.ts";
import { recordShapes } from "../schema/record-shapes.ts";
import type { SchemaHistory } from "../schema/schema-history.ts";
import { present } from "../std/assert.ts";
import { compareText } from "../std/compare.ts";
import type { Hash } from "../std/hash.ts";
import type { OpenDrift, SourceDrift } from "./drift-input.ts";
import type { ModelLags } from "./next-lags.ts";
import { wholeShape } from "./observed-shapes.ts";

/** What is remembered of shapes when a cycle begins. */
export interface ShapesBefore {
  /** By source. */
  readonly histories: ReadonlyMap<string, SchemaHistory>;
  /** By model. */
  readonly lags: ReadonlyMap<string, ModelLags>;
}

/** What is known of shapes now. */
export interface ShapesNow {
  readonly snapshot: Snapshot;
  /** Sources whose table a load replaces as a whole. */
  readonly replaced: ReadonlySet<string>;
}

/** What the shapes of a snapshot are against those of before. */
export interface DriftFound {
  /** By source: the histories that grew. */
  readonly histories: ReadonlyMap<string, SchemaHistory>;
  /** By source, in name order: those that differ from what some reader was made for, unprobed. */
  readonly sources: ReadonlyMap<string, SourceDrift>;
}

/** Compares what is arriving with what was there before, source by source. */
export function findDrift(
  { histories, lags }: ShapesBefore,
  { snapshot, replaced }: ShapesNow,
  run: string | null,
): DriftFound {
  const wanted = laggingVersions(lags);
  const grown = new Map<string, SchemaHistory>();
  const drifts = new Map<string, SourceDrift>();
  for (const source of [...snapshot.profiles.keys()].sort(compareText)) {
    const profile = snapshot.profiles.get(source)?.profile;
    const arriving = profile?.arriving ?? [];
    const before = histories.get(source) ?? null;
    const keep = wanted.get(source) ?? new Set();
    const after = recordShapes(before, source, arriving, { at: snapshot.at, run, keep });
    if (after === null) continue;
    if (after !== before) grown.set(source, after);
    // Where a load replaces the whole table, what it reads now is all that readers will find.
    const whole = profile !== undefined && replaced.has(source) ? wholeShape(profile) : null;
    const drift = sourceDrift(before, after, { lagging: keep, whole });
    if (drift !== null) drifts.set(source, drift);
  }
  return { histories: grown, sources: drifts };
}

/** By source: the versions that some model was left at. */
function laggingVersions(
  lags: ReadonlyMap<string, ModelLags>,
): ReadonlyMap<string, ReadonlySet<Hash>> {
  const versions = new Map<string, Set<Hash>>();
  for (const ofModel of lags.values()) {
    for (const [source, { version }] of Object.entries(ofModel)) {
      const known = versions.get(source);
      if (known === undefined) versions.set(source, new Set([version]));
      else known.add(version);
    }
  }
  return versions;
}

/**
 * Readers that lag behind nothing were made for what the source looked like before this cycle; of a
 * source that was never seen before, for the first shape that it showed.
 */
function sourceDrift(
  before: SchemaHistory | null,
  after: SchemaHistory,
  {
    lagging,
    whole,
  }: { readonly lagging: ReadonlySet<Hash>; readonly whole: ObservedSchema | null },
): SourceDrift | null {
  const latest = present(after.versions.at(-1), "a history is never empty");
  const known = new Set(before?.drifts.map(({ id }) => id));
  const start = after.drifts.find(({ id }) => !known.has(id))?.from ?? latest.version.id;
  const open: Record<Hash, OpenDrift> = {};
  for (const id of [...new Set([start, ...lagging])].sort(compareText)) {
    const version = after.versions.findLast((seen) => seen.version.id === id)?.version;
    if (id === latest.version.id || version === undefined) continue;
    const isBack = id !== start && whole !== null && absorb(version, whole).changes.length === 0;
    open[id] = { version, changes: isBack ? [] : openDrift(after, id), isBack };
  }
  if (Object.keys(open).length === 0) return null;
  return {
    source: after.source,
    latest: latest.version,
    before: start,
    since: latest.at,
    open,
    probes: [],
  };
}
