import type { CommandHandler } from "./command-handler.ts";

/** Writes a starter project. */
export const initCommand: CommandHandler = async ({ environment, input }) => {
  const folder = input.args[0] ?? input.project;
  const written = await environment.initProject(folder ?? ".");
  return {
    exitCode: 0,
    json: () => written,
    lines: ({ colors }) => [
      `Wrote ${written.files.length} files into ${written.folder}:`,
      ...written.files.map((file) => `  ${colors.green("+")} ${file}`),
      "",
      `Next: ${folder === null ? "" : `\`cd ${folder}\`, then `}\`sluice check\`, \`sluice plan\` and \`sluice run\`.`,
    ],
  };
};
