import type { Hash } from "../std/hash.ts";
import type { EpochMs } from "../std/time.ts";
import type { SchemaVersion } from "./observed-schema.ts";
import type { SchemaChange } from "./schema-change.ts";

/** A version with when it was first seen, and by which run. */
export interface SeenVersion {
  readonly version: SchemaVersion;
  readonly at: EpochMs;
  /** `null` while only planned. */
  readonly run: string | null;
}

/** The step from one version of a source's schema to the next. */
export interface Drift {
  /** Hash of source, from, to and changes. */
  readonly id: Hash;
  readonly source: string;
  /** Version ids. */
  readonly from: Hash;
  readonly to: Hash;
  readonly at: EpochMs;
  readonly run: string | null;
  /** What had the new shape: a file's path, or empty. */
  readonly origin: string;
  readonly changes: readonly SchemaChange[];
}

/** All that is remembered of a source's shapes. Never empty. */
export interface SchemaHistory {
  readonly source: string;
  /** Oldest first; the last is what the source looks like now. */
  readonly versions: readonly SeenVersion[];
  /** Oldest first: one per step between the versions. */
  readonly drifts: readonly Drift[];
}
