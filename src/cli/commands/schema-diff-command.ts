import { compatibility } from "../../core/schema/compatible.ts";
import { diffSchemas } from "../../core/schema/diff-schemas.ts";
import { parseSchemaFile } from "../../core/schema/schema-file.ts";
import type { TableSchema } from "../../core/schema/table-schema.ts";
import { present } from "../../core/std/assert.ts";
import type { CliEnvironment } from "../cli-environment.ts";
import { renderSchemaDiff } from "../render/render-schema-diff.ts";
import { schemaDiffJson } from "../wire/schema-diff-json.ts";
import type { CommandHandler } from "./command-handler.ts";
import { exitCodes } from "./exit-codes.ts";
import { jsonFileInvalid, readJsonFile } from "./read-json-file.ts";

/** Compares two schemas that files hold. */
export const schemaDiffCommand: CommandHandler = async ({ environment, input }) => {
  const [oldPath, newPath] = input.args;
  const before = await readSchema(environment, present(oldPath, "the old schema is required"));
  const after = await readSchema(environment, present(newPath, "the new schema is required"));
  const changes = diffSchemas(before, after);
  const diff = { changes, compatible: compatibility(before, after) };
  const differs = changes.length > 0;
  return {
    exitCode: input.isExitCodeDetailed && differs ? exitCodes.something : exitCodes.done,
    json: () => schemaDiffJson(diff),
    lines: (style) => renderSchemaDiff(diff, style),
  };
};

async function readSchema(environment: CliEnvironment, path: string): Promise<TableSchema> {
  const parsed = parseSchemaFile(await readJsonFile(environment, path));
  if (parsed.ok) return parsed.schema;
  throw jsonFileInvalid(path, parsed.problems);
}
