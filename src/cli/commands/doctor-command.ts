import { renderDoctor } from "../render/render-doctor.ts";
import type { CommandHandler } from "./command-handler.ts";
import { exitCodes } from "./exit-codes.ts";

/** Looks at everything that a run needs. */
export const doctorCommand: CommandHandler = async ({ withProject }) => {
  const report = await withProject((project) => project.doctor());
  const isWell = report.findings.every(({ state }) => state !== "failed");
  return {
    exitCode: isWell ? exitCodes.done : exitCodes.failed,
    json: () => ({ ok: isWell, findings: report.findings }),
    lines: (style) => renderDoctor(report, style),
  };
};
