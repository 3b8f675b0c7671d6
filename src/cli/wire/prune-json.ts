import type { PruneReport } from "../../engine/prune.ts";

/** What `sluice prune --json` prints. */
export interface PruneJson {
  /** True when nothing was removed. */
  readonly dryRun: boolean;
  readonly runs: number;
  readonly events: number;
  readonly objects: number;
  readonly signals: number;
  readonly staged: { readonly extractions: number; readonly bytes: number };
  readonly versions: number;
}

export function pruneJson({ isTrial, catalog, staging, versions }: PruneReport): PruneJson {
  const { extractions, bytes } = staging;
  return { dryRun: isTrial, ...catalog, staged: { extractions, bytes }, versions };
}
