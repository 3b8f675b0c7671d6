import type { ReachingChange } from "../compatibility/assessment.ts";
import type { ModelSpec, SourceSpec } from "../project/project.ts";
import type { StandingOverride } from "../signals/standing.ts";
import { type Hash, hashOf } from "../std/hash.ts";
import type { EpochMs } from "../std/time.ts";
import type { Bypass } from "./blueprint.ts";
import type { ContentParts } from "./content-parts.ts";
import type { DecideInput, SubjectHistory } from "./decide-input.ts";
import type { DraftBook, PreparedDraft } from "./drafts.ts";
import type { ModelExposure } from "./drift-input.ts";
import type { ModelReach, ModelRoute } from "./drift-reach.ts";
import type { CycleFacts, RuleBook, RuleOutcomes } from "./rule-book.ts";
import type { Supply } from "./supply.ts";
import { verdictOn } from "./verdict.ts";

/** What was found for one subject, before demand and batches are looked at. */
export type SubjectNode = SourceNode | ModelNode;

interface NodeBase {
  readonly subject: string;
  readonly outcomes: RuleOutcomes;
  readonly tier: number;
  readonly tags: readonly string[];
  readonly prepared: PreparedDraft;
  /** Identity of what its table will hold if it runs; `null` when an input is unknown. */
  readonly fingerprint: Hash | null;
  /** Somebody's word on it that holds now. */
  readonly override: StandingOverride | null;
  /**
   * The fingerprint that it would have, where the one that it has is that of a table made because
   * somebody forced it; see `identityOf`.
   */
  readonly remakeOf: Hash | null;
  /** Why its tasks will not run, as far as that does not depend on who needs it. */
  readonly bypass: Bypass | null;
  readonly output: Output;
  /** What makes its table less than it should be, whether it is made now or was before. */
  readonly degraded: string | null;
}

/** What was found for a source. */
export interface SourceNode extends NodeBase {
  readonly kind: "source";
  readonly spec: SourceSpec;
  readonly supply: Supply;
}

/** What was found for a model. */
export interface ModelNode extends NodeBase {
  readonly kind: "model";
  readonly spec: ModelSpec;
  /** One per input, in their order. */
  readonly arrivals: readonly Arrival[];
  /** What it does with columns, where a change of schema is about somewhere above it. */
  readonly exposure: ModelExposure | null;
  readonly reach: ModelReach | null;
  readonly route: ModelRoute | null;
  /** What its readers see of changes above it, once asked. */
  readonly flows: Map<string, readonly ReachingChange[]>;
  /** True when an upstream fallback may expire, so that time alone can change the outcome. */
  readonly isTimeBound: boolean;
}

/**
 * What a subject's table is worth to those who read it.
 *
 * - runs: it will hold `fingerprint` after this cycle;
 * - current: it holds it already;
 * - stale: it holds what an earlier run left (`fingerprint`), and that is not all there is to know;
 * - absent: there is nothing.
 */
export interface Output {
  readonly state: "runs" | "current" | "stale" | "absent";
  readonly fingerprint: Hash | null;
  /** What that is the identity of, taken apart; `null` where all of it is one. */
  readonly parts: ContentParts | null;
  /** When what is there now was committed; `null` when there is nothing. */
  readonly committedAt: EpochMs | null;
  /** Whether its columns are known, so that an empty table can stand in for one that never came. */
  readonly hasKnownColumns: boolean;
  /** How old its last success may be for those who run on it; `undefined` when no rule speaks of it. */
  readonly fallbackMaxAgeMs?: number | null;
  /** It waits for an answer, and so do those who read it. */
  readonly isHeld?: boolean;
  /** What makes it less than it should be. */
  readonly degraded?: string | null;
  /** Its own check may still undo what is there: those who read it wait for that. */
  readonly isOnTrial?: boolean;
}

/** How one input reaches a model in this cycle. */
export interface Arrival {
  readonly subject: string;
  /**
   * - awaited: a task of this blueprint makes it;
   * - there: it is read as it stands;
   * - empty: the model runs without it;
   * - blocking: the model cannot run.
   */
  readonly state: "awaited" | "there" | "empty" | "blocking";
  /**
   * The edge's policy, after the source's fallback had its say. Of an input that is awaited it is
   * `skip` where there would be nothing to run on should it not come.
   */
  readonly policy: "skip" | "last_good" | "without" | "hold";
  readonly fingerprint: Hash | null;
  /** Identity of what the model reads of it; `null` where that is all of it, or may be. */
  readonly seen: Hash | null;
  /** See `Output.isOnTrial`. */
  readonly isOnTrial: boolean;
}

/** What all subjects of one decision are decided with. */
export interface CycleContext {
  readonly input: DecideInput;
  readonly cycle: CycleFacts;
  readonly rules: RuleBook;
  readonly drafts: DraftBook;
  /** The subjects that the cycle is about; `null` when it is about all. */
  readonly focus: ReadonlySet<string> | null;
  /** The models that read each subject. */
  readonly readers: ReadonlyMap<string, readonly string[]>;
  /** The sources that a model reads, itself or through others. */
  readonly sourcesAbove: (model: string) => ReadonlySet<string>;
}

/** What the past knows of a subject. */
export function historyOf(context: CycleContext, subject: string): SubjectHistory | null {
  return context.input.history.get(subject) ?? null;
}

/** Nothing that came before is left to read. */
export const nothing: Output = {
  state: "absent",
  fingerprint: null,
  parts: null,
  committedAt: null,
  hasKnownColumns: false,
};

/** What is left of a subject that does not run. */
export function leftOver(history: SubjectHistory | null, isCurrent: boolean): Output {
  const output = history?.output ?? null;
  if (output === null || !output.exists) return nothing;
  return {
    state: isCurrent ? "current" : "stale",
    fingerprint: contentOf(output),
    parts: output.released === null ? output.parts : null,
    committedAt: output.committedAt,
    hasKnownColumns: false,
  };
}

/** What readers find in a table: what was loaded, and what was let out of quarantine since. */
function contentOf({ fingerprint, released }: NonNullable<SubjectHistory["output"]>): Hash {
  return released === null ? fingerprint : hashOf([fingerprint, released]);
}

/** Whether the check of a subject, which may undo what is there, has yet to look at it. */
export function isOnTrial(
  history: SubjectHistory | null,
  { prepared, fingerprint, bypass }: Pick<NodeBase, "prepared" | "fingerprint" | "bypass">,
): boolean {
  if (prepared.undoing === null) return false;
  if (bypass === null) return true;
  return (
    bypass.reason === "up_to_date" &&
    history?.verified !== measuringFingerprint({ prepared, fingerprint })
  );
}

/** Identity of what a `verify` or `check` looks at, and by which gates. */
export function measuringFingerprint({
  fingerprint,
  prepared,
}: Pick<NodeBase, "prepared" | "fingerprint">): Hash | null {
  return fingerprint === null ? null : hashOf({ of: fingerprint, watched: prepared.watched });
}

/** Whether the gates that undo have condemned this very result before. */
export function isCondemned(
  history: SubjectHistory | null,
  { prepared: { undoing }, fingerprint }: Pick<NodeBase, "prepared" | "fingerprint">,
): boolean {
  if (undoing === null || fingerprint === null) return false;
  return history?.condemned === verdictOn(fingerprint, undoing);
}

/** True when the table holds exactly what this fingerprint stands for. */
export function holds(history: SubjectHistory | null, fingerprint: Hash | null): boolean {
  if (fingerprint === null || history?.output?.exists !== true) return false;
  return history.output.fingerprint === fingerprint;
}
