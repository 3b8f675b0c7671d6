import type { LastLoad, Profile } from "../core/metadata/profile.ts";
import type { Capacity } from "../core/metadata/snapshot.ts";
import type { SubjectRecord } from "../core/metadata/subject-record.ts";
import type { ConnectionSpec, DiscoverSpec, SourceSpec } from "../core/project/project.ts";
import type { Json } from "../core/std/json.ts";
import type { EpochMs } from "../core/std/time.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { Connections } from "./connections.ts";
import type { CycleFocus } from "./cycle-focus.ts";
import type { ProbeProgress } from "./sluice-project.ts";

/** What a harvest looks at, and what earlier cycles left for it. */
export interface HarvestRequest {
  readonly connections: readonly ConnectionSpec[];
  readonly sources: readonly SourceSpec[];
  readonly discover: readonly DiscoverSpec[];
  /** The frozen instant of the cycle. */
  readonly at: EpochMs;
  readonly capacity: Capacity;
  /** By source: the connector's note of the last probe. */
  readonly memos: ReadonlyMap<string, Json>;
  /** By source: the cursor that its table has reached, where there is one. */
  readonly loaded: ReadonlyMap<string, Json>;
  /** By subject. */
  readonly records: ReadonlyMap<string, SubjectRecord>;
  /** By source. */
  readonly lastLoads: ReadonlyMap<string, LastLoad>;
  /** By connection: what its patterns found last time, for when it cannot be asked now. */
  readonly lastFound: ReadonlyMap<string, readonly SourceSpec[]>;
  /** What is looked at; `null` for all. */
  readonly focus: CycleFocus | null;
  readonly onProbe: (progress: ProbeProgress) => void;
  readonly signal: AbortSignal | undefined;
}

/** What a harvest uses of the world. */
export interface HarvestWorld {
  readonly connections: Connections;
  readonly clock: Clock;
  readonly log: Log;
  /** Hides secrets in a driver's words. */
  readonly redact: (text: string) => string;
  /** What the sources of a connector are. */
  readonly kindOf: (connector: string) => Profile["kind"];
}
