import type { PlanReport } from "../../engine/sluice-project.ts";
import type { ProgressView } from "../progress/progress-view.ts";
import { formatCounted } from "../text/quantity.ts";

/** Says on stderr that the project's checks have warnings, and where to read them. */
export function noteWarnings(plan: PlanReport, progress: ProgressView): void {
  const count = plan.warnings.length;
  if (count === 0) return;
  progress.note(`${formatCounted(count, "warning")} in the project's files: \`sluice check\`\n`);
}
