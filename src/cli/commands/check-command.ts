import { consequenceOf } from "../../errors/blame.ts";
import { renderCheck } from "../render/render-check.ts";
import type { CommandHandler } from "./command-handler.ts";

/** Checks all project files. */
export const checkCommand: CommandHandler = async ({ withProject }) => {
  const report = await withProject((project) => project.check());
  const isValid = report.problems.every(({ severity }) => severity !== "error");
  return {
    exitCode: isValid ? 0 : consequenceOf("PROJECT_INVALID").exitCode,
    json: () => ({ valid: isValid, problems: report.problems, counts: report.counts }),
    lines: (style) => renderCheck(report, style),
  };
};
