import { renderDiff } from "../render/render-diff.ts";
import type { CommandHandler } from "./command-handler.ts";
import { exitCodes } from "./exit-codes.ts";
import { recentRun } from "./recent-run.ts";

/** Compares two runs or blueprints. */
export const diffCommand: CommandHandler = async ({ withProject, input }) => {
  const [fromWord = "previous", toWord = "latest"] = input.args;
  const report = await withProject(async (project) => {
    const from = await recentRun(project, fromWord);
    return project.diff(from, await recentRun(project, toWord));
  });
  const { added, removed, changed } = report;
  const differs = added.length + removed.length + changed.length > 0;
  return {
    exitCode: input.isExitCodeDetailed && differs ? exitCodes.something : exitCodes.done,
    json: () => report,
    lines: (style) => renderDiff(report, style),
  };
};
