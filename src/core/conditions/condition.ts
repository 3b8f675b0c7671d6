import type { z } from "zod";
import type { Json } from "../std/json.ts";
import type { ConditionNode } from "./condition-node.ts";

/** The variables that a condition may read, each with the schema of its value. */
export interface ConditionScope {
  readonly variables: Readonly<Record<string, z.ZodType>>;
}

/** Values by variable name, as the scope's schemas describe them. `null` means unknown. */
export type Variables = Readonly<Record<string, unknown>>;

/** A condition that has passed its checks and can be evaluated any number of times. */
export interface Condition {
  readonly text: string;
  readonly root: ConditionNode;
  /** Paths of the facts that it may read, such as `source.volume.rows` or `now`, in name order. */
  readonly reads: readonly string[];
  /** Decides, within the budget, without keeping a trace. Never throws on any input. */
  evaluate(variables: Variables): Verdict;
  /** The same verdict, with the value of every sub-expression that was looked at. */
  explain(variables: Variables): { readonly verdict: Verdict; readonly trace: Trace };
  /**
   * The same verdict, with what its trace follows from, in a form that is small enough to keep for
   * a fleet. A condition that does not match keeps nothing and allocates nothing.
   */
  evaluateWithTrace(variables: Variables): {
    readonly verdict: Verdict;
    readonly values: TraceValues;
  };
}

/**
 * A trace in short: the facts that the condition may read, in the order of its `reads`, `null` where
 * they are not known. An evaluation is a function of them, so `expandTrace` makes the whole trace
 * of them, at any time and on any machine. Facts are JSON, hence so is this.
 */
export type TraceValues = readonly unknown[];

export type Verdict =
  | { readonly outcome: "matched" }
  | { readonly outcome: "not_matched" }
  /** Facts that were needed and not known, or an error or exhausted budget. */
  | {
      readonly outcome: "undetermined";
      readonly missing: readonly string[];
      readonly error: string | null;
    };

/** A condition that cannot be used, with the part of its text that is to blame. */
export interface ConditionProblem {
  readonly code: "condition-syntax" | "condition-type" | "condition-unsupported";
  readonly message: string;
  /** Offsets into the condition's text, in UTF-16 units; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  readonly fix: string;
}

/** A node of a kept evaluation: one sub-expression with the value it had. */
export interface Trace {
  /** The text of the sub-expression. */
  readonly text: string;
  readonly value: TraceValue;
  readonly children: readonly Trace[];
}

/** `unknown` names the facts that were missing; `skipped` was not needed for the outcome. */
export type TraceValue =
  | { readonly known: Json }
  | { readonly unknown: readonly string[] }
  | { readonly error: string }
  | { readonly skipped: true };
