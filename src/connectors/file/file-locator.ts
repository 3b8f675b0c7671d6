import { z } from "zod";
import { declaredTypeSchema } from "../../ports/declared-type.ts";
import { placeholdersOf } from "../../ports/discovered-name.ts";

const relativePath = z
  .string()
  .min(1)
  .max(1_000)
  .refine(
    (path) => !/^([/\\]|[A-Za-z]:)|\0/.test(path) && !path.split(/[/\\]/).includes(".."),
    "must be a path inside the connection's folder, without a leading / and without ..",
  );

const character = z.string().length(1);

const csv = z.strictObject({
  delimiter: z
    .union([z.literal("auto"), character])
    .default("auto")
    .describe("The character between fields; auto finds a comma, semicolon, tab or bar."),
  quote: character.default('"').describe("The character around fields; doubled inside them."),
  header: z.boolean().default(true).describe("Whether the first line names the columns."),
  columns: z
    .array(z.string().min(1))
    .default([])
    .describe("Column names, in order, when there is no header."),
  skip: z.int().min(0).max(1_000).default(0).describe("Lines before the header or first row."),
  null_text: z.string().max(100).default("").describe("The text that means NULL."),
  encoding: z
    .enum(["auto", "utf-8", "latin-1", "windows-1252", "utf-16"])
    .default("auto")
    .describe("auto: by byte order mark, else UTF-8 where valid, else Windows-1252."),
});

const reading = {
  format: z
    .enum(["auto", "csv", "tsv", "ndjson", "json", "parquet"])
    .default("auto")
    .describe("auto: by the name's ending, where .gz may follow."),
  csv: csv.prefault({}).describe("How delimited text is read."),
  file_column: z
    .string()
    .min(1)
    .max(100)
    .regex(/^[^_]/, "must not begin with an underscore: such names are Sluice's own")
    .nullable()
    .default(null)
    .describe("A column to add that holds the path of each row's file; null adds none."),
  types: z
    .record(z.string(), declaredTypeSchema)
    .default({})
    .describe("DuckDB types by column name, where the inferred one is not what is wanted."),
};

/** Options of a `file` connection. */
export const fileConnectionSchema = z.strictObject({
  root: z
    .string()
    .min(1)
    .default(".")
    .describe("The folder of the files, relative to the project's folder."),
});

/** Where a file source is and how it is read. */
export const fileLocatorSchema = z.strictObject({
  path: relativePath.describe(
    "A file, or a pattern of files that together are one source: *, **, ?, [a-z], {a,b}.",
  ),
  ...reading,
});

/** What `discover` looks for: each matching file becomes a source of its own. */
export const filePatternSchema = z.strictObject({
  path: relativePath.describe("A pattern of files: *, **, ?, [a-z], {a,b}."),
  name: z
    .string()
    .min(1)
    .max(200)
    .default("{stem}")
    .refine(
      (template) => placeholdersOf(template).every((field) => /^(stem|dir|[1-9]\d?)$/.test(field)),
      "may use {stem}, {dir}, and {1}, {2}, … for what each wildcard of the path matched",
    )
    .describe(
      "The name of each source: {stem} is the file's name without endings, {dir} its folder's " +
        "name, {1} what the first wildcard matched.",
    ),
  ...reading,
});

export type FileLocator = z.output<typeof fileLocatorSchema>;

export type FileFormat = Exclude<FileLocator["format"], "auto">;

/** The format that a file's name promises, or `null`. */
export function formatOfName(path: string): FileFormat | null {
  const name = path.toLowerCase().replace(/\.(gz|gzip)$/, "");
  const ending = name.slice(name.lastIndexOf(".") + 1);
  switch (ending) {
    case "csv":
    case "txt":
      return "csv";
    case "tsv":
    case "tab":
      return "tsv";
    case "ndjson":
    case "jsonl":
      return "ndjson";
    case "json":
      return "json";
    case "parquet":
    case "pq":
      return "parquet";
    default:
      return null;
  }
}
