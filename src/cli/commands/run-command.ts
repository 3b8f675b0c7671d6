import type { RunReport } from "../../engine/sluice-project.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import { renderRun } from "../render/render-run.ts";
import { runJson } from "../wire/run-json.ts";
import type { CommandContext, CommandHandler } from "./command-handler.ts";
import { cycleOptions } from "./cycle-options.ts";
import { exitCodes } from "./exit-codes.ts";
import { noteWarnings } from "./note-warnings.ts";

/** Snapshots, decides, and runs what was decided. */
export const runCommand: CommandHandler = async (context) => {
  const { progress, input } = context;
  if (input.isResume && input.fromFailed !== null) {
    throw new OperatingError("USAGE_INVALID", "--resume and --from-failed exclude each other.", {
      hint: "--resume goes on with a run that was interrupted, --from-failed starts a new one.",
    });
  }
  const report = await context.withProject((project) =>
    project.run({
      ...cycleOptions(context),
      resume: input.isResume,
      ...(input.fromFailed === null ? {} : { fromFailed: input.fromFailed }),
      onPlan: (plan, run) => {
        noteWarnings(plan, progress);
        progress.plan(plan, run);
      },
      onEvent: (event) => progress.event(event),
    }),
  );
  return {
    exitCode: exitCodeOf(report, context),
    json: () => runJson(report),
    lines: (style) => renderRun(report, style, false),
  };
};

function exitCodeOf({ run }: RunReport, { input }: CommandContext): number {
  if (run.status !== "succeeded") return exitCodes.failed;
  const hasRun = run.tasks.some(({ status }) => status === "succeeded");
  return input.isExitCodeDetailed && hasRun ? exitCodes.something : exitCodes.done;
}
