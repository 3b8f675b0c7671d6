import { z } from "zod";
import { present } from "../std/assert.ts";
import { compareText } from "../std/compare.ts";
import type { JsonObject } from "../std/json.ts";
import { connectionFormOf } from "./connection-form.ts";
import type { ConnectorSchemas } from "./connector-schemas.ts";
import { contractForm } from "./contract-form.ts";
import { formJsonSchema } from "./form-schema.ts";
import { toJsonObject } from "./json-object.ts";
import { modelForm } from "./model-form.ts";
import { settingsForm } from "./settings-form.ts";
import { templateForm } from "./template-forms.ts";

/**
 * The JSON Schemas (draft 7) of everything that people write, by file name: editors complete and
 * check by them. A connection's schema tells its types apart by `type`.
 * @param forms of files that rooms above this one read: `rules/*.yaml` and `scenarios/*.yaml`.
 */
export function projectJsonSchemas(
  connectors: ReadonlyMap<string, ConnectorSchemas>,
  {
    ruleSetFile,
    scenarioFile,
  }: { readonly ruleSetFile: z.ZodType; readonly scenarioFile: z.ZodType },
): ReadonlyMap<string, JsonObject> {
  const forms: readonly [string, string, z.ZodType][] = [
    ["sluice.schema.json", "sluice.yaml", settingsForm],
    ["connection.schema.json", "connections/*.yaml", anyConnection(connectors)],
    ["model.schema.json", "The leading block of models/**/*.sql", modelForm],
    ["rules.schema.json", "rules/*.yaml", ruleSetFile],
    ["template.schema.json", "templates/*.yaml", templateForm],
    ["contract.schema.json", "contracts/*.yaml", contractForm("3.1")],
    ["scenario.schema.json", "scenarios/*.yaml", scenarioFile],
  ];
  return new Map(
    forms.map(([file, title, form]) => {
      const { $schema, ...schema } = toJsonObject(formJsonSchema(form));
      return [file, { $schema, title, ...schema }];
    }),
  );
}

function anyConnection(connectors: ReadonlyMap<string, ConnectorSchemas>): z.ZodType {
  const options = [...connectors]
    .sort(([left], [right]) => compareText(left, right))
    .map(([type, schemas]) => connectionFormOf(type, schemas));
  const first = present(options[0], "there is at least one connector");
  return z.discriminatedUnion("type", [first, ...options.slice(1)]);
}
