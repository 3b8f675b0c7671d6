import type { ObservedSchema } from "../schema/observed-schema.ts";
import type { TableSchema } from "../schema/table-schema.ts";
import type { Hash } from "../std/hash.ts";
import type { EpochMs } from "../std/time.ts";
import type { LastLoad, Presence, Profile } from "./profile.ts";
import {
  observedCadenceMs,
  qualityOf,
  reliabilityOf,
  type SubjectRecord,
  volumeTrend,
} from "./subject-record.ts";

/** What a look at the source itself gave. */
export interface Observation {
  readonly kind: Profile["kind"];
  readonly presence: Presence;
  readonly fingerprint: Hash | null;
  readonly rows: number | null;
  readonly isExact: boolean;
  readonly bytes: number | null;
  readonly files: number | null;
  readonly changedAt: EpochMs | null;
  /** The shape that a load of all of it reads. */
  readonly schema: TableSchema | null;
  /** See `Profile.arriving`. */
  readonly arriving: readonly ObservedSchema[];
}

/** What people declared that a profile repeats. */
export interface ProfileSubject {
  readonly name: string;
  readonly connection: string;
  readonly cadenceMs: number | null;
}

/** Joins what was observed now with what was declared and what past cycles noticed. */
export function assembleProfile(
  subject: ProfileSubject,
  observation: Observation,
  record: SubjectRecord,
  lastLoad: LastLoad | null,
): Profile {
  return {
    source: subject.name,
    connection: subject.connection,
    kind: observation.kind,
    presence: observation.presence,
    fingerprint: observation.fingerprint,
    volume: {
      rows: observation.rows,
      isExact: observation.isExact,
      bytes: observation.bytes,
      files: observation.files,
      trend: volumeTrend(record, observation.rows),
    },
    cadence: { declaredMs: subject.cadenceMs, observedMs: observedCadenceMs(record) },
    changedAt: observation.changedAt ?? lastChange(record),
    schema: observation.schema,
    arriving: observation.arriving,
    quality: qualityOf(record) ?? { failedChecks: null, quarantinedRows: null },
    reliability: reliabilityOf(record),
    lastLoad,
  };
}

function lastChange(record: SubjectRecord): EpochMs | null {
  return record.changes.at(-1)?.at ?? null;
}
