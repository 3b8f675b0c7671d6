import type { Profile } from "../../core/metadata/profile.ts";
import type { SourceSpec } from "../../core/project/project.ts";
import type { Hash } from "../../core/std/hash.ts";
import type { SnapshotReport } from "../../engine/sluice-project.ts";
import { isoInstant } from "../text/quantity.ts";

/** What `sluice sources --json` prints. `null` means not known. */
export interface SourcesJson {
  readonly snapshot: { readonly id: Hash; readonly at: string };
  readonly sources: readonly SourceJson[];
}

export interface SourceJson
  extends Pick<SourceSpec, "name" | "connection" | "origin" | "strategy" | "key" | "owner">,
    Pick<SourceSpec, "tier" | "tags" | "demand"> {
  readonly kind: Profile["kind"] | null;
  readonly presence: Profile["presence"]["state"] | null;
  /** Why it is missing or unreachable. */
  readonly detail?: string;
  readonly fingerprint: Hash | null;
  readonly volume: Profile["volume"] | null;
  readonly cadence: Profile["cadence"] | null;
  readonly changedAt: string | null;
  readonly columns:
    | readonly {
        readonly name: string;
        readonly type: string;
        readonly nullable: boolean;
      }[]
    | null;
  readonly quality: Profile["quality"] | null;
  readonly reliability: Profile["reliability"] | null;
  readonly lastLoad: {
    readonly at: string;
    readonly rows: number;
    readonly fingerprint: Hash;
  } | null;
}

/** The JSON form of what is known of the sources. */
export function sourcesJson({ snapshot, sources }: SnapshotReport): SourcesJson {
  return {
    snapshot: { id: snapshot.id, at: isoInstant(snapshot.at) },
    sources: sources.map((source) =>
      sourceJson(source, snapshot.profiles.get(source.name)?.profile ?? null),
    ),
  };
}

function sourceJson(source: SourceSpec, profile: Profile | null): SourceJson {
  const { name, connection, origin, strategy, key, owner, tier, tags, demand } = source;
  const presence = profile?.presence;
  const changedAt = profile?.changedAt ?? null;
  return {
    name,
    connection,
    origin,
    kind: profile?.kind ?? null,
    presence: presence?.state ?? null,
    ...(presence === undefined || presence.state === "present" ? {} : { detail: presence.detail }),
    fingerprint: profile?.fingerprint ?? null,
    volume: profile?.volume ?? null,
    cadence: profile?.cadence ?? null,
    changedAt: changedAt === null ? null : isoInstant(changedAt),
    columns: profile?.schema?.columns ?? null,
    quality: profile?.quality ?? null,
    reliability: profile?.reliability ?? null,
    lastLoad: lastLoadJson(profile?.lastLoad ?? null),
    strategy,
    key,
    tier,
    owner,
    tags,
    demand,
  };
}

function lastLoadJson(lastLoad: Profile["lastLoad"]): SourceJson["lastLoad"] {
  if (lastLoad === null) return null;
  const { at, rows, fingerprint } = lastLoad;
  return { at: isoInstant(at), rows, fingerprint };
}
