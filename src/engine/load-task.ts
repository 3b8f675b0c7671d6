import { plainLoading } from "../core/project/load-options.ts";
import type { TaskResult } from "../core/run/run-event.ts";
import { present } from "../core/std/assert.ts";
import { type Hash, hashOf } from "../core/std/hash.ts";
import { OperatingError } from "../errors/operating-error.ts";
import type { Manifest } from "../ports/staging.ts";
import type { LoadOutcome, LoadRequest } from "../ports/warehouse.ts";
import { measurementsJson } from "./measurements-json.ts";
import {
  type PlannedTask,
  provenanceOf,
  rawTable,
  type TaskContext,
  type TaskHandler,
} from "./task-context.ts";

/** Reads manifests into the warehouse. All loads of a batch commit in one transaction, or none. */
export const loadTask: TaskHandler = async (planned, context, signal) => {
  const requests = await Promise.all(planned.map((one) => loadRequest(one, context)));
  const outcomes = await context.warehouse.load(requests, signal);
  return outcomes.map((outcome, index) =>
    toResult(outcome, {
      fingerprint: present(requests[index], "an outcome has a request").fingerprint,
      hasMoved: isMoved(present(planned[index], "an outcome has a task"), context),
    }),
  );
};

async function loadRequest(
  { task, segment }: PlannedTask,
  context: TaskContext,
): Promise<LoadRequest> {
  const source = present(context.sources.get(segment.subject), `${task.id} has a source`);
  const extracted = context.results.get(`${source.name}.extract`)?.detail;
  const extraction = extracted?.["extraction"];
  const manifest =
    typeof extraction === "string" ? await context.staging.find(source.name, extraction) : null;
  if (manifest === null) {
    throw new OperatingError("STAGING_INVALID", `The staged files of ${source.name} are gone`, {
      hint: "Start a new run: it extracts them again.",
    });
  }
  return {
    source: source.name,
    target: rawTable(source.name),
    strategy: source.strategy,
    key: source.key,
    loading: source.loading ?? plainLoading,
    manifest,
    cursorBefore: extracted?.["cursorBefore"] ?? null,
    fingerprint: fingerprintOf({ task, segment }, manifest, context),
    gates: task.safeguards.gates,
    partRows: task.split?.size ?? null,
    keepVersions: task.safeguards.retain?.versions ?? 0,
    provenance: provenanceOf(task, context),
  };
}

/**
 * What the ledger is told that was loaded. Content of unknown identity is identified by what was
 * staged of it, and so is content that is not what was decided about: no later cycle may take it
 * for that.
 */
function fingerprintOf(planned: PlannedTask, manifest: Manifest, context: TaskContext): Hash {
  const { fingerprint } = planned.task;
  if (fingerprint === null) return manifest.id;
  return isMoved(planned, context) ? hashOf([fingerprint, manifest.id]) : fingerprint;
}

function isMoved({ segment }: PlannedTask, { results }: TaskContext): boolean {
  return results.get(`${segment.subject}.extract`)?.detail["isMoved"] === true;
}

function toResult(
  outcome: LoadOutcome,
  { fingerprint, hasMoved }: { readonly fingerprint: Hash; readonly hasMoved: boolean },
): TaskResult {
  return {
    rows: outcome.rowsInserted + outcome.rowsUpdated,
    isRepeat: outcome.isRepeat,
    detail: {
      fingerprint,
      rowsStaged: outcome.rowsStaged,
      rowsInserted: outcome.rowsInserted,
      rowsUpdated: outcome.rowsUpdated,
      rowsQuarantined: outcome.rowsQuarantined,
      rowsSuperseded: outcome.rowsSuperseded,
      rowsReplaced: outcome.rowsReplaced,
      rowsDeleted: outcome.rowsDeleted,
      parts: outcome.parts,
      ...(hasMoved ? { isMoved: true } : {}),
      measurements: measurementsJson(outcome.measurements),
    },
  };
}
