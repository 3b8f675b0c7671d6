import type { Column } from "../core/schema/table-schema.ts";
import type { Hash } from "../core/std/hash.ts";
import type { Json } from "../core/std/json.ts";
import type { EpochMs } from "../core/std/time.ts";

/** How staged files are to be read. Every option is written out. */
export type StagedFormat =
  | {
      readonly type: "csv";
      readonly delimiter: string;
      readonly quote: string;
      readonly hasHeader: boolean;
      /** The unquoted text that means NULL. */
      readonly nullText: string;
      /** False when a quoted `nullText` is that text, and not NULL (as PostgreSQL writes it). */
      readonly isQuotedNull: boolean;
      readonly encoding: "utf-8" | "latin-1" | "utf-16";
    }
  | { readonly type: "ndjson" }
  | { readonly type: "json" }
  | { readonly type: "parquet" };

/** One staged file. */
export interface StagedFile {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: Hash;
  /** Known where counting cost nothing. */
  readonly rows: number | null;
  /** True when it lies in the staging folder; false when it is the source's own file. */
  readonly isOwned: boolean;
  /**
   * Of a source's own file: its state when it was hashed, by which a load finds before it commits
   * that the file was written to since (`fileStamp`). Not part of the manifest's identity.
   */
  readonly stamp: string | null;
  /**
   * What the source calls it, such as its path below the connection's folder: rows are kept with
   * it, so that they can be replaced when the file is corrected. `null` where it has no name.
   */
  readonly name: string | null;
}

/** A file that an extraction could not read, and was allowed to leave out. */
export interface LeftOutFile {
  readonly name: string;
  readonly because: string;
}

/** What an extraction made, before it is committed. */
export interface ManifestDraft {
  readonly format: StagedFormat;
  readonly compression: "none" | "gzip";
  readonly files: readonly StagedFile[];
  /** Read or inferred; the load uses these types by name. */
  readonly columns: readonly Column[];
  /** All of the source, or only what changed since the cursor that was asked for. */
  readonly scope: "full" | "increment";
  /** Rows, where known without another pass. */
  readonly rows: number | null;
  /** The cursor that this extraction reached; `null` when the source has none. */
  readonly cursor: Json;
  /** Names of files whose rows of earlier loads this one takes the place of, in name order. */
  readonly replaces: readonly string[];
  /**
   * The one of `columns` that no file holds and that is filled with each file's name; `null` when
   * there is none.
   */
  readonly fileColumn: string | null;
  /**
   * Identity of the content that was read, as a probe gives it: a source may have changed since it
   * was probed. Absent or `null` where reading does not tell.
   */
  readonly content?: Hash | null;
  /** Files of the source that could not be read; absent when there are none. */
  readonly leftOut?: readonly LeftOutFile[] | undefined;
}

/** A committed extraction. It is immutable; its id is the hash of what it holds. */
export interface Manifest extends ManifestDraft {
  readonly id: Hash;
  readonly source: string;
  /** What was asked for: the key under which a second attempt finds it. */
  readonly extraction: Hash;
}

/** What an extraction has read of its source, kept when the rest of it fails. Immutable. */
export interface StagedChunk {
  /** Owned, all of them. */
  readonly files: readonly StagedFile[];
  /** The connector's own: what part of the source it is, and how to tell that it still holds. */
  readonly note: Json;
}

/** Where a long extraction puts what it has read, and finds what earlier attempts at it have. */
export interface StagedChunks {
  /** Of earlier attempts, in the order of their commits; their files are there. */
  readonly before: readonly StagedChunk[];
  /**
   * Makes files of the attempt's own folder durable and takes them out of it; when the promise is
   * fulfilled, no death of the process loses them. Calls may overlap, and are kept in order.
   */
  commit(files: readonly StagedFile[], note: Json): Promise<StagedChunk>;
  /** Removes chunks that hold no more. */
  drop(chunks: readonly StagedChunk[]): Promise<void>;
}

/** What is to be kept of a staging when it is tidied up. */
export interface StagingRetention {
  /** Extractions that are not loaded yet. */
  readonly keep: ReadonlySet<Hash>;
  /** Sources whose other extractions are loaded or out of date. */
  readonly done: ReadonlySet<string>;
  /** What else was written at this instant or later stays. */
  readonly since: EpochMs;
  /** Says what would be removed, and removes nothing. */
  readonly isTrial?: boolean;
}

/** What tidying up removed, or would remove. */
export interface StagingRemoval {
  /** Also unfinished ones. */
  readonly extractions: number;
  readonly bytes: number;
}

/** Immutable files between extract and load. A manifest's atomic rename is the commit. */
export interface Staging {
  /** The manifest of an extraction that has committed, or `null`. Checks that its files are there. */
  find(source: string, extraction: Hash): Promise<Manifest | null>;
  /**
   * Runs `write` on an empty folder, makes its files durable, and commits the manifest.
   * When the extraction has committed before, `write` is not called. When `write` fails, its folder
   * goes and its chunks stay; on a full disk they go as well.
   * @param work what chunks are kept under: the same for all extractions of a source from one place
   *   on, whatever it holds, so that a later one finds what an earlier one has read. The connector
   *   proves of each chunk that it still holds. The extraction itself when absent.
   */
  stage(
    source: string,
    extraction: Hash,
    write: (folder: string, chunks: StagedChunks) => Promise<ManifestDraft>,
    work?: Hash,
  ): Promise<Manifest>;
  /** Removes owned files that nobody needs any more, and what this process is not writing. */
  sweep(retention: StagingRetention): Promise<StagingRemoval>;
}
