import type { Bypass, BypassReason } from "../../core/decide/blueprint.ts";
import type { ActiveReason } from "../../core/decide/why-report.ts";
import { printable } from "../text/printable.ts";

/** How a state is marked beside its colour; `»` runs through an adapter, `≈` on a fallback. */
export type Mark = "+" | "»" | "≈" | "=" | "-" | "!";

const marks: Readonly<Record<BypassReason, Mark>> = {
  up_to_date: "=",
  rule: "-",
  upstream: "-",
  source_missing: "!",
  frozen: "!",
  isolated: "!",
  not_demanded: "-",
  source_short: "!",
  condemned: "!",
  pressure: "-",
  override: "-",
};

/** The mark of a bypass: `=` needs nothing, `-` is left out on purpose, `!` wants a look. */
export function bypassMark(reason: BypassReason): Mark {
  return marks[reason];
}

const words: Readonly<Record<BypassReason, string>> = {
  up_to_date: "up to date",
  rule: "bypassed by a rule",
  upstream: "held back by what comes before it",
  source_missing: "source is missing",
  frozen: "frozen",
  isolated: "isolated",
  not_demanded: "not demanded",
  source_short: "too little of it came",
  condemned: "undone once, and not changed since",
  pressure: "left out under pressure",
  override: "bypassed by an operator",
};

const tags: Readonly<Record<BypassReason, string>> = {
  up_to_date: "up to date",
  rule: "by a rule",
  upstream: "upstream",
  source_missing: "source missing",
  frozen: "frozen",
  isolated: "isolated",
  not_demanded: "not demanded",
  source_short: "source short",
  condemned: "condemned",
  pressure: "under pressure",
  override: "by an operator",
};

/** A bypass reason as it is counted: `3 up to date`. */
export function reasonTag(reason: BypassReason): string {
  return tags[reason];
}

const activeWords: Readonly<Record<ActiveReason, string>> = {
  new: "it was never made",
  gone: "what was made of it is gone",
  changed: "what it would make differs from what is there",
  unknown: "whether anything changed cannot be told",
  follows: "the task before it runs",
  unmeasured: "what is there was never measured with these checks",
  forced: "somebody says that it shall run, whatever is known of it",
};

/** A reason to run or not to run in words, without its cause; a code of a failure as it is. */
export function reasonWords(reason: string): string {
  if (isBypassReason(reason)) return words[reason];
  return isActiveReason(reason) ? activeWords[reason] : reason;
}

/** A bypass in words, with the rule or upstream subject that caused it. */
export function bypassWords(bypass: Bypass): string {
  const by = bypass.by === null ? null : printable(bypass.by);
  if (by === null) return words[bypass.reason];
  if (bypass.reason === "rule") return `bypassed by ${by}`;
  if (bypass.reason === "upstream") return `held back by ${by}`;
  return `${words[bypass.reason]} (${by})`;
}

function isActiveReason(reason: string): reason is ActiveReason {
  return Object.hasOwn(activeWords, reason);
}

function isBypassReason(reason: string): reason is BypassReason {
  return Object.hasOwn(words, reason);
}
