import type { DuckDBInstance } from "@duckdb/node-api";
import { tableText } from "../../core/schema/table-schema.ts";
import type { LoadOutcome, LoadRequest } from "../../ports/warehouse.ts";
import { type Errand, withTransaction } from "./duckdb-session.ts";
import { loadOne } from "./load-one.ts";
import { refuseChangedFiles } from "./refuse-changed-files.ts";
import { type FilledParts, fillParts } from "./split-load.ts";
import { UnreadableRowError } from "./stage-rows.ts";

/**
 * Loads all requests in one transaction. Rows are first read strictly, which is fastest; only a
 * source with a row that cannot be kept whole is read again row by row.
 * @throws STAGING_STALE where a file was written to meanwhile, whatever its reader made of it
 */
export async function loadSources(
  instance: DuckDBInstance,
  requests: readonly LoadRequest[],
  signal: AbortSignal,
): Promise<readonly LoadOutcome[]> {
  try {
    return await loadAll(instance, requests, signal);
  } catch (error) {
    if (!signal.aborted) {
      for (const { manifest } of requests) await refuseChangedFiles(manifest.files, error);
    }
    throw error;
  }
}

async function loadAll(
  instance: DuckDBInstance,
  requests: readonly LoadRequest[],
  signal: AbortSignal,
): Promise<readonly LoadOutcome[]> {
  const doing = `Loading ${requests.map(({ target }) => tableText(target)).join(", ")}`;
  const errand: Errand = { doing, signal };
  const filled = new Map<string, FilledParts>();
  for (const request of requests) {
    const parts = request.partRows === null ? null : await fillParts(instance, request, errand);
    if (parts !== null) filled.set(request.source, parts);
  }
  const lenient = new Set<string>();
  for (;;) {
    try {
      return await withTransaction(instance, errand, async (session) => {
        const outcomes: LoadOutcome[] = [];
        for (const [index, request] of requests.entries()) {
          const isLenient = lenient.has(request.source);
          const parts = filled.get(request.source) ?? null;
          outcomes.push(await loadOne(session, { request, index, isLenient, filled: parts }));
        }
        return outcomes;
      });
    } catch (error) {
      if (!(error instanceof UnreadableRowError) || lenient.has(error.source)) throw error;
      lenient.add(error.source);
    }
  }
}
