import { renderDrill } from "../render/render-drill.ts";
import type { CommandHandler } from "./command-handler.ts";
import { exitCodes } from "./exit-codes.ts";

/** Breaks a copy of the project on purpose. */
export const drillCommand: CommandHandler = async ({ environment, input, progress, signal }) => {
  const report = await environment.drill({
    folder: input.project,
    scenarios: input.args,
    seed: input.seed ?? 1,
    onDrill: (fault) => {
      if (!input.isJson) progress.note(`drill: ${fault}\n`);
    },
    signal,
  });
  return {
    exitCode: report.passed ? exitCodes.done : exitCodes.failed,
    json: () => report,
    lines: (style) => renderDrill(report, style),
  };
};
