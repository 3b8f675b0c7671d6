import type { ObservedSchema } from "../schema/observed-schema.ts";
import type { TableSchema } from "../schema/table-schema.ts";
import type { Hash } from "../std/hash.ts";
import type { EpochMs } from "../std/time.ts";

/**
 * What is known of a source at an instant. It holds nothing that changes merely because time
 * passes (lag is a fact computed from `changedAt`), so an unchanged source has an unchanged profile.
 * `null` means not known, which is neither 0 nor false.
 */
export interface Profile {
  readonly source: string;
  readonly connection: string;
  readonly kind: "file" | "table";
  /** Reached and there; reached and gone; or not reached, with the reason. */
  readonly presence: Presence;
  /** Identity of the source's content. May differ for equal content; never equal for different content. */
  readonly fingerprint: Hash | null;
  readonly volume: Volume;
  readonly cadence: Cadence;
  /** When the content last changed, as far as the source tells. */
  readonly changedAt: EpochMs | null;
  readonly schema: TableSchema | null;
  /**
   * The shapes of what the target does not hold yet, oldest first: of new or rewritten files, the
   * neighbours of equal header as one; of a table of a database always its one shape. Empty when
   * nothing is new, and when nothing can be known.
   */
  readonly arriving: readonly ObservedSchema[];
  readonly quality: Quality;
  readonly reliability: Reliability;
  readonly lastLoad: LastLoad | null;
}

export type Presence =
  | { readonly state: "present" }
  | { readonly state: "missing"; readonly detail: string }
  | {
      readonly state: "unreachable";
      readonly code: string;
      readonly detail: string;
      /** Where some of its files can be read: the profile is of them, and these could not be. */
      readonly filesLeftOut?: number | undefined;
    };

export interface Volume {
  readonly rows: number | null;
  /** False when `rows` is an estimate. */
  readonly isExact: boolean;
  readonly bytes: number | null;
  /** Staged pieces that the source consists of: files, or 1 for a table. */
  readonly files: number | null;
  /** Rows now over the mean of the last loads; `null` without history. */
  readonly trend: number | null;
}

export interface Cadence {
  readonly declaredMs: number | null;
  /** Median interval between the changes seen so far; `null` before the third. */
  readonly observedMs: number | null;
}

/** From the last measurements in the warehouse. */
export interface Quality {
  readonly failedChecks: number | null;
  readonly quarantinedRows: number | null;
}

/** From the attempts of the recent runs. */
export interface Reliability {
  readonly attempts: number;
  /** Failed over all attempts, 0 to 1; `null` without attempts. */
  readonly failureRate: number | null;
  readonly consecutiveFailures: number;
}

export interface LastLoad {
  readonly at: EpochMs;
  readonly rows: number;
  readonly fingerprint: Hash;
  /** The shape that was loaded, as `schemaIdOf` names it. */
  readonly schemaId: Hash | null;
}
