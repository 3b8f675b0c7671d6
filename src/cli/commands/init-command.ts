import type { CommandHandler } from "./command-handler.ts";

/** Writes a starter project. */
export const initCommand: CommandHandler = async ({ environment, input }) => {
  const written = await environment.initProject(input.args[0] ?? input.project ?? ".");
  return {
    exitCode: 0,
    json: () => written,
    lines: ({ colors }) => [
      `Wrote ${written.files.length} files into ${written.folder}:`,
      ...written.files.map((file) => `  ${colors.green("+")} ${file}`),
      "",
      "Next: `sluice check`, then `sluice plan`, then `sluice run`.",
    ],
  };
};
