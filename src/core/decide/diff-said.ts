import type { StandingOverride } from "../signals/standing.ts";
import { canonicalJson } from "../std/canonical-json.ts";
import type { DecideInput } from "./decide-input.ts";

/** What of signals, and of what the cycle is about, made a subject come out otherwise. */
export function* saidCauses(
  before: DecideInput,
  after: DecideInput,
  subject: string,
): Generator<string> {
  const old = before.standing;
  const young = after.standing;
  const override = [old.overrides.get(subject), young.overrides.get(subject)] as const;
  if (canonicalJson(override[0] ?? null) !== canonicalJson(override[1] ?? null)) {
    yield overrideCause(subject, ...override);
  }
  const tier = young.tiers.get(subject)?.tier;
  if (tier !== undefined && tier !== old.tiers.get(subject)?.tier) {
    yield `a signal says that ${subject} is of tier ${tier}`;
  }
  const quality = young.quality.get(subject);
  if (quality !== undefined && quality.signal !== old.quality.get(subject)?.signal) {
    yield `a signal tells of ${quality.failedChecks} failed checks of ${subject}`;
  }
  if (young.late.has(subject) !== old.late.has(subject)) {
    yield `a signal says that ${subject} is ${young.late.has(subject) ? "late" : "back"}`;
  }
  const connection = after.scope.sources.get(subject)?.connection ?? "";
  if (young.circuits.has(connection) !== old.circuits.has(connection)) {
    const state = young.circuits.has(connection) ? "opened" : "closed";
    yield `the circuit of ${connection} ${state}`;
  }
  const wasIn = before.focus === null || before.focus.includes(subject);
  const isIn = after.focus === null || after.focus.includes(subject);
  if (wasIn !== isIn) yield `the cycle is ${isIn ? "" : "not "}about ${subject}`;
}

function overrideCause(
  subject: string,
  before: StandingOverride | undefined,
  after: StandingOverride | undefined,
): string {
  if (after === undefined) return `the override of ${before?.by} on ${subject} ended`;
  return `${after.by} says to ${after.do} ${subject}: ${after.why}`;
}
