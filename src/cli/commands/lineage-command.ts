import { parseLineageSchemaFile } from "../../core/lineage/lineage-schema-file.ts";
import { OperatingError } from "../../errors/operating-error.ts";
import type { CommandInput } from "../parse/command-input.ts";
import { renderLineage, renderQueryLineage } from "../render/render-lineage.ts";
import { lineageJson, queryLineageJson } from "../wire/lineage-json.ts";
import type { Answer, CommandContext, CommandHandler } from "./command-handler.ts";
import { jsonFileInvalid, readJsonFile } from "./read-json-file.ts";

/** Shows where the columns of a table, or of a query in a file, come from. */
export const lineageCommand: CommandHandler = async (context) => {
  const { input, withProject } = context;
  const [subject] = input.args;
  if (input.sql !== null) return await lineageOfFile(context, input.sql, subject);
  if (subject === undefined) {
    throw new OperatingError("USAGE_INVALID", "Nothing says what to look at.", {
      hint: "Name a table, such as `sluice lineage orders`, or a query's file with --sql.",
    });
  }
  if (input.schema !== null || input.dialect !== null) {
    throw new OperatingError("USAGE_INVALID", "--schema and --dialect go with --sql.", {
      hint: "Name the query's file with --sql, or leave them out.",
    });
  }
  const report = await withProject((project) => project.lineage(subject, waysOf(input)));
  return {
    exitCode: 0,
    json: () => lineageJson(report),
    lines: (style) => renderLineage(report, style),
  };
};

function waysOf({ isUpstream, isDownstream, depth }: CommandInput) {
  return { isUpstream, isDownstream, depth };
}

async function lineageOfFile(
  { environment, input }: CommandContext,
  path: string,
  subject: string | undefined,
): Promise<Answer> {
  if (subject !== undefined || input.schema === null) {
    const detail =
      input.schema === null
        ? "--sql needs --schema: the shapes of the tables that the query reads."
        : "A table of the project and --sql cannot both be looked at.";
    throw new OperatingError("USAGE_INVALID", detail, {
      hint: "sluice lineage --sql FILE --schema FILE.json [--dialect NAME]",
    });
  }
  const sql = await environment.readTextFile(path);
  const parsed = parseLineageSchemaFile(await readJsonFile(environment, input.schema));
  if (!parsed.ok) throw jsonFileInvalid(input.schema, parsed.problems);
  const dialect = (input.dialect ?? "duckdb").toLowerCase();
  const lineage = await environment.lineageOfQuery({ sql, dialect, tables: parsed.tables });
  return {
    exitCode: 0,
    json: () => queryLineageJson(lineage),
    lines: (style) => renderQueryLineage(lineage, style),
  };
}
