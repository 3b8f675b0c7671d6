import { z } from "zod";
import type { ColumnSketch } from "../../core/schema/observed-schema.ts";

const formatSchema = z.strictObject({
  isZeroPadded: z.boolean().nullable(),
  /** As written; `N/N` where no value of the file says which of day and month comes first. */
  timestamps: z.array(z.string()).readonly().nullable(),
  decimalMark: z.enum([".", ","]).nullable(),
});

/** What looking into one file told. It depends on nothing but the file's content and the locator. */
export const fileFactsSchema = z.strictObject({
  /** Name and DuckDB type; the type is empty when no value says what it is. No columns: no data. */
  columns: z.array(z.tuple([z.string(), z.string()])),
  /** For each column: its type with `NULL` in it where no value says what it is. */
  evident: z.array(z.string()).readonly(),
  /** For each column. */
  formats: z.array(formatSchema.readonly().nullable()).readonly(),
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

/** Files up to this size are looked at whole; the types of larger ones come from a sample. */
export const wholeBytesMax = 16 << 20;
/** What is read of a file to see what it is. */
export const headBytes = 256 << 10;
/** The columns of a file without any data. */
export const noColumns: Pick<FileFacts, "columns" | "evident" | "formats"> = {
  columns: [],
  evident: [],
  formats: [],
};

/** What a look into a file gives: what is kept of every file, and what only of new ones. */
export interface FileLook {
  readonly facts: FileFacts;
  /** For each column. */
  readonly sketches: readonly ColumnSketch[];
}

/** A file that DuckDB can open: in UTF-8 where it is text. */
export interface ReadableFile {
  /** As people know it. */
  readonly path: string;
  readonly readable: string;
  readonly isGzip: boolean;
  readonly textBytes: number;
}
