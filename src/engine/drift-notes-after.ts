import type { Stop } from "../core/compatibility/assessment.ts";
import { nextLags } from "../core/decide/next-lags.ts";
import { proposeChanges } from "../core/decide/propose-changes.ts";
import type { ModelNode } from "../core/decide/subject-node.ts";
import { canonicalJson } from "../core/std/canonical-json.ts";
import { compareText } from "../core/std/compare.ts";
import { toJson } from "../core/std/to-json.ts";
import type { Cycle } from "./cycle.ts";
import type { DriftNotes } from "./drift-notes.ts";
import type { RoutedModel } from "./drift-report.ts";

/** What a cycle's decision leaves to remember of shapes, as far as it is new. */
export function driftNotesAfter({ decided, histories }: Cycle, before: DriftNotes): DriftNotes {
  const lags = [...nextLags(decided)].filter(
    ([model, after]) =>
      canonicalJson(toJson(before.lags.get(model) ?? {})) !== canonicalJson(toJson(after)),
  );
  const routes = new Map<string, readonly RoutedModel[]>();
  for (const { source, drifts } of histories.values()) {
    const known = new Set(before.histories.get(source)?.drifts.map(({ id }) => id));
    const taken = routesFor(source, decided.workings.nodes.values());
    for (const { id } of drifts) if (!known.has(id)) routes.set(id, taken);
  }
  return {
    histories,
    lags: new Map(lags),
    negotiations: new Map(proposeChanges(decided).map((one) => [one.id, one] as const)),
    routes,
  };
}

/** The routes of all models that a source's change came to. */
function routesFor(
  source: string,
  nodes: Iterable<{ readonly kind: string } | ModelNode>,
): readonly RoutedModel[] {
  const routed: RoutedModel[] = [];
  for (const node of nodes) {
    if (!isModel(node) || node.route === null || node.reach === null) continue;
    const reached = node.reach.sources.find((one) => one.source === source);
    if (reached === undefined || reached.reaching.length === 0) continue;
    const { terms, stops } = node.reach.assessment;
    routed.push({
      subject: node.subject,
      route: node.route.to,
      rule: node.route.by,
      score: node.route.score,
      gate: node.route.gate,
      touched: [
        ...new Set([
          ...terms.filter((term) => term.source === source).map(({ because }) => because),
          ...stopsByProof(stops.filter((stop) => stop.source === source)),
        ]),
      ],
    });
  }
  return routed.sort((left, right) => compareText(left.subject, right.subject));
}

/** Where changes end, one line for each proof with the columns that it is about. */
function stopsByProof(stops: readonly Stop[]): readonly string[] {
  const columns = new Map<string, Set<string>>();
  for (const { because, column } of stops) {
    const known = columns.get(because);
    if (known === undefined) columns.set(because, new Set([column]));
    else known.add(column);
  }
  return [...columns].map(([because, names]) => {
    const named = [...names].filter((name) => name !== "" && name !== "*");
    return named.length === 0
      ? because
      : `${named.map((name) => `\`${name}\``).join(", ")}: ${because}`;
  });
}

function isModel(node: { readonly kind: string } | ModelNode): node is ModelNode {
  return node.kind === "model";
}
