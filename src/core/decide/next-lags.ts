import { adaptSource } from "./adapt-source.ts";
import type { Decided, Workings } from "./decided.ts";
import type { Lag, ModelExposure } from "./drift-input.ts";
import type { SourceReach } from "./drift-reach.ts";
import type { ModelNode } from "./subject-node.ts";

/** By source: where one model stays behind. */
export type ModelLags = Readonly<Record<string, Lag>>;

/**
 * Where every exposed model stands towards its sources once a decision is carried out: what the
 * next cycle starts from. A model that reads the newest shape of all of its sources has no lag.
 */
export function nextLags({ workings }: Decided): ReadonlyMap<string, ModelLags> {
  const lags = new Map<string, ModelLags>();
  for (const name of workings.context.input.drift.models.keys()) {
    const node = workings.nodes.get(name);
    if (node?.kind === "model") lags.set(name, lagsOf(workings, node));
  }
  return lags;
}

function lagsOf(workings: Workings, node: ModelNode): ModelLags {
  const { spec, reach, route, exposure } = node;
  const lags: Record<string, Lag> = {};
  const by = route?.by ?? null;
  const { code } = spec;
  for (const one of reach?.sources ?? []) {
    const { source, version, changes, reaching, drift } = one;
    const lag = exposure === null ? one.lag : tenableLag(one, exposure);
    const earlier = exposure?.lags[source];
    if (earlier !== undefined && drift.open[version]?.isBack === true) {
      // It runs as long as the source is back, and what was decided holds when it is not.
      lags[source] = earlier;
      continue;
    }
    const isAdapted = route?.adapters.some((adapter) => adapter.source === source) === true;
    const isWaiting = isStopped(node) && (reaching.length > 0 || one.lag?.route === "adapt");
    if (isAdapted) {
      lags[source] = { version, settled: changes, route: "adapt", by, code };
    } else if (isWaiting || isBehind(workings, node, source)) {
      lags[source] = { version, settled: lag?.settled ?? [], route: lag?.route ?? null, by, code };
    }
  }
  return lags;
}

/** An adapter that rows have disproved is settled no more: later cycles have no such rows to ask. */
function tenableLag(source: SourceReach, exposure: ModelExposure): Lag | null {
  const { lag } = source;
  if (lag?.route !== "adapt" || adaptSource(source, exposure).ok) return lag;
  return { ...lag, settled: [], route: null };
}

function isStopped({ route }: ModelNode): boolean {
  return route?.to === "negotiate" || route?.to === "isolate";
}

/**
 * Whether a model between a source and this one keeps its changes back: it is stopped, or reads the
 * old shape. Nobody below has met them, so they are still to be judged there when it lets them by.
 */
function isBehind(workings: Workings, { spec }: ModelNode, source: string): boolean {
  const { context, nodes } = workings;
  return spec.inputs.some(({ subject }) => {
    const above = nodes.get(subject);
    if (above?.kind !== "model" || !context.sourcesAbove(subject).has(source)) return false;
    const isAdapted = above.route?.adapters.some((adapter) => adapter.source === source) === true;
    return isAdapted || isStopped(above) || isBehind(workings, above, source);
  });
}
