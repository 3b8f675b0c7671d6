import { renderPlan } from "../render/render-plan.ts";
import { planJson } from "../wire/plan-json.ts";
import type { CommandHandler } from "./command-handler.ts";
import { cycleOptions } from "./cycle-options.ts";
import { exitCodes } from "./exit-codes.ts";
import { noteWarnings } from "./note-warnings.ts";

/** Decides what would run. */
export const planCommand: CommandHandler = async (context) => {
  const { input } = context;
  const report = await context.withProject((project) => project.plan(cycleOptions(context)));
  noteWarnings(report, context.progress);
  const hasWork = report.summary.active > 0;
  return {
    exitCode: input.isExitCodeDetailed && hasWork ? exitCodes.something : exitCodes.done,
    json: () => planJson(report, input.isFull),
    lines: (style) => renderPlan(report, style, input.isFull),
  };
};
