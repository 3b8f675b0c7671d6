import { renderRun } from "../render/render-run.ts";
import { runJson } from "../wire/run-json.ts";
import type { CommandHandler } from "./command-handler.ts";
import { recentRun } from "./recent-run.ts";

/** Shows one run. */
export const showCommand: CommandHandler = async ({ withProject, input }) => {
  const report = await withProject(async (project) =>
    project.show(await recentRun(project, input.args[0] ?? "latest")),
  );
  return {
    exitCode: 0,
    json: () => runJson(report),
    lines: (style) => renderRun(report, style, true),
  };
};
