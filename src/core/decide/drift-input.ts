import type { BindResult, ProbeResult, SampleDifference } from "../compatibility/evidence.ts";
import type { QueryLineage, TableShape } from "../lineage/query-lineage.ts";
import type { Negotiation } from "../routes/negotiation.ts";
import type { SchemaVersion } from "../schema/observed-schema.ts";
import type { SchemaChange } from "../schema/schema-change.ts";
import type { Column } from "../schema/table-schema.ts";
import type { Hash } from "../std/hash.ts";
import type { EpochMs } from "../std/time.ts";

/**
 * What a decision knows of changes of schema, and of what they reach. Sources that look as all of
 * their readers expect, and models that nothing reaches, are not in it.
 */
export interface DriftInput {
  /** By source. */
  readonly sources: ReadonlyMap<string, SourceDrift>;
  /** By model. */
  readonly models: ReadonlyMap<string, ModelExposure>;
  /** By id: those that are about a change that is still open. */
  readonly negotiations: ReadonlyMap<string, Negotiation>;
}

/** How a source differs from what its readers were made for. */
export interface SourceDrift {
  readonly source: string;
  /** What it looks like now. */
  readonly latest: SchemaVersion;
  /** The version before this cycle: what models read that lag behind nothing older. */
  readonly before: Hash;
  /** When the latest version was first seen. */
  readonly since: EpochMs;
  /** By the id of an earlier version: how that one differs from the latest. */
  readonly open: Readonly<Record<Hash, OpenDrift>>;
  /** What was asked of the batch that is to be loaded; empty where it was not looked at. */
  readonly probes: readonly ProbeResult[];
}

/** The way from an earlier version to the latest. */
export interface OpenDrift {
  readonly version: SchemaVersion;
  /** With the renames of all steps between them. */
  readonly changes: readonly SchemaChange[];
  /**
   * The source as it is now fits the earlier version again, although what it is known to be allows
   * more: there are no changes, and they may come back any day.
   */
  readonly isBack: boolean;
}

/** What is known of a model that a change of schema reaches. */
export interface ModelExposure {
  readonly model: string;
  /** `null` where nothing at all is known of its SQL. */
  readonly lineage: QueryLineage | null;
  /** The shapes of its inputs that it was made for; those not known are left out. */
  readonly inputs: readonly TableShape[];
  /** What it gives on them; `null` where that is not known. */
  readonly columns: readonly Column[] | null;
  /** Whether it binds to the new shapes; `null` where that was not tried. */
  readonly bind: BindResult | null;
  readonly sample: SampleDifference | null;
  /** By source: where it stayed behind in an earlier cycle. */
  readonly lags: Readonly<Record<string, Lag>>;
}

/** A source whose later shape a model does not read as it is. */
export interface Lag {
  /** The version that its SQL was made for. */
  readonly version: Hash;
  /** The changes since then that a decision has dealt with. */
  readonly settled: readonly SchemaChange[];
  /** `adapt`: it reads that version through an adapter. `null`: it is stopped. */
  readonly route: "adapt" | null;
  /** The rule or negotiation that decided so. */
  readonly by: string | null;
  /** The model's code then: for another one, nothing is settled. */
  readonly code: Hash;
}

/** No source differs from what its readers expect. */
export const noDrift: DriftInput = {
  sources: new Map(),
  models: new Map(),
  negotiations: new Map(),
};
