import type { ModelSpec } from "../core/project/project.ts";
import { type LineageTools, lineageOfModels, type ModelLineage } from "./project-lineage.ts";
import { type KnownShapes, shapesMadeFor } from "./source-shapes.ts";

/**
 * The lineage of models over the shapes that each was written for. That is the earlier shape of a
 * source that drifted, unless the SQL binds to the later one alone: then somebody has rewritten it.
 * @param models each after those that it reads
 */
export async function lineageAsWritten(
  models: readonly ModelSpec[],
  known: KnownShapes,
  tools: LineageTools,
): Promise<ReadonlyMap<string, ModelLineage>> {
  const sources = shapesMadeFor(models, known, "earlier");
  const earlier = await lineageOfModels({ models, sources }, tools);
  const isWhole = [...earlier.values()].every(({ bind }) => bind.ok);
  if (isWhole || known.sources.size === 0) return earlier;
  const later = await lineageOfModels(
    { models, sources: shapesMadeFor(models, known, "later") },
    tools,
  );
  return new Map(
    [...earlier].map(([name, one]) => {
      const other = later.get(name);
      return [name, !one.bind.ok && other?.bind.ok === true ? other : one] as const;
    }),
  );
}
