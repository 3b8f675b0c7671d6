import type { CommandHandler } from "./command-handler.ts";

/** Prints the version. */
export const versionCommand: CommandHandler = async ({ environment: { version } }) => ({
  exitCode: 0,
  json: () => ({ version }),
  lines: () => [`sluice ${version}`],
});
