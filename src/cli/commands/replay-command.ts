import { renderReplay } from "../render/render-replay.ts";
import type { CommandHandler } from "./command-handler.ts";
import { exitCodes } from "./exit-codes.ts";

/** Decides again from a run's recorded inputs. */
export const replayCommand: CommandHandler = async ({ withProject, input }) => {
  const report = await withProject((project) => project.replay(input.args[0]));
  return {
    exitCode: report.identical ? exitCodes.done : exitCodes.failed,
    json: () => report,
    lines: (style) => renderReplay(report, style),
  };
};
