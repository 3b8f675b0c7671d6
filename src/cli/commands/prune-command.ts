import { renderPrune } from "../render/render-prune.ts";
import { pruneJson } from "../wire/prune-json.ts";
import type { CommandHandler } from "./command-handler.ts";

/** Removes what is past its time. */
export const pruneCommand: CommandHandler = async (context) => {
  const { input, signal } = context;
  const report = await context.withProject((project) =>
    project.prune({ isTrial: input.isDryRun, signal }),
  );
  return {
    exitCode: 0,
    json: () => pruneJson(report),
    lines: (style) => renderPrune(report, style),
  };
};
