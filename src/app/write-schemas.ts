import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { WrittenFiles } from "../cli/cli-environment.ts";
import { findProjectFolder } from "../config/find-project-folder.ts";
import { projectJsonSchemas } from "../core/project/project-json-schemas.ts";
import { ruleSetFileSchema } from "../core/rules/rule-set-file.ts";
import { scenarioFormOf } from "../core/scenarios/scenario-form.ts";
import { allFaultKinds } from "../simulate/faults/fault.ts";
import { connectors } from "./connectors.ts";

/** Where editors find the schemas, from the project's folder. */
const schemaFolder = ".sluice/schema";

/**
 * Writes the JSON Schemas of all project files, by which editors complete and check.
 * @throws PROJECT_NOT_FOUND
 */
export async function writeSchemas(folder: string | null): Promise<WrittenFiles> {
  const project = await findProjectFolder(folder);
  await mkdir(join(project, schemaFolder), { recursive: true });
  const schemas = new Map(
    [...connectors].map(([type, connector]) => [type, connector.schemas] as const),
  );
  const files: string[] = [];
  for (const [name, schema] of projectJsonSchemas(schemas, {
    ruleSetFile: ruleSetFileSchema,
    scenarioFile: scenarioFormOf(allFaultKinds),
  })) {
    const file = `${schemaFolder}/${name}`;
    await writeFile(join(project, file), `${JSON.stringify(schema, null, 2)}\n`);
    files.push(file);
  }
  return { folder: project, files };
}
