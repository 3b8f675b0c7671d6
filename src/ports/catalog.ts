import type { RunEvent, RunStatus } from "../core/run/run-event.ts";
import type { Hash } from "../core/std/hash.ts";
import type { Json } from "../core/std/json.ts";
import type { EpochMs } from "../core/std/time.ts";
import type { SignalInbox, StoredSignal } from "./signal-inbox.ts";

/** A run as lists show it. */
export interface RunSummary {
  readonly id: string;
  readonly startedAt: EpochMs;
  readonly finishedAt: EpochMs | null;
  /** `running` also for a run whose process died. */
  readonly status: RunStatus;
  readonly blueprint: Hash;
  readonly decision: Hash;
}

/** An immutable value under its hash. */
export interface StoredObject {
  readonly id: Hash;
  readonly value: Json;
}

/** A stored event with its place in the run's log, counting from 0. */
export interface StoredEvent {
  readonly seq: number;
  readonly event: RunEvent;
}

/** What only reads: any number of processes may, at any time. */
export interface CatalogReader extends AsyncDisposable {
  /** Objects by id; those that are not there are absent from the answer. */
  objects(ids: readonly Hash[]): Promise<ReadonlyMap<Hash, Json>>;
  /** The newest first. */
  runs(limit: number): Promise<readonly RunSummary[]>;
  /** A run by its id or by a prefix that only one run has; `null` when there is none. */
  run(idOrPrefix: string): Promise<RunSummary | null>;
  /** Ids of stored objects that begin so, at most `limit`. */
  idsByPrefix(prefix: string, limit: number): Promise<readonly Hash[]>;
  events(run: string): Promise<readonly StoredEvent[]>;
  /** Notes under a name, such as probe memos: caches that may be lost without harm. */
  notes(kind: string): Promise<ReadonlyMap<string, Json>>;
  /** Signals after the place `after`, in the order of arrival. */
  signals(options?: {
    readonly after?: number;
    /** Only those that no run has. */
    readonly isPending?: boolean;
  }): Promise<readonly StoredSignal[]>;
  /**
   * A number that is another one as soon as someone else has written to the catalog. Cheap enough
   * to be asked many times a second.
   */
  changes(): Promise<number>;
}

/**
 * What writes: one process at a time, held by a lock that dies with the process.
 * A write is durable when its promise is fulfilled. Writes that are asked for while another is
 * under way are committed together. Each commit holds only while nobody has opened the catalog for
 * writing since: whoever believes to be the writer and is not gets FENCED_OUT, and writes nothing.
 */
export interface Catalog extends CatalogReader {
  /** Counts the openings for writing: the newest writer has the highest. */
  readonly epoch: number;
  /** Stores values under their hashes; what is there already is not written again. */
  putObjects(objects: Iterable<StoredObject>): Promise<void>;
  putNotes(kind: string, notes: ReadonlyMap<string, Json>): Promise<void>;
  createRun(run: RunSummary): Promise<void>;
  /** Appends events after `seq` of the first; the first event's place must be the next one. */
  append(run: string, events: readonly StoredEvent[]): Promise<void>;
  finishRun(run: string, status: RunStatus, finishedAt: EpochMs): Promise<void>;
  /** Notes that a run or cycle has taken signals into its decision; who took one first keeps it. */
  takeSignals(seqs: readonly number[], by: string, at: EpochMs): Promise<void>;
  /** Removes signals. One that is sent again then is a new one. */
  forgetSignals(seqs: readonly number[]): Promise<void>;
  /**
   * Removes runs that are over, with their events, and objects that no run leads to any more;
   * notes stay. Called while no decision is being written; one that is written meanwhile keeps
   * what it relies on.
   */
  prune(retention: CatalogRetention): Promise<CatalogRemoval>;
}

/** Which runs stay. One that never ended always does. */
export interface CatalogRetention {
  /** Runs that ended before this instant go. */
  readonly runsBefore: EpochMs;
  /** How many of the newest stay however old they are. */
  readonly runsKept: number;
  /** How many go at most this time, the oldest first. */
  readonly runsAtOnce: number;
  /** Places of signals that go as well. */
  readonly signals: readonly number[];
  /** `all` looks through the objects now; `when_worthwhile` once enough runs have gone. */
  readonly objects: "all" | "when_worthwhile";
  /** Says what would go, and removes nothing. */
  readonly isTrial?: boolean;
}

/** What went, or would go. */
export interface CatalogRemoval {
  readonly runs: number;
  readonly events: number;
  readonly objects: number;
  readonly signals: number;
}

/** Opens a catalog. */
export interface CatalogStore {
  /** @throws CATALOG_LOCKED naming the process that holds it. */
  openWriter(path: string, holder: string): Promise<Catalog>;
  /** Opens for reading; `null` when there is no catalog yet. */
  openReader(path: string): Promise<CatalogReader | null>;
  /** Opens for leaving signals, next to any writer; makes the catalog when there is none yet. */
  openInbox(path: string): Promise<SignalInbox>;
}
