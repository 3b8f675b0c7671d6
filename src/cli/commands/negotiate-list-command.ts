import { renderNegotiations } from "../render/render-negotiations.ts";
import { negotiationJson } from "../wire/negotiation-json.ts";
import type { CommandHandler } from "./command-handler.ts";

/** Lists negotiations. */
export const negotiateListCommand: CommandHandler = async ({ withProject }) => {
  const negotiations = await withProject((project) => project.negotiations());
  return {
    exitCode: 0,
    json: () => ({ negotiations: negotiations.map(negotiationJson) }),
    lines: (style) => renderNegotiations(negotiations, style),
  };
};
