import { renderReplay } from "../render/render-replay.ts";
import type { CommandHandler } from "./command-handler.ts";
import { exitCodes } from "./exit-codes.ts";
import { recentRun } from "./recent-run.ts";

/** Decides again from a run's recorded inputs. */
export const replayCommand: CommandHandler = async ({ withProject, input }) => {
  const report = await withProject(async (project) =>
    project.replay(await recentRun(project, input.args[0] ?? "latest")),
  );
  return {
    exitCode: report.identical ? exitCodes.done : exitCodes.failed,
    json: () => report,
    lines: (style) => renderReplay(report, style),
  };
};
