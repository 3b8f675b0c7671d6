import type { Fallback } from "../effects/safeguards.ts";
import type { Profile } from "../metadata/profile.ts";
import type { SourceSpec } from "../project/project.ts";
import type { DriftFacts } from "../rules/fact-schema.ts";
import { type Hash, hashOf } from "../std/hash.ts";
import { type Answer, type Asked, askSubject } from "./ask-subject.ts";
import type { Bypass } from "./blueprint.ts";
import type { SubjectHistory } from "./decide-input.ts";
import { degradeSource } from "./degrade.ts";
import type { PreparedDraft } from "./drafts.ts";
import { driftFacts, noDriftFacts } from "./drift-facts.ts";
import { sourceFacts } from "./facts.ts";
import { observedShapes } from "./observed-shapes.ts";
import { bypassSaid, declaredOf, identityOf, isReadAsItStands, qualityKnown } from "./said-of.ts";
import {
  type CycleContext,
  historyOf,
  holds,
  isCondemned,
  isOnTrial,
  leftOver,
  type Output,
  type SourceNode,
} from "./subject-node.ts";
import { partFingerprint, type Supply, supplyOf } from "./supply.ts";

/** Decides one source, as far as that does not depend on who needs it. */
export function decideSource(context: CycleContext, spec: SourceSpec): SourceNode {
  const profile = profileOf(context, spec);
  const history = historyOf(context, spec.name);
  const answer = askSubject(context, askedSource(context, spec));
  const { outcomes, classification, prepared, override, remakeOf } = answer;
  const fallback = fallbackIn(prepared);
  const isForced = override?.do === "force";
  const supply = supplyOf({ input: context.input, spec, profile, history, fallback, isForced });
  const made = supplied(context, answer, { spec, supply });
  const isHeldInPart = supply.state === "whole" && holdsPart(history, made, fallback);
  const fingerprint = isHeldInPart ? partFingerprint(made) : made;
  const isHeld = isReadable(supply) && holds(history, fingerprint);
  const said = bypassSaid(context, spec.name);
  const own = sourceBypass(answer, supply, {
    isHeld,
    isCondemned: isCondemned(history, { prepared, fingerprint }),
  });
  const bypass = said ?? own;
  const usesLastGood = fallback?.use === "last_good";
  const degraded = degradeSource(
    { subject: spec.name, bypass, history },
    { supply, usesLastGood, isHeldInPart },
  );
  return {
    kind: "source",
    subject: spec.name,
    spec,
    supply,
    degraded: degraded.own,
    outcomes,
    tier: classification.tier,
    tags: classification.tags,
    prepared,
    fingerprint,
    override,
    remakeOf,
    bypass,
    output: sourceOutput(fallback, history, {
      fingerprint,
      degraded: degraded.inherited,
      runs: bypass === null,
      isCurrent: isHeld || isReadAsItStands(said, own, override),
      hasKnownColumns: profile.schema !== null,
      isOnTrial: isOnTrial(history, { prepared, fingerprint, bypass }),
    }),
  };
}

function fallbackIn({ draft }: PreparedDraft): Fallback | null {
  return draft.tasks[0]?.safeguards.fallback ?? null;
}

/** Whether a supply has something to load. */
function isReadable({ state }: Supply): boolean {
  return state !== "absent" && state !== "short";
}

/** Identity of what a load leaves of a source that is had in this way. */
function supplied(
  context: CycleContext,
  { prepared, fingerprint, override }: Answer,
  { spec, supply }: { readonly spec: SourceSpec; readonly supply: Supply },
): Hash | null {
  if (supply.state === "part") return partFingerprint(fingerprint);
  if (supply.state !== "alternate") return fingerprint;
  const { connection, locator } = supply.from;
  const there = loadFingerprint(
    { ...spec, connection, locator },
    supply.profile.fingerprint,
    prepared.enforced,
  );
  return identityOf(there, override, historyOf(context, spec.name));
}

/** Whether the table holds what was found to be a part of this content when it was read. */
function holdsPart(
  history: SubjectHistory | null,
  whole: Hash | null,
  fallback: Fallback | null,
): boolean {
  return fallback?.use === "partial" && holds(history, partFingerprint(whole));
}

/** A source as the rules meet it; also for explanations, which ask them once more. */
export function askedSource(context: CycleContext, spec: SourceSpec): Asked {
  const profile = profileOf(context, spec);
  const history = historyOf(context, spec.name);
  const { standing } = context.input;
  const situation = {
    spec,
    profile,
    history,
    quality: qualityKnown(context, spec.name, {
      measured: profile.quality,
      committedAt: history?.output?.committedAt ?? null,
    }),
    isLate: standing.late.has(spec.name),
    isCircuitOpen: standing.circuits.has(spec.connection),
    consumers: context.readers.get(spec.name)?.length ?? 0,
    shapes: () => observedShapes(profile, context.input.drift.sources.get(spec.name)),
    now: context.cycle.now,
  };
  return {
    name: spec.name,
    kind: "source",
    declared: declaredOf(context, spec),
    gates: spec.gates,
    connection: spec.connection,
    retain: spec.retain,
    factsWith: (classification, change) => ({
      kind: "source",
      facts: sourceFacts(situation, classification, change),
      drift: sourceDriftFacts(context, spec),
    }),
    fingerprintWith: (enforced) => loadFingerprint(spec, profile.fingerprint, enforced),
  };
}

/** What rules see of a source's change of schema in this cycle. */
function sourceDriftFacts({ input, cycle }: CycleContext, spec: SourceSpec): DriftFacts {
  const drift = input.drift.sources.get(spec.name);
  const step = drift?.open[drift.before];
  if (drift === undefined || step === undefined) return noDriftFacts;
  const source = { spec, latest: drift.latest };
  return driftFacts(step.changes, [source], { since: drift.since, now: cycle.now });
}

/**
 * A source that nobody looked at is as good as out of reach.
 * The harvest probes every source in scope, so this is for callers that decide on a part of one.
 */
export function profileOf({ input }: CycleContext, spec: SourceSpec): Profile {
  return input.snapshot.profiles.get(spec.name)?.profile ?? unprobed(spec);
}

function unprobed(spec: SourceSpec): Profile {
  return {
    source: spec.name,
    connection: spec.connection,
    kind: "table",
    presence: { state: "unreachable", code: "NOT_PROBED", detail: "it was not probed" },
    fingerprint: null,
    volume: { rows: null, isExact: false, bytes: null, files: null, trend: null },
    cadence: { declaredMs: spec.cadenceMs, observedMs: null },
    changedAt: null,
    schema: null,
    arriving: [],
    quality: { failedChecks: null, quarantinedRows: null },
    reliability: { attempts: 0, failureRate: null, consecutiveFailures: 0 },
    lastLoad: null,
  };
}

function sourceBypass(
  { prepared: { draft }, outcomes, override }: Answer,
  supply: Supply,
  { isHeld, isCondemned }: { readonly isHeld: boolean; readonly isCondemned: boolean },
): Bypass | null {
  if (draft.activation.state === "bypassed" && override?.do !== "force") {
    return { reason: "rule", by: draft.activation.by };
  }
  const { route } = outcomes.effects;
  if (route?.value.to === "isolate") return { reason: "isolated", by: route.by[0] ?? null };
  if (supply.state === "absent") return { reason: "source_missing", by: null };
  if (supply.state === "short") {
    return { reason: "source_short", by: outcomes.effects.fallback?.by[0] ?? null };
  }
  if (isHeld) return { reason: "up_to_date", by: null };
  return isCondemned ? { reason: "condemned", by: null } : null;
}

function sourceOutput(
  fallback: Fallback | null,
  history: SubjectHistory | null,
  found: {
    readonly fingerprint: Hash | null;
    readonly runs: boolean;
    readonly isCurrent: boolean;
    readonly hasKnownColumns: boolean;
    readonly isOnTrial: boolean;
    readonly degraded: string | null;
  },
): Output {
  const { hasKnownColumns, isOnTrial, degraded } = found;
  const left = { ...leftOver(history, found.isCurrent), hasKnownColumns, isOnTrial, degraded };
  const output: Output = found.runs
    ? { ...left, state: "runs", fingerprint: found.fingerprint }
    : left;
  return fallback?.use === "last_good"
    ? { ...output, fallbackMaxAgeMs: fallback.maxAgeMs }
    : output;
}

/** Identity of what a load would leave: content, where it is read and how, and what must hold. */
function loadFingerprint(spec: SourceSpec, content: Hash | null, enforced: Hash): Hash | null {
  if (content === null) return null;
  const { strategy, key, loading } = spec;
  const load = { content, enforced, key, place: placeOf(spec), strategy };
  if (loading === undefined) return hashOf(load);
  // How far back it reads again changes nothing of what a load leaves.
  const { partitionBy, deletes, eventTime } = loading;
  return hashOf({ ...load, deletes, eventTime, partitionBy });
}

/** Identity of what an extraction would stage. */
export function extractFingerprint(spec: SourceSpec, content: Hash | null): Hash | null {
  return content === null ? null : hashOf({ content, place: placeOf(spec) });
}

const places = new WeakMap<SourceSpec, Hash>();

/** Identity of where a source is; the same for as long as its declaration is. */
function placeOf(spec: SourceSpec): Hash {
  const known = places.get(spec);
  if (known !== undefined) return known;
  const { connection, locator } = spec;
  const place = hashOf({ connection, locator });
  places.set(spec, place);
  return place;
}
