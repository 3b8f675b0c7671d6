import type { SchemaChange } from "../schema/schema-change.ts";
import { unreachable } from "../std/unreachable.ts";
import type { ReachingChange, Role, Verdict } from "./assessment.ts";
import { verdicts } from "./assessment.ts";

/** What kind of thing a change is to a use: kinds of changes, told apart where the harm differs. */
export type ChangeClass =
  | "added"
  | "dropped"
  | "renamed"
  | "reordered"
  | "widened_exactly"
  | "widened_lossily"
  | "narrowed"
  | "retyped"
  | "null_allowed"
  | "null_forbidden"
  | "members"
  | "format"
  | "key"
  | "nested_added"
  | "nested_dropped"
  | "replaced"
  | "tainted"
  | "shifted";

type Row = Readonly<Record<Role, Verdict>>;

function row(usual: Verdict, exceptions: Partial<Row>): Row {
  return {
    identity: usual,
    transformation: usual,
    aggregation: usual,
    join: usual,
    filter: usual,
    not_in: usual,
    group: usual,
    distinct: usual,
    having: usual,
    qualify: usual,
    window: usual,
    partition: usual,
    order: usual,
    conditional: usual,
    set: usual,
    star: usual,
    // Nothing comes of its values: only that it is there counts.
    named: usual === "corrupts" || usual === "drift" ? "safe" : usual,
    // What a column is used for is not known: the worst is assumed.
    opaque: "corrupts",
    ...exceptions,
  };
}

/** Uses by which rows find each other: two values that were equal must stay so. */
const keys = { join: "corrupts", not_in: "corrupts" } as const;
const groups = { group: "corrupts", distinct: "corrupts", partition: "corrupts" } as const;
const conditions = {
  filter: "corrupts",
  having: "corrupts",
  qualify: "corrupts",
  conditional: "corrupts",
} as const;

/**
 * The verdict on each use of a column by what happened to it, before evidence. Where more than one
 * outcome is possible it is the worst; evidence makes it better.
 */
export const verdictTable: Readonly<Record<ChangeClass, Row>> = {
  // Named columns do not see it. `*` does, and a NATURAL join would take it as a key.
  added: row("safe", { star: "drift", distinct: "drift", set: "breaks", join: "corrupts" }),
  dropped: row("breaks", { star: "drift", set: "corrupts" }),
  // By position among the branches of a UNION a name is nothing, BY NAME it is everything.
  renamed: row("rewritable", { star: "drift", set: "corrupts" }),
  reordered: row("safe", { star: "drift", set: "corrupts" }),
  widened_exactly: row("drift", {
    filter: "safe",
    group: "safe",
    distinct: "safe",
    having: "safe",
    qualify: "safe",
    partition: "safe",
    conditional: "safe",
    order: "safe",
  }),
  widened_lossily: row("drift", { ...keys, ...groups }),
  narrowed: row("corrupts", { star: "drift" }),
  // What was compared, ordered or summed as a number is so as text: often it even binds. Handed on,
  // it is of another type than readers were promised.
  retyped: row("corrupts", { identity: "breaks", set: "breaks", star: "drift" }),
  null_allowed: row("drift", keys),
  null_forbidden: row("safe", { opaque: "safe" }),
  // Conditions are judged by their literals.
  members: row("drift", { identity: "safe", order: "safe", star: "safe", set: "safe" }),
  format: row("corrupts", { identity: "drift", order: "drift", set: "drift", star: "drift" }),
  key: row("drift", { aggregation: "corrupts", ...keys }),
  // What reads a field by its name does not see another one.
  nested_added: row("drift", {
    transformation: "safe",
    filter: "safe",
    having: "safe",
    qualify: "safe",
    order: "safe",
  }),
  nested_dropped: row("breaks", { identity: "drift", star: "drift", set: "drift" }),
  replaced: row("corrupts", {}),
  tainted: row("drift", { ...keys, ...groups, ...conditions, window: "corrupts" }),
  shifted: row("drift", {}),
};

/** The class of a change, given how sure a rename has to be (0 to 1) to count as one. */
export function classOf(reaching: ReachingChange, renameThreshold: number): ChangeClass {
  if (reaching.isTainted) return "tainted";
  if (reaching.affects !== "column") return "shifted";
  return classOfChange(reaching.change, renameThreshold);
}

function classOfChange(change: SchemaChange, renameThreshold: number): ChangeClass {
  switch (change.kind) {
    case "renamed":
      // Too unsure: to who reads the old name it is gone.
      return change.confidence >= renameThreshold ? "renamed" : "dropped";
    case "widened":
      return change.isLossy ? "widened_lossily" : "widened_exactly";
    case "nullability":
      return change.after ? "null_allowed" : "null_forbidden";
    case "values":
      return "members";
    case "nested": {
      const { inner } = change;
      if (inner.kind === "added" || inner.kind === "reordered") return "nested_added";
      if (inner.kind === "dropped" || inner.kind === "renamed") return "nested_dropped";
      if (inner.kind === "widened") return inner.isLossy ? "widened_lossily" : "widened_exactly";
      return inner.kind;
    }
    case "key":
      // Where no key was known, none that anything relied on has changed.
      return change.before.length === 0 ? "null_forbidden" : "key";
    case "added":
    case "dropped":
    case "reordered":
    case "narrowed":
    case "retyped":
    case "format":
    case "replaced":
      return change.kind;
    default:
      return unreachable(change);
  }
}

/** Probability of harm that a verdict stands for, 0 to 1. */
export const harmOf: Readonly<Record<Verdict, number>> = {
  safe: 0,
  absorbed: 0.02,
  drift: 0.25,
  rewritable: 0.45,
  breaks: 0.9,
  corrupts: 1,
};

/** The worst that a change of this class can do to any use. */
export function worstOf(changeClass: ChangeClass): Verdict {
  return worstVerdict(Object.values(verdictTable[changeClass]));
}

/** The worst of several verdicts; `safe` of none. */
export function worstVerdict(given: Iterable<Verdict>): Verdict {
  let worst: Verdict = "safe";
  for (const verdict of given) if (isWorse(verdict, worst)) worst = verdict;
  return worst;
}

export function isWorse(left: Verdict, right: Verdict): boolean {
  return verdicts.indexOf(left) > verdicts.indexOf(right);
}
