import { present } from "../../core/std/assert.ts";
import { renderRelease } from "../render/render-release.ts";
import { answerAuthor } from "./answer-author.ts";
import type { CommandHandler } from "./command-handler.ts";

/** Loads the rows that fit now. */
export const quarantineReleaseCommand: CommandHandler = async (context) => {
  const { input, signal } = context;
  const source = present(input.args[0], "the source is a required argument");
  const by = answerAuthor(context);
  const report = await context.withProject((project) =>
    project.releaseQuarantined(source, { by, signal }),
  );
  return {
    exitCode: 0,
    json: () => report,
    lines: (style) => renderRelease(report, style),
  };
};
