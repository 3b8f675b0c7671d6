import type { MergedEffects } from "../effects/merged-effects.ts";
import type { BypassPolicy, ModelInput, ModelSpec } from "../project/project.ts";
import type { DriftFacts } from "../rules/fact-schema.ts";
import type { EpochMs } from "../std/time.ts";
import { type Answer, type Asked, askSubject } from "./ask-subject.ts";
import type { Bypass } from "./blueprint.ts";
import { degradeModel } from "./degrade.ts";
import { compatibilityFacts, driftFacts, noDriftFacts, untouched } from "./drift-facts.ts";
import type { ModelReach, ModelRoute } from "./drift-reach.ts";
import { modelFacts } from "./facts.ts";
import { type NodesBefore, outputOf, seenOf, type Way } from "./inputs-of.ts";
import { modelParts, transformFingerprint } from "./model-identity.ts";
import { reachModel } from "./reach-model.ts";
import { routeModel } from "./route-model.ts";
import { bypassSaid, declaredOf, isReadAsItStands, qualityKnown } from "./said-of.ts";
import { shownOf } from "./shown-of.ts";
import {
  type Arrival,
  type CycleContext,
  historyOf,
  holds,
  isCondemned,
  isOnTrial,
  leftOver,
  type ModelNode,
  nothing,
  type Output,
} from "./subject-node.ts";

/** Decides one model from what its inputs will hold. */
export function decideModel(context: CycleContext, nodes: NodesBefore, spec: ModelSpec): ModelNode {
  const { now } = context.cycle;
  const reads = context.input.reads.get(spec.name) ?? null;
  const arrivals = arrivalsOf(spec, nodes, now).map((arrival) => ({
    ...arrival,
    seen: seenOf(arrival, nodes, reads),
    isOnTrial: outputOf(nodes, arrival.subject).isOnTrial === true,
  }));
  const reach = reachModel(context, nodes, spec);
  const answer = askSubject(context, askedModel(context, spec, { arrivals, reach }));
  const { outcomes, classification, prepared, fingerprint, override, remakeOf } = answer;
  const history = historyOf(context, spec.name);
  const blocker = blockerOf(arrivals);
  const isHeld = blocker === null && holds(history, fingerprint);
  const route = routeOf(context, { spec, reach }, outcomes.effects);
  const said = bypassSaid(context, spec.name);
  const own = modelBypass(answer, route, {
    blocker,
    isHeld,
    isCondemned: isCondemned(history, answer),
  });
  const bypass = said ?? own;
  const making = { arrivals, enforced: prepared.enforced, adapters: route?.adapters ?? [] };
  const partsOf = (subject: string) => outputOf(nodes, subject).parts;
  const parts = remakeOf === null ? modelParts(spec, making, { reads, partsOf }) : null;
  const degraded = degradeModel({ subject: spec.name, bypass, history }, arrivals, (subject) =>
    outputOf(nodes, subject),
  );
  return {
    kind: "model",
    subject: spec.name,
    spec,
    degraded: degraded.own,
    outcomes,
    tier: classification.tier,
    tags: classification.tags,
    prepared,
    fingerprint,
    override,
    remakeOf,
    bypass,
    arrivals,
    exposure: context.input.drift.models.get(spec.name) ?? null,
    reach,
    route,
    flows: new Map(),
    isTimeBound:
      route?.to === "negotiate" ||
      spec.inputs.some((input) => mayExpire(outputOf(nodes, input.subject))),
    output: {
      ...(bypass === null
        ? { ...leftOver(history, false), state: "runs", fingerprint, parts }
        : outputOfBypassed(spec, {
            route: bypass.reason === "frozen" ? null : route,
            left: shownOf(context, nodes, {
              ...{ spec, making, reads, override, isHeld },
              left: isHeld
                ? { ...leftOver(history, true), parts }
                : leftOver(history, isReadAsItStands(said, own, override)),
            }),
          })),
      isOnTrial: isOnTrial(history, { ...answer, bypass }),
      degraded: degraded.inherited,
    },
  };
}

function routeOf(
  { input, cycle }: CycleContext,
  { spec, reach }: Pick<ModelNode, "spec" | "reach">,
  effects: MergedEffects,
): ModelRoute | null {
  return routeModel(spec, reach, effects.route, { drift: input.drift, now: cycle.now });
}

/** What a stopped model is worth to its readers: a view shows what is below it, so it is worth nothing. */
function outputOfBypassed(
  spec: ModelSpec,
  { route, left }: { readonly route: ModelRoute | null; readonly left: Output },
): Output {
  if (!isStopped(route)) return left;
  if (spec.materialize === "view") return nothing;
  if (route.meanwhile === "wait") return { ...left, isHeld: true };
  return route.meanwhile === "last_good" && route.to === "negotiate"
    ? { ...left, fallbackMaxAgeMs: null }
    : left;
}

function isStopped(route: ModelRoute | null): route is ModelRoute {
  return route?.to === "negotiate" || route?.to === "isolate";
}

/** A model as the rules meet it; also for explanations, which ask them once more. */
export function askedModel(
  context: CycleContext,
  spec: ModelSpec,
  { arrivals, reach }: Pick<ModelNode, "arrivals" | "reach">,
): Asked {
  const history = historyOf(context, spec.name);
  const situation = {
    spec,
    history,
    quality: qualityKnown(context, spec.name, {
      measured: history?.quality ?? null,
      committedAt: history?.output?.committedAt ?? null,
    }),
    consumers: context.readers.get(spec.name)?.length ?? 0,
    compatibility: reach === null ? untouched : compatibilityFacts(reach.assessment),
    now: context.cycle.now,
  };
  return {
    name: spec.name,
    kind: "model",
    declared: declaredOf(context, spec),
    gates: spec.gates,
    connection: null,
    factsWith: (classification, change) => ({
      kind: "model",
      facts: modelFacts(situation, classification, change),
      drift: reach === null ? noDriftFacts : reachFacts(context, reach),
    }),
    fingerprintWith: (enforced, effects) =>
      transformFingerprint(
        spec,
        {
          arrivals,
          enforced,
          adapters: routeOf(context, { spec, reach }, effects)?.adapters ?? [],
        },
        situation.history,
      ),
  };
}

/** What rules see of the changes that no decision has dealt with. */
function reachFacts({ input, cycle }: CycleContext, { sources }: ModelReach): DriftFacts {
  const open = sources.filter(({ reaching }) => reaching.length > 0);
  const since = open.length === 0 ? null : Math.max(...open.map(({ drift }) => drift.since));
  const drifted = open.flatMap(({ source, drift: { latest } }) => {
    const spec = input.scope.sources.get(source);
    return spec === undefined ? [] : [{ spec, latest }];
  });
  const changes = open.flatMap((one) => one.open);
  return driftFacts(changes, drifted, { since, now: cycle.now });
}

/** How the inputs of a model arrive: one by one, then for an input that is the only one to come. */
function arrivalsOf(spec: ModelSpec, nodes: NodesBefore, now: EpochMs): readonly Way[] {
  const arrivals = spec.inputs.map((input) => arrivalOf(input, nodes, now));
  const [only, ...others] = arrivals.filter(({ state }) => state !== "empty");
  if (only?.policy !== "without" || only.state !== "awaited" || others.length > 0) return arrivals;
  // Should it not come either, the model would have nothing to say, unless an older table is left.
  if (outputOf(nodes, only.subject).committedAt !== null) return arrivals;
  return arrivals.map((arrival) => (arrival === only ? { ...only, policy: "skip" } : arrival));
}

function arrivalOf(input: ModelInput, nodes: NodesBefore, now: EpochMs): Way {
  const output = outputOf(nodes, input.subject);
  const policy = policyOf(input, output, now);
  const { subject } = input;
  switch (output.state) {
    case "runs":
      return {
        subject,
        state: "awaited",
        policy: canFollow(policy, output) ? policy : "skip",
        fingerprint: output.fingerprint,
      };
    case "current":
      return { subject, state: "there", policy, fingerprint: output.fingerprint };
    case "stale":
      return policy === "last_good" || policy === "without"
        ? { subject, state: "there", policy, fingerprint: output.fingerprint }
        : { subject, state: "blocking", policy, fingerprint: null };
    case "absent":
      return {
        subject,
        state: policy === "without" && canFollow(policy, output) ? "empty" : "blocking",
        policy,
        fingerprint: null,
      };
  }
}

/** Whether there is something to run on by a policy, should the input not come. */
function canFollow(policy: BypassPolicy, { committedAt, hasKnownColumns }: Output): boolean {
  if (committedAt !== null) return true;
  return policy === "without" ? hasKnownColumns : policy !== "last_good";
}

/** A source's fallback speaks for all edges out of it: last good data while it is fresh enough, else none. */
function policyOf(input: ModelInput, output: Output, now: EpochMs): BypassPolicy {
  const { fallbackMaxAgeMs, committedAt } = output;
  if (output.isHeld === true) return "hold";
  if (fallbackMaxAgeMs === undefined) return input.onBypass;
  if (committedAt === null) return "skip";
  return fallbackMaxAgeMs === null || now - committedAt <= fallbackMaxAgeMs ? "last_good" : "skip";
}

function mayExpire(output: Output): boolean {
  const { fallbackMaxAgeMs, committedAt } = output;
  return fallbackMaxAgeMs !== undefined && fallbackMaxAgeMs !== null && committedAt !== null;
}

/** The first input without which the model cannot run. One that runs without all of its inputs has nothing to say. */
function blockerOf(arrivals: readonly Arrival[]): string | null {
  const blocking = arrivals.find((arrival) => arrival.state === "blocking");
  if (blocking !== undefined) return blocking.subject;
  const isEmpty = arrivals.length > 0 && arrivals.every((arrival) => arrival.state === "empty");
  return isEmpty ? (arrivals[0]?.subject ?? null) : null;
}

function modelBypass(
  { prepared: { draft }, override }: Answer,
  route: ModelRoute | null,
  found: {
    readonly blocker: string | null;
    readonly isHeld: boolean;
    readonly isCondemned: boolean;
  },
): Bypass | null {
  if (draft.activation.state === "bypassed" && override?.do !== "force") {
    return { reason: "rule", by: draft.activation.by };
  }
  if (isStopped(route)) return { reason: "isolated", by: route.by };
  if (found.blocker !== null) return { reason: "upstream", by: found.blocker };
  if (found.isHeld) return { reason: "up_to_date", by: null };
  return found.isCondemned ? { reason: "condemned", by: null } : null;
}
