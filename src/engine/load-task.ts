import { partFingerprint } from "../core/decide/supply.ts";
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
  return outcomes.map((outcome, index) => {
    const one = present(planned[index], "an outcome has a task");
    return toResult(outcome, {
      fingerprint: present(requests[index], "an outcome has a request").fingerprint,
      ...(isMoved(one, context) ? { isMoved: true } : {}),
      ...degradationOf(one, context),
    });
  });
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
  if (isMoved(planned, context)) return hashOf([fingerprint, manifest.id]);
  // Found to be a part when it was read: the next decision knows it by this.
  const isPart = extractedOf(planned, context)?.["isUnplanned"] === true;
  return isPart ? (partFingerprint(fingerprint) ?? fingerprint) : fingerprint;
}

function extractedOf({ segment }: PlannedTask, { results }: TaskContext) {
  return results.get(`${segment.subject}.extract`)?.detail;
}

function isMoved(planned: PlannedTask, context: TaskContext): boolean {
  return extractedOf(planned, context)?.["isMoved"] === true;
}

/** What the extraction said of how much it is, handed on to who reads the table. */
function degradationOf(planned: PlannedTask, context: TaskContext): TaskResult["detail"] {
  const { isDegraded, degradedBecause, isUnplanned } = extractedOf(planned, context) ?? {};
  return isDegraded === true ? { isDegraded, degradedBecause, isUnplanned } : {};
}

function toResult(outcome: LoadOutcome, told: TaskResult["detail"]): TaskResult {
  return {
    rows: outcome.rowsInserted + outcome.rowsUpdated,
    isRepeat: outcome.isRepeat,
    detail: {
      ...told,
      rowsStaged: outcome.rowsStaged,
      rowsInserted: outcome.rowsInserted,
      rowsUpdated: outcome.rowsUpdated,
      rowsQuarantined: outcome.rowsQuarantined,
      rowsSuperseded: outcome.rowsSuperseded,
      rowsReplaced: outcome.rowsReplaced,
      rowsDeleted: outcome.rowsDeleted,
      parts: outcome.parts,
      measurements: measurementsJson(outcome.measurements),
    },
  };
}
