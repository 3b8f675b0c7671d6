import { type Hash, hashOf } from "../std/hash.ts";
import type { EpochMs } from "../std/time.ts";
import { type AbsorbOptions, absorb } from "./absorb-schema.ts";
import type { ObservedSchema } from "./observed-schema.ts";
import type { Drift, SchemaHistory, SeenVersion } from "./schema-history.ts";

/** So many versions of a source are kept, beside those that somebody still reads. */
export const versionsMax = 200;

/** When shapes are recorded, and what must not be forgotten. */
export interface RecordOptions extends AbsorbOptions {
  readonly at: EpochMs;
  /** The run that saw them; `null` while only planned. */
  readonly run: string | null;
  /** Ids of versions that are kept however old they are. */
  readonly keep?: ReadonlySet<Hash>;
}

/**
 * Adds the shapes that arrive, in their order, to what is remembered of a source.
 * @returns the same object where nothing was learned; `null` while nothing was ever seen
 */
export function recordShapes(
  history: SchemaHistory | null,
  source: string,
  arriving: readonly ObservedSchema[],
  options: RecordOptions,
): SchemaHistory | null {
  let current = history;
  for (const observed of arriving) current = recordShape(current, source, observed, options);
  return current === history || current === null ? current : pruned(current, options.keep);
}

function recordShape(
  history: SchemaHistory | null,
  source: string,
  observed: ObservedSchema,
  options: RecordOptions,
): SchemaHistory {
  const { at, run } = options;
  const last = history?.versions.at(-1);
  const { version, changes } = absorb(last?.version ?? null, observed, options);
  if (history === null || last === undefined) {
    return { source, versions: [{ version, at, run }], drifts: [] };
  }
  if (version === last.version) return history;
  if (changes.length === 0) {
    const widened: SeenVersion = { ...last, version };
    return { ...history, versions: [...history.versions.slice(0, -1), widened] };
  }
  const { id: from } = last.version;
  const to = version.id;
  const id = hashOf({ source, from, to, changes });
  const drift: Drift = { id, source, from, to, at, run, origin: observed.origin, changes };
  return {
    source,
    versions: [...history.versions, { version, at, run }],
    drifts: [...history.drifts, drift],
  };
}

function pruned(history: SchemaHistory, keep: ReadonlySet<Hash> = new Set()): SchemaHistory {
  const { versions, drifts } = history;
  if (versions.length <= versionsMax && drifts.length < versionsMax) return history;
  const oldest = versions.length - versionsMax;
  return {
    ...history,
    versions: versions.filter(({ version }, at) => at >= oldest || keep.has(version.id)),
    drifts: drifts.slice(-(versionsMax - 1)),
  };
}
