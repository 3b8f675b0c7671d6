import { isUnwanted } from "./said-of.ts";
import type { SubjectNode } from "./subject-node.ts";

/**
 * The subjects that nothing asks for: they run only when used, no rule forces them, and no model
 * that is asked for reads them. A model that is not wanted, or that is left out, asks for nothing.
 * @param models all models, each after the models that it reads.
 * @param spared the models that are left out under pressure.
 */
export function findIdle(
  nodes: ReadonlyMap<string, SubjectNode>,
  models: readonly { readonly name: string }[],
  spared: ReadonlySet<string>,
): ReadonlySet<string> {
  const idle = new Set<string>();
  for (const node of nodes.values()) if (!asksForItself(node)) idle.add(node.subject);
  if (idle.size === 0) return idle;
  for (let index = models.length - 1; index >= 0; index--) {
    const node = nodes.get(models[index]?.name ?? "");
    if (node?.kind !== "model" || idle.has(node.subject) || spared.has(node.subject)) continue;
    if (isUnwanted(node.bypass)) continue;
    for (const { subject } of node.spec.inputs) idle.delete(subject);
  }
  return idle;
}

function asksForItself({ spec, prepared, override }: SubjectNode): boolean {
  return (
    spec.demand === "always" ||
    prepared.draft.activation.state === "forced" ||
    override?.do === "force"
  );
}
