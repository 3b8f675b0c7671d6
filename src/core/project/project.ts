import type { Contract } from "../contracts/contract.ts";
import type { Timetable } from "../schedule/timetable.ts";
import type { TableName } from "../schema/table-schema.ts";
import type { Hash } from "../std/hash.ts";
import type { JsonObject } from "../std/json.ts";
import type { Gate } from "./check.ts";
import type { QueryParts } from "./sql-analysis.ts";

/**
 * How a load changes its table: all of it, its end, the rows of its key, whole partitions, or the
 * versions of its key.
 */
export type LoadStrategy = "replace" | "append" | "merge" | "partition" | "history";

/** How rows leave a table that is merged, or how their versions end, when the source drops them. */
export type DeletePolicy =
  | {
      /** A read that is complete does not have their key any more. */
      readonly by: "comparison";
      /** The largest share of the keys, above 0 and at most 1, that one load may remove. */
      readonly maxShare: number;
    }
  | {
      /** A column says so: by `value`, or, where that is `null`, by anything but NULL and false. */
      readonly by: "column";
      readonly column: string;
      readonly value: string | number | boolean | null;
    };

/** How far behind its cursor a source is read again: in time, or in what the cursor counts. */
export type LookBack = { readonly ms: number } | { readonly units: number };

/** What a strategy needs to know beside the key. */
export interface LoadOptions {
  /** `partition`: the columns whose values together name one; empty for the other strategies. */
  readonly partitionBy: readonly string[];
  readonly deletes: DeletePolicy | null;
  readonly lookBack: LookBack | null;
  /** `history`: the column that says since when a row holds; `null` takes the cycle's instant. */
  readonly eventTime: string | null;
}

/** How many versions of a table are kept, so that a load or build can be undone. */
export interface RetainPolicy {
  /** Versions before the current one; at least 1. */
  readonly versions: number;
}

/**
 * What a subject does when one of its inputs is bypassed or failed and its data is not current:
 * it is bypassed too, runs on what is there, runs on what did arrive, or waits for the next cycle.
 */
export type BypassPolicy = "skip" | "last_good" | "without" | "hold";

/** Whether a subject runs for its own sake, or only when a demanded model reads it. */
export type Demand = "always" | "when_used";

/** A connector with its options. Secrets appear as references (`${env:NAME}`), never as values. */
export interface ConnectionSpec {
  readonly name: string;
  readonly connector: string;
  readonly options: JsonObject;
  /** How long one source of it may take to probe. */
  readonly probeTimeoutMs: number;
  /** How often its sources are looked at between cycles; `null` when they are not. */
  readonly watchMs: number | null;
}

/** When a source or model is due. */
export interface SubjectTimetable {
  /** `null`: all of the project. */
  readonly subject: string | null;
  readonly timetable: Timetable;
}

/** A pattern by which new sources appear without anyone declaring them. */
export interface DiscoverSpec {
  readonly connection: string;
  /** Connector-specific: what to look for. */
  readonly pattern: JsonObject;
  /** Declared attributes that every match gets. */
  readonly defaults: SourceAttributes;
  /** About sources that nobody declared, and that a match may be. In name order of the source. */
  readonly contracts: readonly ContractTerms[];
}

/** A contract with what follows from it for the source that it is about. */
export interface ContractTerms {
  readonly contract: Contract;
  /** Its quality conditions, in name order. */
  readonly gates: readonly Gate[];
  /** The project's default owner, over which the contract's stands. */
  readonly defaultOwner: string | null;
}

/** What a person may declare about any source. */
export interface SourceAttributes {
  readonly strategy: LoadStrategy;
  /** Column names that identify a row; needed by `merge` and `history`. */
  readonly key: readonly string[];
  /** Absent where nothing of it is declared. */
  readonly loading?: LoadOptions;
  /** Absent where no version is kept. */
  readonly retain?: RetainPolicy;
  /** 0 is the most critical. */
  readonly tier: number;
  readonly owner: string | null;
  readonly tags: readonly string[];
  /** How often new data is expected, or `null` when nobody said. */
  readonly cadenceMs: number | null;
  readonly demand: Demand;
  /** Whether it may be left out when the machine is under the heaviest pressure. */
  readonly optional: boolean;
  readonly gates: readonly Gate[];
}

/** One stream of a connection, declared or found; it lands in `raw.<name>`. */
export interface SourceSpec extends SourceAttributes {
  readonly name: string;
  readonly connection: string;
  readonly origin: "declared" | "discovered";
  /** Connector-specific: where it is and how to read it. Part of the source's identity. */
  readonly locator: JsonObject;
  /** What its producer promises; its gates, key, owner and cadence are in the attributes already. */
  readonly contract: Contract | null;
}

/** One SELECT that becomes a table or view. */
export interface ModelSpec {
  readonly name: string;
  readonly target: TableName;
  readonly materialize: "view" | "table";
  /** The SQL as written, without its leading block. */
  readonly sql: string;
  /** The project-relative path of the file, for messages. */
  readonly file: string;
  /** Identity of the SQL's meaning: formatting, comments and the case of names do not change it. */
  readonly code: Hash;
  /** What of that is the rows', and what each column's; `null` where all of it is one. */
  readonly parts: QueryParts | null;
  /** The sources and models that its SQL reads, by subject name, in name order. */
  readonly inputs: readonly ModelInput[];
  readonly tier: number;
  readonly owner: string | null;
  readonly tags: readonly string[];
  readonly slaMs: number | null;
  readonly demand: Demand;
  /** Whether it may be left out when the machine is under the heaviest pressure. */
  readonly optional: boolean;
  readonly gates: readonly Gate[];
}

/** One edge into a model. */
export interface ModelInput {
  readonly subject: string;
  readonly onBypass: BypassPolicy;
}

/** Retry with exponential backoff; the jitter comes from a seed in the run. */
export interface RetryPolicy {
  /** All attempts, the first included; at least 1. */
  readonly attempts: number;
  readonly backoffMs: number;
  readonly backoffMsMax: number;
}

/** The canonical scaffold: what every task gets unless a rule says otherwise. */
export interface Template {
  readonly name: string;
  readonly defaults: {
    readonly retry: RetryPolicy;
    readonly timeoutMs: number;
    /** The bypass policy of an edge for which the model declares none. */
    readonly onBypass: BypassPolicy;
  };
  /** Slots by pool name: how many tasks of it run at once. */
  readonly pools: Readonly<Record<string, number>>;
  /** The pool of each task kind. */
  readonly poolOf: Readonly<Record<TaskKind, string>>;
}

/** The kinds of task that a blueprint may hold. */
export type TaskKind = "extract" | "load" | "verify" | "transform" | "check";

/** Which subject a rule, segment or task belongs to. */
export type SubjectKind = "source" | "model";

/** What `sluice.yaml` says about the places and bounds of work. Paths are as written. */
export interface ProjectSettings {
  readonly warehouse: { readonly type: "duckdb"; readonly path: string };
  readonly catalogPath: string;
  readonly stagingPath: string;
  /** Folders outside the project that connections may read, in name order. */
  readonly allowedFolders: readonly string[];
  /** What the embedded warehouse may use; `null` leaves it to the engine. */
  /** Where `sluice serve` takes signals in. */
  readonly serve: {
    readonly host: string;
    readonly port: number;
    /** A reference, such as `${env:SLUICE_TOKEN}`; `null` has one made. */
    readonly token: string | null;
  };
  readonly limits: { readonly memoryBytes: number | null; readonly threads: number | null };
  /** How long what is over is kept. */
  readonly retention: {
    /** After a run's end; `null` for ever. */
    readonly runsMs: number | null;
    /** Of the newest runs: how many stay however old they are. */
    readonly runsKept: number;
    readonly stagingMs: number;
    /** Kept versions of each table, at most. */
    readonly versions: number;
  };
}

/**
 * All that a project's files declare, checked: there is none for a project with an error.
 * Equal declarations give an equal value, whatever the order of keys and files. Lists are in
 * name order, except that one connection's discover patterns keep theirs: the first match counts.
 */
export interface Project {
  readonly name: string;
  readonly settings: ProjectSettings;
  readonly template: Template;
  readonly connections: readonly ConnectionSpec[];
  /** Declared sources; what discovery finds joins them in each cycle. */
  readonly sources: readonly SourceSpec[];
  readonly discover: readonly DiscoverSpec[];
  readonly models: readonly ModelSpec[];
  /** Sources that models read and that only discovery can bring, in name order. */
  readonly expectedSources: readonly string[];
  /** That of the whole project first, then in name order. No part of any decision. */
  readonly timetables: readonly SubjectTimetable[];
}
