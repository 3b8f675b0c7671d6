import { renderDiff } from "../render/render-diff.ts";
import type { CommandHandler } from "./command-handler.ts";
import { exitCodes } from "./exit-codes.ts";

/** Compares two runs or blueprints. */
export const diffCommand: CommandHandler = async ({ withProject, input }) => {
  const [from = "previous", to = "latest"] = input.args;
  const report = await withProject((project) => project.diff(from, to));
  const { added, removed, changed } = report;
  const differs = added.length + removed.length + changed.length > 0;
  return {
    exitCode: input.isExitCodeDetailed && differs ? exitCodes.something : exitCodes.done,
    json: () => report,
    lines: (style) => renderDiff(report, style),
  };
};
