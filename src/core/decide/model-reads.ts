import { z } from "zod";

/** By input subject: its columns that are read, in lower case and name order; `null` for all of it. */
export type ColumnsRead = Readonly<Record<string, readonly string[] | null>>;

/**
 * What the SQL of a model reads of its inputs, by the engine's own plan. Sound: what is not known is
 * all of it, and so is an input that is not named.
 */
export interface ModelReads {
  readonly model: string;
  /** For all of its result. */
  readonly all: ColumnsRead;
  /** For which rows there are; `null` where that cannot be told apart from `all`. */
  readonly rows: ColumnsRead | null;
  /** For single columns of its result, by their names in lower case; for those left out it is `all`. */
  readonly columns: Readonly<Record<string, ColumnsRead>>;
}

/** The columns that are read of one input; `null` for all of it. */
export function columnsReadOf(
  read: ColumnsRead | null | undefined,
  subject: string,
): readonly string[] | null {
  if (read === null || read === undefined || !Object.hasOwn(read, subject)) return null;
  return read[subject] ?? null;
}

const columnsReadSchema = z.record(z.string(), z.array(z.string()).nullable());

/** The form in which reads are stored. */
export const modelReadsSchema: z.ZodType<ModelReads> = z.strictObject({
  model: z.string(),
  all: columnsReadSchema,
  rows: columnsReadSchema.nullable(),
  columns: z.record(z.string(), columnsReadSchema),
});
