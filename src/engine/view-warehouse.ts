import type { Project } from "../core/project/project.ts";
import { OperatingError } from "../errors/operating-error.ts";
import type { CommittedOutput, Warehouse } from "../ports/warehouse.ts";
import type { CycleNotes } from "./cycle-notes.ts";
import type { Parts } from "./parts.ts";

/** What is known of the warehouse by a look that changes nothing. */
export interface WarehouseView extends AsyncDisposable {
  /** By `schema.name`: the ledger's last word on every target. */
  readonly outputs: ReadonlyMap<string, CommittedOutput>;
  /** `null` where there is none yet, or a run owns its file. */
  readonly warehouse: Warehouse | null;
}

/**
 * Opens the warehouse to look at it. While a run owns its file, what the catalog noted of it has to
 * do.
 */
export async function viewWarehouse(
  parts: Parts,
  project: Project,
  notes: CycleNotes,
): Promise<WarehouseView> {
  if (!(await parts.hasWarehouse(project))) return viewOf(new Map(), null);
  try {
    const warehouse = await parts.openWarehouse(project);
    return viewOf(await warehouse.outputs(), warehouse);
  } catch (error) {
    if (!(error instanceof OperatingError) || error.code !== "WAREHOUSE_LOCKED") throw error;
    // A plan must not wait for a run: it is made from the last known state, and says so.
    parts.log.warn(
      `${error.message}: the plan starts from what the catalog knew when the last run ended.`,
    );
    return viewOf(notes.outputs, null);
  }
}

function viewOf(
  outputs: ReadonlyMap<string, CommittedOutput>,
  warehouse: Warehouse | null,
): WarehouseView {
  return {
    outputs,
    warehouse,
    [Symbol.asyncDispose]: async () => {
      await warehouse?.[Symbol.asyncDispose]();
    },
  };
}
