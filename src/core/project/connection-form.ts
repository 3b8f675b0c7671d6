import { z } from "zod";
import { declaredSourceForm, sourceAttributesForm } from "./attribute-forms.ts";
import type { ConnectorSchemas } from "./connector-schemas.ts";
import { durationMsForm } from "./duration-ms-form.ts";
import { labelForm } from "./name-form.ts";

const entry = z.record(z.string(), z.unknown());

/** One document of `connections/*.yaml`, without what only its connector knows. */
export const connectionForm = z.strictObject({
  connection: labelForm.describe("The connection's name."),
  type: z.string().describe("The kind of system."),
  description: z.string().optional().describe("What it is for."),
  options: entry.optional().describe("How to reach it; secrets only by reference, never in clear."),
  probe_timeout: durationMsForm.optional().describe("How long one source may take to probe."),
  watch: z
    .union([durationMsForm, z.literal("never")])
    .optional()
    .describe("How often `sluice serve` looks whether its sources changed; or never."),
  defaults: sourceAttributesForm.optional().describe("Attributes of all its sources."),
  sources: z.array(entry).optional().describe("Its sources, each by name."),
  discover: z
    .array(entry)
    .optional()
    .describe("Patterns; each match becomes a source of its own, without anyone declaring it."),
});

/** The whole form of a connection of one type, as editors are told it. */
export function connectionFormOf(type: string, schemas: ConnectorSchemas): z.ZodObject {
  const { shape } = connectionForm;
  const attributes = sourceAttributesForm.shape;
  const source = z.strictObject({
    ...declaredSourceForm.shape,
    ...schemas.locator.shape,
    ...attributes,
  });
  const pattern = z.strictObject({ ...schemas.pattern.shape, ...attributes });
  return z.strictObject({
    ...shape,
    type: z.literal(type).describe(shape.type.description ?? ""),
    options: schemas.connection.optional().describe(shape.options.description ?? ""),
    sources: z
      .array(source)
      .optional()
      .describe(shape.sources.description ?? ""),
    discover: z
      .array(pattern)
      .optional()
      .describe(shape.discover.description ?? ""),
  });
}
