import { present } from "../../core/std/assert.ts";
import { renderQuarantinedRows } from "../render/render-quarantined-rows.ts";
import { quarantinedRowsJson } from "../wire/quarantine-json.ts";
import type { CommandHandler } from "./command-handler.ts";

/** Shows rows that were set aside. */
export const quarantineShowCommand: CommandHandler = async ({ withProject, input }) => {
  const source = present(input.args[0], "the source is a required argument");
  const report = await withProject((project) => project.quarantinedRows(source, input.limit));
  return {
    exitCode: 0,
    json: () => quarantinedRowsJson(report),
    lines: (style) => renderQuarantinedRows(report, style),
  };
};
