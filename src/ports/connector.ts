import type { z } from "zod";
import type { Observation } from "../core/metadata/assemble-profile.ts";
import type { Profile } from "../core/metadata/profile.ts";
import type { ConnectorSchemas } from "../core/project/connector-schemas.ts";
import type { ConnectionSpec, SourceSpec } from "../core/project/project.ts";
import type { Json, JsonObject } from "../core/std/json.ts";
import type { EpochMs } from "../core/std/time.ts";
import type { Log } from "./log.ts";
import type { ManifestDraft, StagedChunks } from "./staging.ts";

/** A kind of system that Sluice reads from. Stateless; what has a lifetime is the session. */
export interface Connector {
  /** The word in `connections/*.yaml`. */
  readonly type: string;
  /** What its sources are, known even when none can be reached. */
  readonly sourceKind: Profile["kind"];
  /** Shapes of what people write, for checks, editors and docs. Defaults are written out by parsing. */
  readonly schemas: {
    readonly connection: z.ZodObject;
    /**
     * Where a source is and how to read it: `SourceSpec.locator`. Its keys are written beside the
     * general attributes of a source (name, strategy, key, …), so none of them may have such a name.
     */
    readonly locator: z.ZodObject;
    /** What `discover` looks for; written beside the attributes that every match gets. */
    readonly pattern: z.ZodObject;
  };
  /** Why a source that is there cannot be loaded so; `null` when it can. */
  readonly loadFault?: NonNullable<ConnectorSchemas["loadFault"]>;
  /** @throws CONNECTION_FAILED, CONNECTION_REFUSED */
  open(connection: ConnectionSpec, context: ConnectorContext): Promise<ConnectorSession>;
}

export interface ConnectorContext {
  /** Connection options with secrets resolved. Never logged, never stored. */
  readonly options: JsonObject;
  /** The project's folder; paths in options are relative to it. */
  readonly projectFolder: string;
  readonly log: Log;
  /** The wall clock, whatever the cycle's instant is: file times are compared with it. */
  readonly now: () => EpochMs;
}

/** A source that a pattern found. */
export interface DiscoveredSource {
  readonly name: string;
  readonly locator: JsonObject;
  /** What the system itself says is the key; used when nobody declared one. */
  readonly key: readonly string[];
}

/** What a look at a source gives; the rest of its profile comes from declarations and history. */
export interface Probe extends Observation {
  /**
   * The connector's own note for the next probe of this source: it makes the next one cheaper,
   * and never changes what it says.
   */
  readonly memo: Json;
}

export interface ProbeRequest {
  readonly source: SourceSpec;
  /** The note of the last probe, of any version; `null` when there is none. */
  readonly memo: Json;
  /**
   * The cursor that the source's target has reached, from which follows what is new (`arriving`);
   * `null` when nothing is loaded, or it is not known.
   */
  readonly loaded: Json;
}

export interface ConnectorSession extends AsyncDisposable {
  /** Finds sources by a pattern. Names are unique within the answer. */
  discover(pattern: JsonObject, signal: AbortSignal): Promise<readonly DiscoveredSource[]>;
  /**
   * Cheap metadata. A source that is gone or unreadable is an answer, not an error. Of one with
   * several files, of which some cannot be read, the answer is about the others, and says so.
   */
  probe(request: ProbeRequest, signal: AbortSignal): Promise<Probe>;
  /**
   * Writes what the source holds into `request.folder`, or refers to files that the warehouse can
   * read where they are. All sources extracted by one session are read at one consistent instant,
   * where the system can do that.
   * @throws SOURCE_MISSING, SOURCE_UNREADABLE, SOURCE_CHANGED, CONNECTION_FAILED
   */
  extract(request: ExtractRequest, signal: AbortSignal): Promise<ManifestDraft>;
}

export interface ExtractRequest {
  readonly source: SourceSpec;
  /** An empty folder of its own, on the staging disk. */
  readonly folder: string;
  /** The cursor that the target has reached; `null` asks for everything. */
  readonly cursor: Json;
  /** Keeps what a long extraction has read; without it, one that fails begins anew. */
  readonly chunks?: StagedChunks | undefined;
  /** Whether files that cannot be read may be left out (`ManifestDraft.leftOut`), as long as one can. */
  readonly mayLeaveOut?: boolean;
}
