import type { DecideInput } from "./decide-input.ts";
import type { SubjectNode } from "./subject-node.ts";

/** The level of pressure at which optional branches are left out. */
const sparingLevel = 3;

/** What runs so short that optional branches are left out, the first by name; `null` when nothing does. */
export function pressingResource({ standing }: Pick<DecideInput, "standing">): string | null {
  const pressing = [...standing.pressure].filter(([, { level }]) => level >= sparingLevel);
  return pressing.map(([resource]) => resource).sort()[0] ?? null;
}

/**
 * The optional subjects that may be left out: whatever reads one may be left out too. What is of
 * tier 0, and what somebody forces, never may.
 * @param models all models, each after the models that it reads.
 */
export function findSpared(
  input: Pick<DecideInput, "standing">,
  nodes: ReadonlyMap<string, SubjectNode>,
  models: readonly { readonly name: string }[],
): ReadonlySet<string> {
  if (pressingResource(input) === null) return new Set();
  const spared = new Set<string>();
  for (const node of nodes.values()) if (isDispensable(input, node)) spared.add(node.subject);
  for (let index = models.length - 1; index >= 0; index--) {
    const node = nodes.get(models[index]?.name ?? "");
    if (node?.kind !== "model" || spared.has(node.subject)) continue;
    for (const { subject } of node.spec.inputs) spared.delete(subject);
  }
  return spared;
}

function isDispensable(
  { standing }: Pick<DecideInput, "standing">,
  { subject, spec, tier }: SubjectNode,
): boolean {
  return spec.optional && tier > 0 && standing.overrides.get(subject)?.do !== "force";
}
