import { renderRun } from "../render/render-run.ts";
import { showJson } from "../wire/run-json.ts";
import type { CommandHandler } from "./command-handler.ts";

/** Shows one run. */
export const showCommand: CommandHandler = async ({ withProject, input }) => {
  const report = await withProject((project) => project.show(input.args[0]));
  return {
    exitCode: 0,
    json: () => showJson(report),
    lines: (style) => renderRun(report, style, true),
  };
};
