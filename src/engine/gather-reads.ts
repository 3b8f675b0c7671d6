import type { DriftInput } from "../core/decide/drift-input.ts";
import type { ModelReads } from "../core/decide/model-reads.ts";
import type { CycleStart } from "./cycle-start.ts";
import { findReads } from "./find-reads.ts";
import type { Harvest } from "./harvest.ts";
import type { Parts } from "./parts.ts";
import { readKnownReads, writeKnownReads } from "./reads-cache.ts";
import { possibleShapes } from "./source-shapes.ts";

/** Which columns models read of inputs that can be taken apart, as a cycle decides with it. */
export async function gatherReads(
  parts: Parts,
  start: CycleStart,
  harvested: Harvest,
  drift: DriftInput,
): Promise<ReadonlyMap<string, ModelReads>> {
  const { models } = start.loaded.project;
  const shapes = possibleShapes(models, {
    sources: drift.sources,
    specs: new Map(harvested.sources.map((spec) => [spec.name, spec] as const)),
    profiles: harvested.snapshot.profiles,
    outputs: start.outputs,
  });
  const known = await readKnownReads(start.catalog);
  const wanted = { models, partedSources: new Set<string>(), shapes };
  const { reads, fresh } = await findReads(wanted, known, once(parts.openBinder));
  if (start.writer !== null) await writeKnownReads(start.writer, fresh);
  return reads;
}

function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => {
    opened ??= open();
    return opened;
  };
}
