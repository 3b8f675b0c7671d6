import { undoingOf, verdictOn } from "../core/decide/verdict.ts";
import type { Gate, Measurement } from "../core/project/check.ts";
import { type TableName, tableText } from "../core/schema/table-schema.ts";
import type { Hash } from "../core/std/hash.ts";
import { OperatingError } from "../errors/operating-error.ts";
import { type PlannedTask, provenanceOf, type TaskContext } from "./task-context.ts";

/** What becomes of a committed result, once it is measured. */
interface Trial {
  /** @throws UNDONE when a gate that undoes does not hold; the version before is back then */
  judge(measurements: readonly Measurement[], signal: AbortSignal): Promise<void>;
}

const noTrial: Trial = { judge: () => Promise.resolve() };

/**
 * Begins the trial of what a subject's load or build has committed, where gates may undo it. The
 * verdict and what it undoes commit together, so the ledger tells whether a process died after
 * that: then nothing is measured, for what is there now is not what was condemned.
 * @throws UNDONE when it was condemned and undone before
 */
export async function openTrial(
  planned: PlannedTask,
  target: TableName,
  context: TaskContext,
): Promise<Trial> {
  const { task } = planned;
  const undoing = undoingOf(task.safeguards.gates);
  if (undoing === null) return noTrial;
  const output = (await context.warehouse.outputs()).get(tableText(target));
  const fingerprint = madeFingerprint(planned, context) ?? output?.fingerprint;
  if (output === undefined || fingerprint === undefined) return noTrial;
  const verdict = verdictOn(fingerprint, undoing);
  if (output.condemned === verdict && output.fingerprint !== fingerprint) {
    throw undone(tableText(target), "it was condemned before", output.exists);
  }
  return {
    async judge(measurements, signal) {
      const failed = measurements.filter(({ onFail, failing }) => onFail === "undo" && failing > 0);
      if (failed.length === 0) return;
      const reason = failed.map((one) => failureText(one, task.safeguards.gates)).join("; ");
      const provenance = provenanceOf(task, context);
      const request = { target, fingerprint, verdict, reason, provenance };
      const { to } = await context.warehouse.undo(request, signal);
      throw undone(tableText(target), reason, to !== null);
    },
  };
}

/** What the ledger was told that the table was made from, in this run or before. */
function madeFingerprint({ segment }: PlannedTask, context: TaskContext): Hash | null {
  const making = segment.tasks.find(({ kind }) => kind === "load" || kind === "transform");
  if (making === undefined) return null;
  const told = context.results.get(making.id)?.detail["fingerprint"];
  return typeof told === "string" ? told : making.fingerprint;
}

function failureText({ gate, rows, failing }: Measurement, gates: readonly Gate[]): string {
  const isWhole = gates.find(({ name }) => name === gate)?.check.kind === "row_count";
  return isWhole ? `${rows} rows fail ${gate}` : `${failing} of ${rows} rows fail ${gate}`;
}

function undone(table: string, reason: string, hasVersionBefore: boolean): OperatingError {
  const outcome = hasVersionBefore ? "is as it was before" : "is gone: it was the first version";
  return new OperatingError("UNDONE", `${table} ${outcome}: ${reason}`, {
    hint: "It is not made of the same again until that changes, the check does, or somebody forces it.",
  });
}
