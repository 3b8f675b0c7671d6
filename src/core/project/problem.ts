/** A place in a project file. Lines and columns count from 1, as editors do. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Where the marked text ends, exclusive; absent when only its start is known. */
  readonly endLine?: number;
  readonly endColumn?: number;
}

/** One thing that is wrong with what people declared. All problems of a project are reported together. */
export interface Problem {
  /** Stable and public, such as `unknown-key` or `rule-type`. */
  readonly code: string;
  readonly severity: "error" | "warning";
  /** What is wrong and why, in one sentence. */
  readonly message: string;
  readonly location: Location;
  /** What to write instead. */
  readonly fix: string;
}
