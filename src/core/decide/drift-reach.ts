import type { Assessment, ReachingChange } from "../compatibility/assessment.ts";
import type { Meanwhile } from "../routes/route.ts";
import type { SchemaChange } from "../schema/schema-change.ts";
import type { Hash } from "../std/hash.ts";
import type { SegmentRoute } from "./blueprint.ts";
import type { Lag, ModelExposure, SourceDrift } from "./drift-input.ts";

/** How one source differs from what a model was made for. */
export interface SourceReach {
  readonly source: string;
  readonly drift: SourceDrift;
  /** The version that the model was made for. */
  readonly version: Hash;
  /** Where it stayed behind before, if its code is still the same. */
  readonly lag: Lag | null;
  /** All changes since that version. */
  readonly changes: readonly SchemaChange[];
  /** Whether its SQL reads the new name of a renamed column, whose changes are then left out. */
  readonly isFollowing: boolean;
  /** Those that no decision has dealt with. */
  readonly open: readonly SchemaChange[];
  /** The open ones as they come to the model's own inputs. */
  readonly reaching: readonly ReachingChange[];
}

/** What changes of schema mean for one model. */
export interface ModelReach {
  readonly exposure: ModelExposure;
  /** In name order of sources; only those that differ. */
  readonly sources: readonly SourceReach[];
  /** Of the open changes. */
  readonly assessment: Assessment;
}

/** What was decided about a model that drift reaches, with what it rests on. */
export interface ModelRoute extends SegmentRoute {
  /** What readers of a stopped model do. */
  readonly meanwhile: Meanwhile | null;
}
