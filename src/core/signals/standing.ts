import { canonicalJson } from "../std/canonical-json.ts";
import { compareText } from "../std/compare.ts";
import type { EpochMs } from "../std/time.ts";
import { unreachable } from "../std/unreachable.ts";
import type { PressureLevel, Signal, SignalOf } from "./signal.ts";

/**
 * What signals say that holds at an instant. Of one subject the latest word counts: an override
 * replaces the one before it, and when it ends, nothing comes back.
 */
export interface Standing {
  /** By source or model. */
  readonly overrides: ReadonlyMap<string, StandingOverride>;
  /** By source or model. */
  readonly tiers: ReadonlyMap<string, StandingTier>;
  /** By source or model: what was measured elsewhere. */
  readonly quality: ReadonlyMap<string, StandingQuality>;
  /** By source. */
  readonly late: ReadonlyMap<string, StandingLate>;
  /** By connection: those that are open. */
  readonly circuits: ReadonlyMap<string, StandingCircuit>;
  /** By resource: those that run short. */
  readonly pressure: ReadonlyMap<string, StandingPressure>;
}

/** Somebody's word on a subject. */
export interface StandingOverride {
  readonly do: "bypass" | "force" | "freeze";
  readonly by: string;
  readonly why: string;
  /** `null`: until it is lifted. */
  readonly until: EpochMs | null;
  /** The signal's id. */
  readonly signal: string;
  readonly cancel: boolean;
}

export interface StandingTier {
  readonly tier: number;
  readonly signal: string;
}

export interface StandingQuality {
  readonly failedChecks: number;
  readonly at: EpochMs;
  readonly signal: string;
}

export interface StandingLate {
  readonly since: EpochMs;
  readonly signal: string;
}

export interface StandingCircuit {
  readonly openedAt: EpochMs;
  readonly until: EpochMs;
  readonly because: string;
}

export interface StandingPressure {
  readonly level: PressureLevel;
  readonly signal: string;
}

/** Nothing was said, or nothing of it holds. */
export const noStanding: Standing = {
  overrides: new Map(),
  tiers: new Map(),
  quality: new Map(),
  late: new Map(),
  circuits: new Map(),
  pressure: new Map(),
};

/** Whether nothing holds. */
export function isNeutral(standing: Standing): boolean {
  return Object.values(standing).every((part: ReadonlyMap<string, object>) => part.size === 0);
}

/** What of a standing still holds at an instant: what has ended is as if nobody had said it. */
export function standingAt(standing: Standing, now: EpochMs): Standing {
  const overrides = lasting(standing.overrides, ({ until }) => until === null || until > now);
  const circuits = lasting(standing.circuits, ({ until }) => until > now);
  const isSame = overrides === standing.overrides && circuits === standing.circuits;
  return isSame ? standing : { ...standing, overrides, circuits };
}

/** The same map where all of it lasts. */
function lasting<T>(
  part: ReadonlyMap<string, T>,
  lasts: (value: T) => boolean,
): ReadonlyMap<string, T> {
  const kept = [...part].filter(([, value]) => lasts(value));
  return kept.length === part.size ? part : new Map(kept);
}

type Draft = {
  readonly [K in keyof Standing]: Map<
    string,
    Standing[K] extends ReadonlyMap<string, infer V> ? V : never
  >;
};

/**
 * What a list of signals says that holds at `now`. A signal that arrived twice counts once, and the
 * order of arrival does not matter: they are taken in the order in which they happened.
 */
export function standingOf(signals: Iterable<Signal>, now: EpochMs): Standing {
  const draft: Draft = {
    overrides: new Map(),
    tiers: new Map(),
    quality: new Map(),
    late: new Map(),
    circuits: new Map(),
    pressure: new Map(),
  };
  for (const signal of inOrder(signals)) apply(draft, signal);
  return standingAt(draft, now);
}

/** Each signal once, in the order in which they happened. */
function inOrder(signals: Iterable<Signal>): readonly Signal[] {
  // One sender may use an id twice by mistake; which of both counts must not depend on arrival.
  const sorted = [...signals].sort(compareSignals);
  const seen = new Set<string>();
  return sorted.filter(({ source, id }) => {
    const key = canonicalJson([source, id]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function compareSignals(left: Signal, right: Signal): number {
  return (
    left.at - right.at ||
    compareText(left.id, right.id) ||
    compareText(left.source, right.source) ||
    compareText(canonicalJson(left), canonicalJson(right))
  );
}

function apply(draft: Draft, signal: Signal): void {
  const { subject, at, id } = signal;
  switch (signal.type) {
    case "source.late":
      if (!draft.late.has(subject)) draft.late.set(subject, { since: at, signal: id });
      return;
    case "source.back":
    case "source.changed":
      draft.late.delete(subject);
      return;
    case "quality.dropped": {
      const { failedChecks } = signal.data;
      draft.quality.set(subject, { failedChecks, at, signal: id });
      return;
    }
    case "tier.changed":
      draft.tiers.set(subject, { tier: signal.data.tier, signal: id });
      return;
    case "circuit.opened":
      draft.circuits.set(subject, { openedAt: at, ...signal.data });
      return;
    case "circuit.closed":
      draft.circuits.delete(subject);
      return;
    case "pressure": {
      const { level } = signal.data;
      if (level === 0) draft.pressure.delete(subject);
      else draft.pressure.set(subject, { level, signal: id });
      return;
    }
    case "override.bypass":
      setOverride(draft, signal, "bypass");
      return;
    case "override.force":
      setOverride(draft, signal, "force");
      return;
    case "override.freeze":
      setOverride(draft, signal, "freeze");
      return;
    case "override.lift":
      draft.overrides.delete(subject);
      return;
    case "schema.changed":
    case "cycle.due":
      // They ask for another look, and say nothing that holds.
      return;
    default:
      unreachable(signal);
  }
}

function setOverride(
  draft: Draft,
  {
    subject,
    id,
    data: { by, why, until, cancel = false },
  }: SignalOf<"override.bypass" | "override.force" | "override.freeze">,
  what: StandingOverride["do"],
): void {
  draft.overrides.set(subject, { do: what, by, why, until, signal: id, cancel });
}
