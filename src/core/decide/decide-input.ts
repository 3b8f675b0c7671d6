import type { Quality, Reliability } from "../metadata/profile.ts";
import type { Snapshot } from "../metadata/snapshot.ts";
import type { UsualRows } from "../metadata/subject-record.ts";
import type { ModelSpec, SourceSpec, Template } from "../project/project.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import { type Standing, standingAt } from "../signals/standing.ts";
import { compareText } from "../std/compare.ts";
import type { Hash } from "../std/hash.ts";
import type { EpochMs } from "../std/time.ts";
import type { ContentParts } from "./content-parts.ts";
import type { DriftInput } from "./drift-input.ts";
import type { ModelReads } from "./model-reads.ts";

/** Everything that a decision may depend on. A value: no reader, no clock, no environment. */
export interface DecideInput {
  readonly snapshot: Snapshot;
  readonly ruleSets: readonly RuleSet[];
  readonly template: Template;
  readonly scope: Scope;
  readonly history: History;
  readonly drift: DriftInput;
  /** By model, of those whose inputs can be taken apart: which columns it reads. */
  readonly reads: ReadonlyMap<string, ModelReads>;
  /** What signals say that holds at the snapshot's instant. */
  readonly standing: Standing;
  /** The subjects that this cycle is about; `null` when it is about all of them. */
  readonly focus: readonly string[] | null;
}

/** The same input without what its instant has ended: that is as if nobody had said it. */
export function holdingInput(input: DecideInput): DecideInput {
  const standing = standingAt(input.standing, input.snapshot.at);
  return standing === input.standing ? input : { ...input, standing };
}

/** What runs short, in name order. */
export function pressedIn({ standing }: DecideInput): string[] {
  return [...standing.pressure.keys()].sort(compareText);
}

/** What people declared, with discovery's finds: the subjects that exist in this cycle. */
export interface Scope {
  /** By name. */
  readonly sources: ReadonlyMap<string, SourceSpec>;
  /** By name. */
  readonly models: ReadonlyMap<string, ModelSpec>;
}

/** What earlier runs left behind, by subject. Read off the warehouse's ledger and the catalog. */
export type History = ReadonlyMap<string, SubjectHistory>;

/** The last success of one subject, and whether its output is still there. */
export interface SubjectHistory {
  readonly subject: string;
  /** The ledger's last committed load or transform. */
  readonly output: {
    /** What it was made from; see `Task.fingerprint`. */
    readonly fingerprint: Hash;
    readonly committedAt: EpochMs;
    readonly rows: number;
    /** The run that committed it. */
    readonly run: string;
    /** False when the table or view is gone from the warehouse. */
    readonly exists: boolean;
    /** Identity of the rows that were let out of quarantine since then; `null` without any. */
    readonly released: Hash | null;
    /** What the fingerprint is the identity of, taken apart; `null` where that is not known. */
    readonly parts: ContentParts | null;
    /** Where it was made because somebody forced it: the fingerprint that it would have had. */
    readonly remakeOf?: Hash;
  } | null;
  /** The verdict of the last load or build that a gate condemned and that was undone. */
  readonly condemned: Hash | null;
  /** Present while its table holds a result of a fallback: since when, and which. */
  readonly degraded: { readonly since: EpochMs; readonly because: string } | null;
  /** Of a source: how many rows its last good loads had; `null` before the first. */
  readonly usualRows: UsualRows | null;
  /** The last successful `verify` or `check`, by the fingerprint it had. */
  readonly verified: Hash | null;
  /** Of models; a source's are in its profile. */
  readonly quality: Quality | null;
  readonly reliability: Reliability | null;
}
