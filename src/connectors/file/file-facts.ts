import { z } from "zod";

/** What looking into one file told. It depends on nothing but the file's content and the locator. */
export const fileFactsSchema = z.strictObject({
  /** Name and DuckDB type; the type is empty when no value says what it is. No columns: no data. */
  columns: z.array(z.tuple([z.string(), z.string()])),
  rows: z.number().nullable(),
  isExact: z.boolean(),
  /** True when the warehouse cannot be trusted to read the file as it is, and a copy is made. */
  needsRewrite: z.boolean(),
  shape: z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("csv"), delimiter: z.string(), skip: z.number() }),
    z.strictObject({
      type: z.literal("json"),
      layout: z.enum(["array", "newline_delimited", "unstructured"]),
    }),
    z.strictObject({ type: z.literal("parquet") }),
  ]),
});

export type FileFacts = z.output<typeof fileFactsSchema>;
export type FileShape = FileFacts["shape"];

/** A file that DuckDB can open: in UTF-8 where it is text. */
export interface ReadableFile {
  /** As people know it. */
  readonly path: string;
  readonly readable: string;
  readonly isGzip: boolean;
  readonly textBytes: number;
}
