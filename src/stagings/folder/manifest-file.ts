import { basename, isAbsolute, join } from "node:path";
import { z } from "zod";
import { hashOf } from "../../core/std/hash.ts";
import type { Json } from "../../core/std/json.ts";
import type { Manifest } from "../../ports/staging.ts";

/** The file whose being there commits an extraction. */
export const manifestFileName = "manifest.json";

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const rows = z.int().nonnegative().nullable();
const json: z.ZodType<Json> = z.json();

const formatSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("csv"),
    delimiter: z.string(),
    quote: z.string(),
    hasHeader: z.boolean(),
    nullText: z.string(),
    isQuotedNull: z.boolean(),
    encoding: z.enum(["utf-8", "latin-1", "utf-16"]),
  }),
  z.strictObject({ type: z.literal("ndjson") }),
  z.strictObject({ type: z.literal("json") }),
  z.strictObject({ type: z.literal("parquet") }),
]);

/** A staged file, as a manifest or a chunk's note names it. */
export const fileSchema = z.strictObject({
  path: z.string(),
  bytes: z.int().nonnegative(),
  sha256: hash,
  rows,
  isOwned: z.boolean(),
  stamp: z.string().nullable(),
  name: z.string().nullable(),
});

const manifestSchema = z.strictObject({
  id: hash,
  source: z.string(),
  extraction: hash,
  format: formatSchema,
  compression: z.enum(["none", "gzip"]),
  files: z.array(fileSchema),
  columns: z.array(z.strictObject({ name: z.string(), type: z.string(), nullable: z.boolean() })),
  scope: z.enum(["full", "increment"]),
  rows,
  cursor: json,
  replaces: z.array(z.string()),
  fileColumn: z.string().nullable(),
  content: hash.nullable().default(null),
  leftOut: z.array(z.strictObject({ name: z.string(), because: z.string() })).optional(),
});

/**
 * Gives a manifest its identity: what it holds, and not where its own files lie, so that the same
 * extraction has the same id in any folder.
 */
export function identifyManifest(manifest: Omit<Manifest, "id">): Manifest {
  const files = manifest.files.map(({ stamp: _, ...file }) =>
    file.isOwned ? { ...file, path: "" } : file,
  );
  const content = manifest.content ?? null;
  return { ...manifest, content, id: hashOf({ ...manifest, content, files }) };
}

/** Writes a manifest as a file's text; owned files by name, so that the folder can be moved. */
export function renderManifest(manifest: Manifest): string {
  const files = manifest.files.map((file) =>
    file.isOwned ? { ...file, path: basename(file.path) } : file,
  );
  return `${JSON.stringify({ ...manifest, files }, null, 2)}\n`;
}

/** Reads a manifest that lies in `folder`; `null` when the text is not a whole and unchanged one. */
export function parseManifest(text: string, folder: string): Manifest | null {
  const parsed = manifestSchema.safeParse(parseJson(text));
  if (!parsed.success) return null;
  const files = parsed.data.files.map((file) =>
    file.isOwned ? { ...file, path: join(folder, basename(file.path)) } : file,
  );
  if (files.some((file) => !isAbsolute(file.path))) return null;
  const { id, ...rest } = { ...parsed.data, files };
  const manifest = identifyManifest(rest);
  return manifest.id === id ? manifest : null;
}

/** `undefined` for what is no JSON: a schema refuses it like any other wrong value. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A damaged manifest is told apart by its schema and id, whatever is wrong with its text.
    return undefined;
  }
}
