import { type Assessment, type Verdict, verdicts } from "../compatibility/assessment.ts";
import type { MergedEffects } from "../effects/merged-effects.ts";
import type { ModelSpec } from "../project/project.ts";
import { negotiatedRoute, negotiationId } from "../routes/negotiation-status.ts";
import type { Adapter, Meanwhile, RouteKind } from "../routes/route.ts";
import type { Hash } from "../std/hash.ts";
import type { EpochMs } from "../std/time.ts";
import { adaptSource } from "./adapt-source.ts";
import type { DriftInput } from "./drift-input.ts";
import type { ModelReach, ModelRoute, SourceReach } from "./drift-reach.ts";
import { assessThrough } from "./reach-model.ts";

type Asked = NonNullable<MergedEffects["route"]>;

/** Nothing worse than this goes on where no rule speaks. */
const passesUnasked: Verdict = "drift";

/**
 * The route of a model: what rules ask for, as far as it can be done, and what was agreed on.
 * A model that nothing reaches has one only when a rule isolates it.
 */
export function routeModel(
  spec: ModelSpec,
  reach: ModelReach | null,
  asked: Asked | null,
  at: { readonly drift: DriftInput; readonly now: EpochMs },
): ModelRoute | null {
  if (reach === null) return asked?.value.to === "isolate" ? isolated(asked) : null;
  const open = reach.sources.filter((source) => source.reaching.length > 0);
  if (open.length === 0) return standing(spec, reach, asked);
  const wanted = asked?.value.to ?? unasked(reach.assessment);
  const by = asked?.by[0] ?? null;
  const because = asked?.value.because ?? null;
  const routed = { spec, reach, by, because, meanwhile: asked?.value.meanwhile ?? null };
  switch (wanted) {
    case "pass":
      return carried(routed, "pass");
    case "adapt":
      return unlessHarmful(routed, carried(routed, "adapt"));
    case "negotiate":
      return negotiated(routed, open, at);
    case "isolate":
      return stopped(routed, "isolate");
  }
}

/** Rules that are silent let nothing through that would break or corrupt. */
function unasked({ gate }: Assessment): RouteKind {
  return verdicts.indexOf(gate) <= verdicts.indexOf(passesUnasked) ? "pass" : "isolate";
}

interface Routed {
  readonly spec: ModelSpec;
  readonly reach: ModelReach;
  readonly by: string | null;
  readonly because: string | null;
  readonly meanwhile: Meanwhile | null;
}

/** Nothing new: what an earlier cycle decided goes on. */
function standing(spec: ModelSpec, reach: ModelReach, asked: Asked | null): ModelRoute | null {
  if (asked?.value.to === "isolate") {
    const [by = null] = asked.by;
    return stopped({ spec, reach, by, because: asked.value.because, meanwhile: null }, "isolate");
  }
  const adapted = reach.sources.filter(({ lag }) => lag?.route === "adapt");
  if (adapted.length === 0) return null;
  const by = adapted[0]?.lag?.by ?? null;
  return carried({ spec, reach, by, because: null, meanwhile: null }, "adapt");
}

/**
 * The model runs: on the new shape of some sources, and through adapters on others. One that would
 * break or be corrupted without an adapter, and for which none can be made, is stopped.
 */
function carried(routed: Routed, wanted: "pass" | "adapt", isAgreed = false): ModelRoute {
  const adapters: Adapter[] = [];
  for (const source of routed.reach.sources) {
    const isStanding = source.lag?.route === "adapt";
    const isWanted = wanted === "adapt" && needsAdapter(routed.reach, source);
    if (!isStanding && !isWanted) continue;
    if (source.drift.open[source.version]?.isBack === true) continue;
    const plan = adaptSource(source, routed.reach.exposure, isAgreed);
    if (plan.ok) adapters.push(plan.adapter);
    else if (isStanding || isHarmed(routed.reach, source)) {
      const because = `${source.source} cannot be read as it was: ${plan.because}`;
      return stopped({ ...routed, because }, "isolate");
    }
  }
  const to = adapters.length > 0 ? "adapt" : "pass";
  return { ...routeOf(routed), to, negotiation: null, adapters, meanwhile: null };
}

/** A rule may adapt only what then neither breaks nor corrupts; people may agree to more. */
function unlessHarmful(routed: Routed, route: ModelRoute): ModelRoute {
  const { gate, terms } = assessThrough(routed.spec, routed.reach, route.adapters);
  if (verdicts.indexOf(gate) <= verdicts.indexOf(passesUnasked)) return route;
  const because = `No adapter mends it: ${whyNoAdapter(routed.reach) ?? terms[0]?.because ?? gate}`;
  return stopped({ ...routed, because }, "isolate");
}

function whyNoAdapter({ sources, exposure }: ModelReach): string | null {
  const plans = sources.map((source) => adaptSource(source, exposure));
  return plans.flatMap((plan) => (plan.ok ? [] : plan.because))[0] ?? null;
}

/** Whether something about a source is worse than absorbed for the model that reads it. */
function needsAdapter(reach: ModelReach, source: SourceReach): boolean {
  return isWorseThan("absorbed", reach, source);
}

/** Whether it would break the model, or corrupt its result. */
function isHarmed(reach: ModelReach, source: SourceReach): boolean {
  return isWorseThan("drift", reach, source);
}

function isWorseThan(limit: Verdict, { assessment }: ModelReach, { source }: SourceReach): boolean {
  const table = `raw.${source}`;
  return assessment.terms.some(
    (term) => term.table === table && verdicts.indexOf(term.verdict) > verdicts.indexOf(limit),
  );
}

/** All sources in question have to be agreed on. */
function negotiated(
  routed: Routed,
  open: readonly SourceReach[],
  { drift, now }: { readonly drift: DriftInput; readonly now: EpochMs },
): ModelRoute {
  let isAdapted = false;
  for (const { source, drift: of } of open) {
    const id = negotiationId(source, of.latest.id);
    const negotiation = drift.negotiations.get(id);
    // An answer speaks for the models that whoever gave it was shown.
    const isAsked = negotiation?.affected.some(({ model }) => model === routed.spec.name) === true;
    const route = isAsked && negotiation ? negotiatedRoute(negotiation, now) : "negotiate";
    if (route === "negotiate" || route === "isolate") return stopped(routed, route, id);
    if (route === "adapt") isAdapted = true;
  }
  const agreed = carried(routed, isAdapted ? "adapt" : "pass", true);
  const [first] = open;
  const id = first === undefined ? null : negotiationId(first.source, first.drift.latest.id);
  return { ...agreed, negotiation: id };
}

function stopped(routed: Routed, to: "negotiate" | "isolate", id: Hash | null = null): ModelRoute {
  const { meanwhile } = routed;
  return { ...routeOf(routed), to, negotiation: id, adapters: [], meanwhile };
}

function routeOf({ reach, by, because }: Routed) {
  const { gate, score, evidence } = reach.assessment;
  const sources = reach.sources.map(({ source }) => source);
  return { by, because, gate, score, evidence, sources };
}

/** A rule stops the model, whatever its inputs look like. */
function isolated({ value, by }: Asked): ModelRoute {
  return {
    to: "isolate",
    by: by[0] ?? null,
    because: value.because,
    negotiation: null,
    adapters: [],
    meanwhile: null,
    gate: "safe",
    score: 1,
    evidence: 0,
    sources: [],
  };
}
