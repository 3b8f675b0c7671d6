import type { Assessment } from "../compatibility/assessment.ts";
import type { Json } from "../std/json.ts";
import type { TaskId } from "./blueprint.ts";

/** One link of an explanation, from the outcome down to the facts. */
export interface WhyLink {
  /** What is claimed, in one sentence. */
  readonly text: string;
  /** The task, subject, rule or fact that it is about. */
  readonly about: string;
  /** The values that it rests on. */
  readonly evidence?: Json;
  readonly because: readonly WhyLink[];
}

/** Why a task runs or does not. */
export interface WhyReport {
  readonly task: TaskId;
  readonly state: "active" | "bypassed";
  /** A bypass reason; of an active task one of `ActiveReason`. */
  readonly reason: string;
  readonly chain: readonly WhyLink[];
  /** The nearest change that would turn the outcome, for a bypass. */
  readonly flip?: string;
  /**
   * Of a model's transform: what open changes of schema would do to it, column by column; `null`
   * where none reaches it.
   */
  readonly assessment: Assessment | null;
}

/**
 * Why a task runs.
 *
 * - new: nothing was ever made;
 * - gone: what was made is not there any more;
 * - changed: what it would make differs from what is there;
 * - unknown: whether it differs cannot be told, and in doubt it runs;
 * - follows: the task before it runs;
 * - unmeasured: what is there was never measured with these checks;
 * - forced: somebody says that it shall run, whatever is known of it.
 */
export type ActiveReason =
  | "new"
  | "gone"
  | "changed"
  | "unknown"
  | "follows"
  | "unmeasured"
  | "forced";
