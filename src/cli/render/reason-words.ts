import type { Bypass, BypassReason } from "../../core/decide/blueprint.ts";
import { printable } from "../text/printable.ts";

/** How a state is marked beside its colour. */
export type Mark = "+" | "=" | "-" | "!";

const marks: Readonly<Record<BypassReason, Mark>> = {
  up_to_date: "=",
  rule: "-",
  upstream: "-",
  source_missing: "!",
  frozen: "!",
  isolated: "!",
  not_demanded: "-",
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
  override: "bypassed by an operator",
};

/** A bypass reason in words, without its cause. */
export function reasonWords(reason: string): string {
  return isBypassReason(reason) ? words[reason] : reason;
}

/** A bypass in words, with the rule or upstream subject that caused it. */
export function bypassWords(bypass: Bypass): string {
  const by = bypass.by === null ? null : printable(bypass.by);
  if (by === null) return words[bypass.reason];
  if (bypass.reason === "rule") return `bypassed by ${by}`;
  if (bypass.reason === "upstream") return `held back by ${by}`;
  return `${words[bypass.reason]} (${by})`;
}

function isBypassReason(reason: string): reason is BypassReason {
  return Object.hasOwn(words, reason);
}
