import { z } from "zod";
import type { BindResult } from "../core/compatibility/evidence.ts";
import { bindSchema, lineageSchema } from "../core/decide/stored-drift-schemas.ts";
import type { QueryLineage } from "../core/lineage/query-lineage.ts";
import type { Hash } from "../core/std/hash.ts";
import type { Json } from "../core/std/json.ts";
import { toJson } from "../core/std/to-json.ts";
import type { Catalog, CatalogReader } from "../ports/catalog.ts";

/** What is known of a model's query over inputs of given shapes. */
export interface LineageEntry {
  readonly model: string;
  readonly lineage: QueryLineage;
  /** Its result's columns, or why it does not bind to the shapes. */
  readonly bind: BindResult;
}

/** Remembers analyses by the content that they are made from. Losing any costs time only. */
export interface LineageCache {
  /** Those that are not there are absent from the answer. */
  read(ids: readonly Hash[]): Promise<ReadonlyMap<Hash, LineageEntry>>;
  write(entries: ReadonlyMap<Hash, LineageEntry>): Promise<void>;
}

/** The form of an entry where it is stored as JSON. */
const lineageEntrySchema: z.ZodType<LineageEntry> = z.strictObject({
  model: z.string(),
  lineage: lineageSchema,
  bind: bindSchema,
});

/** A cache that lasts as long as the process. */
export function memoryLineageCache(): LineageCache {
  const known = new Map<Hash, LineageEntry>();
  return {
    read: (ids) => {
      const found = new Map<Hash, LineageEntry>();
      for (const id of ids) {
        const entry = known.get(id);
        if (entry !== undefined) found.set(id, entry);
      }
      return Promise.resolve(found);
    },
    write: (entries) => {
      for (const [id, entry] of entries) known.set(id, entry);
      return Promise.resolve();
    },
  };
}

/** The kind of note under which a catalog keeps analyses, by model: the last of each. */
const noteKind = "lineage";

const noteSchema = z.strictObject({ id: z.string(), entry: lineageEntrySchema });

/**
 * A cache in a catalog's notes, read once. What is written goes to the catalog where there is a
 * writer, and otherwise lasts as long as the process.
 */
export function catalogLineageCache(
  reader: Pick<CatalogReader, "notes">,
  writer: Pick<Catalog, "putNotes"> | null,
): LineageCache {
  const recent = memoryLineageCache();
  let notes: Promise<ReadonlyMap<Hash, Json>> | undefined;
  return {
    read: async (ids) => {
      notes ??= readNotes(reader);
      const stored = await notes;
      const found = new Map(await recent.read(ids));
      for (const id of ids) {
        const note = found.has(id) ? undefined : stored.get(id);
        // A note of another version is no answer: what it was about is analyzed again.
        const parsed = note === undefined ? null : noteSchema.safeParse(note);
        if (parsed?.success === true) found.set(id, parsed.data.entry);
      }
      return found;
    },
    write: async (entries) => {
      await recent.write(entries);
      if (writer !== null) await writeLineageNotes(writer, entries);
    },
  };
}

/** Keeps analyses in a catalog, each in place of the last one of its model. */
export async function writeLineageNotes(
  writer: Pick<Catalog, "putNotes">,
  entries: ReadonlyMap<Hash, LineageEntry>,
): Promise<void> {
  if (entries.size === 0) return;
  const notes = [...entries].map(([id, entry]): [string, Json] => [
    entry.model,
    toJson({ id, entry }),
  ]);
  await writer.putNotes(noteKind, new Map(notes));
}

async function readNotes(reader: Pick<CatalogReader, "notes">): Promise<ReadonlyMap<Hash, Json>> {
  const notes = await reader.notes(noteKind);
  const byId = new Map<Hash, Json>();
  for (const note of notes.values()) {
    const head = z.object({ id: z.string() }).safeParse(note);
    if (head.success) byId.set(head.data.id, note);
  }
  return byId;
}
