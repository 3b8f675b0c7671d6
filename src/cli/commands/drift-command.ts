import { renderDrifts } from "../render/render-drifts.ts";
import { driftsJson } from "../wire/drifts-json.ts";
import type { CommandHandler } from "./command-handler.ts";

/** Shows how the schemas of sources changed, and what became of it. */
export const driftCommand: CommandHandler = async ({ withProject, input }) => {
  const [source] = input.args;
  const drifts = await withProject((project) => project.drifts(source));
  return {
    exitCode: 0,
    json: () => driftsJson(drifts),
    lines: (style) => renderDrifts(drifts, source ?? null, style),
  };
};
