import { renderSources } from "../render/render-sources.ts";
import { sourcesJson } from "../wire/sources-json.ts";
import type { CommandHandler } from "./command-handler.ts";
import { cycleOptions } from "./cycle-options.ts";

/** Probes all sources. */
export const sourcesCommand: CommandHandler = async (context) => {
  const report = await context.withProject((project) => project.snapshot(cycleOptions(context)));
  return {
    exitCode: 0,
    json: () => sourcesJson(report),
    lines: (style) => renderSources(report, { ...style, now: report.snapshot.at }),
  };
};
