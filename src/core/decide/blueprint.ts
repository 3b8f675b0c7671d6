import type { Verdict } from "../compatibility/assessment.ts";
import type { EvidenceTier } from "../compatibility/evidence.ts";
import type { Trace } from "../conditions/condition.ts";
import type { Conflict, MergedEffects } from "../effects/merged-effects.ts";
import type { Circuit, Fallback, Retention, Safeguards } from "../effects/safeguards.ts";
import type { BypassPolicy, SubjectKind, TaskKind } from "../project/project.ts";
import type { Adapter, RouteKind } from "../routes/route.ts";
import type { RuleOutcome } from "../rules/rule-set.ts";
import type { Hash } from "../std/hash.ts";
import type { Json } from "../std/json.ts";

/** `<subject>.<kind>`, as in `flights.load`. */
export type TaskId = string;

/** Why a task exists but will not run. */
export type BypassReason =
  | "up_to_date"
  | "rule"
  | "upstream"
  | "source_missing"
  /** So little of the source came that it is as if it had not. */
  | "source_short"
  | "frozen"
  | "isolated"
  | "not_demanded"
  /** A gate condemned this very content after it was committed. */
  | "condemned"
  /** It is optional, and the machine is under the heaviest pressure. */
  | "pressure"
  | "override";

/** Why one task will not run, and who caused it. */
export interface Bypass {
  readonly reason: BypassReason;
  /**
   * The rule (`set/id`), the upstream subject or the person that caused it; `null` where the reason
   * says all.
   */
  readonly by: string | null;
}

export type { Circuit, Fallback, Retention, Safeguards };

/** The smallest unit that runs. A value: the same task is printed, run, simulated, diffed and drawn. */
export interface Task {
  readonly id: TaskId;
  readonly kind: TaskKind;
  readonly state: "active" | "bypassed";
  /** Present exactly when `state` is `bypassed`. */
  readonly bypass: Bypass | null;
  readonly safeguards: Safeguards;
  /**
   * Identity of what the task would produce: code, inputs' identities, options, gates.
   * Equal to the last success's means that there is nothing to do. `null` when an input is unknown.
   */
  readonly fingerprint: Hash | null;
  /** Tasks of other or the same segment that come first, in id order. */
  readonly after: readonly Dependency[];
  /** Loads of one `merge` group share one transaction; see `Blueprint.batches`. */
  readonly batch: string | null;
  /** A load that is cut into parts, each committed and resumed on its own. */
  readonly split: { readonly by: "rows"; readonly size: number; readonly parts: number } | null;
}

/** An edge into a task, with what to do when the task before it does not succeed. */
export interface Dependency {
  readonly task: TaskId;
  readonly onBypass: BypassPolicy;
}

/** The part of a blueprint that belongs to one source or model. Hashed on its own. */
export interface Segment {
  readonly subject: string;
  readonly kind: SubjectKind;
  /** The hash of all other fields. */
  readonly id: Hash;
  readonly tasks: readonly Task[];
  readonly tags: readonly string[];
  readonly tier: number;
  readonly slaMs: number | null;
  /** Of a model that a change of schema reaches, or that is stopped: which way it goes. */
  readonly route: SegmentRoute | null;
  /** What makes its result less than it should be; `null` when nothing does, as far as is known. */
  readonly degraded: PlannedDegradation | null;
}

/** What makes a result less than it should be. */
export interface PlannedDegradation {
  /** The fallback that is used, here or above, in words. */
  readonly because: string;
  /** Of a source: the one whose place is read instead of its own. */
  readonly alternate: string | null;
}

/** Which way a model goes that a change of schema reaches. */
export interface SegmentRoute {
  readonly to: RouteKind;
  /** The rule (`set/id`) or negotiation that decided so; `null` where nobody spoke. */
  readonly by: string | null;
  /** In words, where the route is another than was asked for, or the rule says why. */
  readonly because: string | null;
  /** What it waits for, or was agreed in. */
  readonly negotiation: Hash | null;
  /** Views through which it reads its sources. */
  readonly adapters: readonly Adapter[];
  /** What the open changes would do to it. */
  readonly gate: Verdict;
  /** 0 to 1. */
  readonly score: number;
  readonly evidence: EvidenceTier;
  /** Where the changes come from, in name order. */
  readonly sources: readonly string[];
}

/** Tasks that run as one attempt and commit together, or not at all. */
export interface Batch {
  readonly id: string;
  /** In id order. */
  readonly tasks: readonly TaskId[];
}

/** Segments and batches; edges are the tasks' `after`. Its hash covers only them. */
export interface Blueprint {
  readonly id: Hash;
  /** By subject. */
  readonly segments: ReadonlyMap<string, Segment>;
  /** In id order. */
  readonly batches: readonly Batch[];
}

/** One subject's outcome: which rules spoke, and what came of it. */
export interface Decision {
  readonly subject: string;
  readonly kind: SubjectKind;
  /** One per rule of all sets for this kind of subject, in name order. */
  readonly rules: readonly DecidedRule[];
  readonly effects: MergedEffects;
  readonly conflicts: readonly Conflict[];
  /** What the bypass of its tasks rests on, by task id: values, instants, upstream subjects. */
  readonly evidence: Readonly<Record<TaskId, Json>>;
}

/** How one rule ended for one subject, with what it looked at. */
export interface DecidedRule {
  /** `<set>/<rule>`. */
  readonly id: string;
  readonly outcome: RuleOutcome;
  /** Names of the facts that were missing when `undetermined`. */
  readonly missing?: readonly string[];
  /** What went wrong when `undetermined` by an error or an exhausted budget. */
  readonly error?: string;
  /** Kept for rules that matched or were undetermined. */
  readonly trace?: Trace;
}

/** Binds the hashes of all inputs to the blueprint they gave. A run points to it; a replay recomputes it. */
export interface DecisionRecord {
  readonly id: Hash;
  readonly snapshot: Hash;
  /** In name order. */
  readonly ruleSets: readonly Hash[];
  readonly template: Hash;
  /** The declared sources and models. */
  readonly scope: Hash;
  readonly history: Hash;
  /** Open changes of schema, with what they reach. */
  readonly drift: Hash;
  /** Which columns models read of their inputs. */
  readonly reads: Hash;
  /** What signals say that holds; absent when that is nothing. */
  readonly standing?: Hash;
  /** The subjects that the cycle is about; absent when it is about all. */
  readonly focus?: Hash;
  /** Of a revision: the record of the decision that it revises. */
  readonly base?: Hash;
  /** Of a revision: the names of the subjects that were decided again. */
  readonly open?: Hash;
  readonly blueprint: Hash;
}
