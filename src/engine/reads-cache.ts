import { z } from "zod";
import { type ModelReads, modelReadsSchema } from "../core/decide/model-reads.ts";
import type { Column } from "../core/schema/table-schema.ts";
import type { Hash } from "../core/std/hash.ts";
import type { Json } from "../core/std/json.ts";
import { toJson } from "../core/std/to-json.ts";
import type { Catalog, CatalogReader } from "../ports/catalog.ts";
import { understood } from "./understood-notes.ts";

/** What a model's SQL gives and reads over inputs of given shapes. */
export interface ReadsEntry {
  /** Identity of the model's code and of the shapes. */
  readonly id: Hash;
  /** The columns of its result; `null` where it does not bind to the shapes. */
  readonly columns: readonly Column[] | null;
  /** `null` where nobody asked, or nothing is known. */
  readonly reads: ModelReads | null;
}

/** By model: what was found of it last. */
export type KnownReads = ReadonlyMap<string, readonly ReadsEntry[]>;

const noteKind = "reads";

const noteSchema: z.ZodType<readonly ReadsEntry[]> = z.array(
  z.strictObject({
    id: z.string(),
    columns: z
      .array(z.strictObject({ name: z.string(), type: z.string(), nullable: z.boolean() }))
      .nullable(),
    reads: modelReadsSchema.nullable(),
  }),
);

/** Reads what was found before; losing any of it costs time only. */
export async function readKnownReads(catalog: CatalogReader | null): Promise<KnownReads> {
  return catalog === null ? new Map() : understood(noteSchema, await catalog.notes(noteKind));
}

/** Keeps what was found, each in place of the last of its model. */
export async function writeKnownReads(
  catalog: Pick<Catalog, "putNotes">,
  found: KnownReads,
): Promise<void> {
  if (found.size === 0) return;
  const notes = [...found].map(([model, entries]): [string, Json] => [model, toJson(entries)]);
  await catalog.putNotes(noteKind, new Map(notes));
}
