import type { Decided } from "./decided.ts";
import type { Lag } from "./drift-input.ts";
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
    if (node?.kind === "model") lags.set(name, lagsOf(node));
  }
  return lags;
}

function lagsOf({ spec, reach, route, exposure }: ModelNode): ModelLags {
  const lags: Record<string, Lag> = {};
  const by = route?.by ?? null;
  const { code } = spec;
  const isStopped = route?.to === "negotiate" || route?.to === "isolate";
  for (const { source, version, changes, reaching, lag, drift } of reach?.sources ?? []) {
    const earlier = exposure?.lags[source];
    if (earlier !== undefined && drift.open[version]?.isBack === true) {
      // It runs as long as the source is back, and what was decided holds when it is not.
      lags[source] = earlier;
      continue;
    }
    const isAdapted = route?.adapters.some((adapter) => adapter.source === source) === true;
    if (isAdapted) {
      lags[source] = { version, settled: changes, route: "adapt", by, code };
    } else if (isStopped && (reaching.length > 0 || lag?.route === "adapt")) {
      lags[source] = { version, settled: lag?.settled ?? [], route: lag?.route ?? null, by, code };
    }
  }
  return lags;
}
