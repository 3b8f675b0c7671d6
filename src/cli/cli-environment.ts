import type { LineageRequest, QueryLineage } from "../core/lineage/query-lineage.ts";
import type { DrillReport, DrillRequest } from "../engine/drill-report.ts";
import type { SluiceProject } from "../engine/sluice-project.ts";
import type { Clock } from "../ports/clock.ts";

/** Everything that the command line needs from the world; it touches nothing else of the process. */
export interface CliEnvironment {
  /** The version of this package. */
  readonly version: string;
  /** For answers. */
  readonly stdout: CliStream;
  /** For progress, notes and failures. */
  readonly stderr: CliStream;
  /** Read: NO_COLOR, FORCE_COLOR, TERM, CI, and USER, LOGNAME and USERNAME for who it is. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  openProject(request: OpenRequest): Promise<SluiceProject>;
  /** Writes a starter project into a folder, which is made when it is not there. */
  initProject(folder: string): Promise<WrittenFiles>;
  /** Breaks a copy of a project on purpose, and judges how it takes it. */
  drill(request: DrillRequest): Promise<DrillReport>;
  /** Writes the JSON Schemas of the project files. `null` looks for the project from here upwards. */
  writeSchemas(folder: string | null): Promise<WrittenFiles>;
  /**
   * The text of a file that was named on the command line.
   * @throws NOT_FOUND, USAGE_INVALID when it is too large or no text
   */
  readTextFile(path: string): Promise<string>;
  /** What a query outside of any project does with columns; what cannot be found out is said in it. */
  lineageOfQuery(request: LineageRequest): Promise<QueryLineage>;
  /** Writes a file with its folders. @throws USAGE_INVALID when it is there already */
  writeNewFile(path: string, text: string): Promise<void>;
  /** Calls `listener` at each signal that asks the process to end. The returned function stops that. */
  onSignal(listener: (signal: EndSignal) => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
}

/** Which project to open, and where its notes go. */
export interface OpenRequest {
  /** The folder that holds `sluice.yaml`; `null` looks for it from here upwards. */
  readonly folder: string | null;
  /** Takes whole lines of notes, which must have no secret in them. */
  readonly logStream: { write(text: string): unknown };
  /** True when debug notes are wanted too. */
  readonly isVerbose: boolean;
}

/** What a command wrote for people to go on with. */
export interface WrittenFiles {
  /** Absolute. */
  readonly folder: string;
  /** Relative to `folder`, in name order. */
  readonly files: readonly string[];
}

export type EndSignal = "SIGINT" | "SIGTERM";

/** The part of a Node stream that is used; `process.stdout` and `process.stderr` fit. */
export interface CliStream {
  readonly isTTY?: boolean;
  /** Of the terminal. */
  readonly columns?: number;
  readonly rows?: number;
  write(text: string, written?: (error?: Error | null) => void): boolean;
  on(event: "error", listener: (error: Error) => void): unknown;
}
