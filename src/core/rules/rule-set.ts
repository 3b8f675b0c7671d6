import type { Effect } from "../effects/effect.ts";
import type { SubjectKind } from "../project/project.ts";
import type { Hash } from "../std/hash.ts";

/** A value that conditions read as `params.<name>`. */
export type ParamValue = string | number | boolean | readonly string[];

/**
 * A named, owned list of rules with parameters, in canonical form: rules in id order, every
 * default written out. YAML and `defineRuleSet` give the same form, hence the same id.
 */
export interface RuleSet {
  /** The hash of everything below that carries meaning; not of description and owner. */
  readonly id: Hash;
  readonly name: string;
  readonly description: string;
  readonly owner: string | null;
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly rules: readonly Rule[];
}

/** For one kind of subject: a condition, and what holds where it is met. */
export interface Rule {
  /** Unique within its set; `<set>/<id>` is its name everywhere else. */
  readonly id: string;
  readonly description: string;
  readonly for: SubjectKind;
  /** A CEL condition. */
  readonly when: string;
  /** Decides between contradicting effects; the higher wins. 0 unless said otherwise. */
  readonly priority: number;
  readonly then: readonly Effect[];
}

/** How one rule ended for one subject. */
export type RuleOutcome = "matched" | "not_matched" | "undetermined";
