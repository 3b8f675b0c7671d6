import { z } from "zod";
import type { Check, Gate, OnFail } from "./check.ts";

/** Any JSON value, as stored values hold it. */
const jsonSchema = z.json();

export const onFailSchema: z.ZodType<OnFail> = z.enum(["fail", "undo", "quarantine", "warn"]);

/** A check in canonical form, as decisions of the past hold it. */
export const checkSchema: z.ZodType<Check> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("not_null"), column: z.string() }),
  z.strictObject({ kind: z.literal("unique"), columns: z.array(z.string()) }),
  z.strictObject({
    kind: z.literal("accepted_values"),
    column: z.string(),
    values: z.array(jsonSchema),
  }),
  z.strictObject({
    kind: z.literal("relationships"),
    column: z.string(),
    to: z.string(),
    field: z.string(),
  }),
  z.strictObject({
    kind: z.literal("row_count"),
    min: z.number().nullable(),
    max: z.number().nullable(),
  }),
  z.strictObject({ kind: z.literal("expression"), sql: z.string() }),
]);

/** A gate in canonical form. */
export const gateSchema: z.ZodType<Gate> = z.strictObject({
  name: z.string(),
  check: checkSchema,
  onFail: onFailSchema,
  by: z.string().nullable(),
});
