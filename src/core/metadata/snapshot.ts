import { compareText } from "../std/compare.ts";
import { type Hash, hashOf } from "../std/hash.ts";
import { plantReferences, type ReferenceTree } from "../std/reference-tree.ts";
import type { EpochMs } from "../std/time.ts";
import type { Profile } from "./profile.ts";

/** What the machine has to give. */
export interface Capacity {
  readonly cores: number;
  readonly memoryBytes: number;
}

/** A profile with its identity. */
export interface IdentifiedProfile {
  readonly id: Hash;
  readonly profile: Profile;
}

/** All profiles, capacity and time, at one instant. Immutable; identified by content. */
export interface Snapshot {
  readonly id: Hash;
  /** The one frozen instant of the cycle: `now` in rules. */
  readonly at: EpochMs;
  readonly capacity: Capacity;
  /** By source name. */
  readonly profiles: ReadonlyMap<string, IdentifiedProfile>;
}

/** Gives a profile its identity. */
export function identifyProfile(profile: Profile): IdentifiedProfile {
  return { id: hashOf(profile), profile };
}

/** Binds profiles to an instant. The order in which they are given does not matter. */
export function takeSnapshot(
  at: EpochMs,
  capacity: Capacity,
  profiles: Iterable<IdentifiedProfile>,
): Snapshot {
  const bySource = new Map([...profiles].map((entry) => [entry.profile.source, entry] as const));
  return { id: snapshotId(at, capacity, bySource), at, capacity, profiles: bySource };
}

function snapshotId(
  at: EpochMs,
  capacity: Capacity,
  profiles: ReadonlyMap<string, IdentifiedProfile>,
): Hash {
  return hashOf({ at, capacity, profiles: profileTree(profiles).id });
}

/** The profiles by name; snapshots that differ in few profiles share nearly all of it. */
export function profileTree(profiles: ReadonlyMap<string, IdentifiedProfile>): ReferenceTree {
  const entries = [...profiles].map(([name, { id }]) => [name, id] as const);
  return plantReferences(entries.sort(([left], [right]) => compareText(left, right)));
}
