import type { Project } from "../core/project/project.ts";
import { OperatingError } from "../errors/operating-error.ts";
import type { ProbingPlace } from "./cycle-start.ts";
import type { Parts } from "./parts.ts";

/**
 * Opens the warehouse for as long as staged rows are asked, so that a look keeps no run waiting.
 * @returns `null` where there is none yet, or a run owns its file
 */
export async function openProbing(
  parts: Parts,
  project: Project,
  place: Pick<ProbingPlace, "staging" | "connections">,
): Promise<ProbingPlace | null> {
  if (!(await parts.hasWarehouse(project))) return null;
  try {
    const warehouse = await parts.openWarehouse(project);
    const close = () => warehouse[Symbol.asyncDispose]();
    return { ...place, warehouse, [Symbol.asyncDispose]: close };
  } catch (error) {
    // Less is known then, which counts against the change.
    if (error instanceof OperatingError && error.code === "WAREHOUSE_LOCKED") return null;
    throw error;
  }
}
