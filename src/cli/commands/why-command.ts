import { present } from "../../core/std/assert.ts";
import { renderWhy } from "../render/render-why.ts";
import type { CommandHandler } from "./command-handler.ts";
import { cycleOptions } from "./cycle-options.ts";
import { recentRun } from "./recent-run.ts";

/** Explains one task. */
export const whyCommand: CommandHandler = async (context) => {
  const { input } = context;
  const task = present(input.args[0], "the task is a required argument");
  const report = await context.withProject(async (project) => {
    const run = input.run === null ? {} : { run: await recentRun(project, input.run) };
    return project.why(task, { ...cycleOptions(context), ...run });
  });
  return {
    exitCode: 0,
    json: () => report,
    lines: (style) => renderWhy(report, style),
  };
};
