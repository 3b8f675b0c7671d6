import type { Bypass } from "./blueprint.ts";
import type { SubjectHistory } from "./decide-input.ts";
import { isUnwanted } from "./said-of.ts";
import { shareText } from "./share.ts";
import type { Arrival, Output } from "./subject-node.ts";
import { type Supply, supplyText } from "./supply.ts";

/** What makes a subject's table less than it should be, and what those who read it inherit of that. */
export interface Degraded {
  readonly own: string | null;
  readonly inherited: string | null;
}

/** What is known of a subject once its bypass is. */
interface Outcome {
  readonly subject: string;
  readonly bypass: Bypass | null;
  readonly history: SubjectHistory | null;
}

/** What is known of a source beside its bypass. */
interface SourceOutcome {
  readonly supply: Supply;
  /** A fallback says that its last good data is read. */
  readonly usesLastGood: boolean;
  /** What it holds was found to be a part when it was read. */
  readonly isHeldInPart: boolean;
}

/**
 * Whether a source's table is, or is read as, less than it should be. Nothing in it depends on the
 * time: a fallback that allows some age counts as used while the source stays away.
 */
export function degradeSource(
  outcome: Outcome,
  { supply, usesLastGood, isHeldInPart }: SourceOutcome,
): Degraded {
  const { subject, bypass, history } = outcome;
  const kept = history?.degraded?.because ?? null;
  if (bypass === null) return both(supplyText(subject, supply));
  if (bypass.reason === "up_to_date") {
    return both(isHeldInPart ? kept : supplyText(subject, supply));
  }
  if (bypass.reason === "condemned") return both(undoneText(subject));
  const away = awayText(outcome, supply);
  const hasGood = history?.output?.exists === true;
  if (usesLastGood && hasGood) return both(`${subject} ${away}, and its last good data is read`);
  return { own: kept, inherited: isUnwanted(bypass) ? kept : oldText(subject, away) };
}

/** Whether a model is made, or was made, of what is less than it should be. */
export function degradeModel(
  outcome: Outcome,
  arrivals: readonly Arrival[],
  outputOf: (subject: string) => Output,
): Degraded {
  const { subject, bypass, history } = outcome;
  if (bypass === null || bypass.reason === "up_to_date") {
    return both(arrivals.map((arrival) => inheritedBy(arrival, outputOf)).find(isSaid) ?? null);
  }
  if (bypass.reason === "condemned") return both(undoneText(subject));
  const kept = history?.degraded?.because ?? null;
  const isLeft = isUnwanted(bypass);
  return { own: kept, inherited: isLeft ? kept : oldText(subject, awayText(outcome, null)) };
}

function inheritedBy({ subject, state }: Arrival, outputOf: (subject: string) => Output) {
  if (state === "empty") return `${subject} never came, and is read as empty`;
  return outputOf(subject).degraded ?? null;
}

function isSaid(text: string | null): text is string {
  return text !== null;
}

function both(because: string | null): Degraded {
  return { own: because, inherited: because };
}

/** What is said of a result that its own check has undone. */
export function undoneText(subject: string): string {
  return `${subject} was condemned by its check, and is as it was before`;
}

function oldText(subject: string, away: string): string {
  return `${subject} ${away}, and is read as it was`;
}

function awayText({ bypass }: Outcome, supply: Supply | null): string {
  if (supply?.state === "absent") return `is ${supply.because}`;
  if (supply?.state === "short") return `has only ${shareText(supply.share)}`;
  if (bypass?.reason === "isolated") return "is isolated";
  if (bypass?.reason === "rule") return "is bypassed by a rule";
  if (bypass?.reason !== "upstream") return "is not current";
  return bypass.by === null ? "is held back" : `is held back by ${bypass.by}`;
}
