import type { Condition } from "../conditions/condition.ts";
import type { EffectKind } from "../effects/effect.ts";
import type { SourceSpec, Template } from "../project/project.ts";
import type { Rule, RuleSet } from "./rule-set.ts";

/** Something wrong with a rule, or doubtful about it. The reader of its file knows the positions. */
export interface RuleFinding {
  /** Stable and public. */
  readonly code: RuleFindingCode;
  readonly severity: "error" | "warning";
  /** `null` when it is about no set in particular. */
  readonly ruleSet: string | null;
  /** The rule's id; `null` when it is about the set as a whole. */
  readonly rule: string | null;
  readonly place: RulePlace;
  readonly message: string;
  readonly fix: string;
}

/** What kind of thing is wrong; stable, for programs. */
export type RuleFindingCode =
  | "rule-syntax"
  | "rule-type"
  | "rule-unsupported"
  | "rule-dead"
  | "rule-budget"
  | "rule-contradiction"
  | "rule-duplicate"
  | "ruleset-duplicate"
  | "rule-subject"
  | "rule-classify"
  | "rule-title"
  | "rule-pool"
  | "rule-quarantine"
  | "rule-batch-name"
  | "rule-table"
  | "rule-alternate"
  | "param-unused"
  | "source-uncovered";

/** The part of a rule that is meant. */
export type RulePlace =
  /** Offsets into the text of `when`, in UTF-16 units; `end` is exclusive. */
  | { readonly part: "when"; readonly start: number; readonly end: number }
  /** The entry of `then` with this key; where there are several, any of them. */
  | { readonly part: "then"; readonly effect: EffectKind }
  | { readonly part: "id" }
  | { readonly part: "param"; readonly name: string }
  | { readonly part: "set" }
  /** No rule, but a declared source. */
  | { readonly part: "source"; readonly name: string };

/** What rule sets are checked against. */
export interface RuleSetsToCheck {
  readonly ruleSets: readonly RuleSet[];
  readonly template: Template;
  /**
   * The declared sources, and the names of all subjects that are known without a connection;
   * `null` checks the sets alone.
   */
  readonly scope: {
    readonly sources: readonly SourceSpec[];
    readonly subjects: ReadonlySet<string>;
  } | null;
}

/** A rule whose condition compiles. */
export interface CheckedRule {
  readonly set: RuleSet;
  readonly rule: Rule;
  readonly condition: Condition;
}
