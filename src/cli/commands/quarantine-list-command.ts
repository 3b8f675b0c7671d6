import { renderQuarantine } from "../render/render-quarantine.ts";
import { quarantineJson } from "../wire/quarantine-json.ts";
import type { CommandHandler } from "./command-handler.ts";

/** Counts the rows that were set aside. */
export const quarantineListCommand: CommandHandler = async ({ withProject }) => {
  const sources = await withProject((project) => project.quarantined());
  return {
    exitCode: 0,
    json: () => ({ sources: sources.map(quarantineJson) }),
    lines: (style) => renderQuarantine(sources, style),
  };
};
