import { present } from "../../core/std/assert.ts";
import { renderNegotiation } from "../render/render-negotiation.ts";
import { negotiationJson } from "../wire/negotiation-json.ts";
import type { CommandHandler } from "./command-handler.ts";

/** Shows one negotiation. */
export const negotiateShowCommand: CommandHandler = async ({ withProject, input }) => {
  const id = present(input.args[0], "the id is a required argument");
  const negotiation = await withProject((project) => project.negotiation(id));
  return {
    exitCode: 0,
    json: () => ({ negotiation: negotiationJson(negotiation) }),
    lines: (style) => renderNegotiation(negotiation, style),
  };
};
