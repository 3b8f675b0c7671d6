import { present } from "../../core/std/assert.ts";
import { renderImpact } from "../render/render-impact.ts";
import { impactJson } from "../wire/lineage-json.ts";
import type { CommandHandler } from "./command-handler.ts";

/** Shows what a change of a column can reach. */
export const impactCommand: CommandHandler = async ({ withProject, input }) => {
  const subject = present(input.args[0], "the column is required");
  const report = await withProject((project) => project.impact(subject));
  return {
    exitCode: 0,
    json: () => impactJson(report),
    lines: (style) => renderImpact(report, style),
  };
};
