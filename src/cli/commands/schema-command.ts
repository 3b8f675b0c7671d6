import type { CommandHandler } from "./command-handler.ts";

/** Writes the JSON Schemas of the project files. */
export const schemaCommand: CommandHandler = async ({ environment, input }) => {
  const written = await environment.writeSchemas(input.project);
  return {
    exitCode: 0,
    json: () => written,
    lines: () => [
      `Wrote ${written.files.length} schemas into ${written.folder}:`,
      ...written.files.map((file) => `  ${file}`),
    ],
  };
};
