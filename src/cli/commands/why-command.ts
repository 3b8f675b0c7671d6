import { present } from "../../core/std/assert.ts";
import { renderWhy } from "../render/render-why.ts";
import { whyJson } from "../wire/why-json.ts";
import type { CommandHandler } from "./command-handler.ts";
import { cycleOptions } from "./cycle-options.ts";

/** Explains one task. */
export const whyCommand: CommandHandler = async (context) => {
  const { input } = context;
  const task = present(input.args[0], "the task is a required argument");
  const run = input.run === null ? {} : { run: input.run };
  const report = await context.withProject((project) =>
    project.why(task, { ...cycleOptions(context), ...run }),
  );
  return {
    exitCode: 0,
    json: () => whyJson(report),
    lines: (style) => renderWhy(report, style),
  };
};
