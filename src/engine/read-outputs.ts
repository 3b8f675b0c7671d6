import type { Project } from "../core/project/project.ts";
import { OperatingError } from "../errors/operating-error.ts";
import type { CommittedOutput } from "../ports/warehouse.ts";
import type { CycleNotes } from "./cycle-notes.ts";
import type { Parts } from "./parts.ts";

/**
 * The ledger's last word on every target, for a look that changes nothing. While a run owns the
 * warehouse's file, what the catalog noted of it has to do.
 */
export async function readOutputs(
  parts: Parts,
  project: Project,
  notes: CycleNotes,
): Promise<ReadonlyMap<string, CommittedOutput>> {
  if (!(await parts.hasWarehouse(project))) return new Map();
  try {
    await using warehouse = await parts.openWarehouse(project);
    return await warehouse.outputs();
  } catch (error) {
    if (!(error instanceof OperatingError) || error.code !== "WAREHOUSE_LOCKED") throw error;
    // A plan must not wait for a run: it is made from the last known state, and says so.
    parts.log.warn(
      `${error.message}: the plan starts from what the catalog knew when the last run ended.`,
    );
    return notes.outputs;
  }
}
