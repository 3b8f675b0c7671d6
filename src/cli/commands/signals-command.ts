import { renderSignals } from "../render/render-signals.ts";
import { signalsJson } from "../wire/signal-json.ts";
import type { CommandHandler } from "./command-handler.ts";

/** Lists what was received, and what of it holds. */
export const signalsCommand: CommandHandler = async ({ input, withProject }) => {
  const { limit, now } = input;
  const report = await withProject((project) =>
    project.signals({ limit, ...(now === null ? {} : { now }) }),
  );
  return {
    exitCode: 0,
    json: () => signalsJson(report),
    lines: (style) => renderSignals(report, style),
  };
};
