import { renderRuns } from "../render/render-runs.ts";
import { runSummaryJson } from "../wire/run-json.ts";
import type { CommandHandler } from "./command-handler.ts";

/** Lists runs. */
export const runsCommand: CommandHandler = async ({ withProject, input }) => {
  const runs = await withProject((project) => project.runs(input.limit));
  return {
    exitCode: 0,
    json: () => ({ runs: runs.map(runSummaryJson) }),
    lines: (style) => renderRuns(runs, style),
  };
};
