import { z } from "zod";
import type { ColumnFormat, ObservedColumn, ObservedSchema } from "../schema/observed-schema.ts";
import type { Column } from "../schema/table-schema.ts";

/** The forms in which a catalog holds shapes. */
const count = z.number();
const text = z.string();
const texts = z.array(text);

const column = { name: text, type: text, nullable: z.boolean() };

/** A column of a table. */
export const columnSchema: z.ZodType<Column> = z.strictObject(column);

/** How values are written. */
export const formatSchema: z.ZodType<ColumnFormat> = z.strictObject({
  isZeroPadded: z.boolean().nullable(),
  timestamps: texts.nullable(),
  decimalMark: z.enum([".", ","]).nullable(),
});

const sketchSchema = z.strictObject({
  nullShare: count,
  distinctShare: count,
  minLength: count.nullable(),
  maxLength: count.nullable(),
  bottomHashes: texts,
});

const observedColumnSchema: z.ZodType<ObservedColumn> = z.strictObject({
  ...column,
  format: formatSchema.nullable(),
  sketch: sketchSchema.nullable(),
});

/** The fields of a shape as it was seen. */
export const observedFields = {
  columns: z.array(observedColumnSchema),
  key: texts,
  evidence: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("declared") }),
    z.strictObject({ kind: z.literal("read") }),
    z.strictObject({ kind: z.literal("inferred"), from: z.enum(["csv", "json"]), rows: count }),
  ]),
  origin: text,
};

/** A shape as it was seen. */
export const observedSchema: z.ZodType<ObservedSchema> = z.strictObject(observedFields);
