import { z } from "zod";
import type { ContentParts } from "../core/decide/content-parts.ts";
import type { Decided } from "../core/decide/decided.ts";
import { contentPartsSchema } from "../core/decide/stored-schemas.ts";
import { canonicalJson } from "../core/std/canonical-json.ts";
import type { Hash } from "../core/std/hash.ts";
import type { Json } from "../core/std/json.ts";
import { toJson } from "../core/std/to-json.ts";
import type { Catalog, CatalogReader } from "../ports/catalog.ts";
import { understood } from "./understood-notes.ts";

/**
 * By subject: what its table may hold, taken apart, each under the fingerprint that the ledger has then.
 * A cache: what is lost makes its readers run once more, and never spares a run.
 */
export type ContentNotes = ReadonlyMap<string, readonly KnownContent[]>;

/** One content that a table may hold. */
export interface KnownContent {
  readonly fingerprint: Hash;
  readonly parts: ContentParts;
}

const noteKind = "content";

const noteSchema: z.ZodType<readonly KnownContent[]> = z.array(
  z.strictObject({ fingerprint: z.string(), parts: contentPartsSchema }),
);

/** Reads the notes; without a catalog there are none. */
export async function readContentNotes(catalog: CatalogReader | null): Promise<ContentNotes> {
  return catalog === null ? new Map() : understood(noteSchema, await catalog.notes(noteKind));
}

/**
 * Notes what the tables hold now and what a decision will put there, before it is carried out: one of
 * both is in each table, however its run ends.
 */
export async function writeContentNotes(
  catalog: Pick<Catalog, "putNotes">,
  decided: Decided,
): Promise<void> {
  const notes = new Map<string, Json>();
  for (const { subject, output } of decided.workings.nodes.values()) {
    const { fingerprint, parts } = output;
    if (fingerprint === null || parts === null) continue;
    const before = decided.input.history.get(subject)?.output ?? null;
    const isNoted = before?.fingerprint === fingerprint && isSame(before.parts, parts);
    if (isNoted) continue;
    const contents: KnownContent[] = [{ fingerprint, parts }];
    if (before !== null && before.parts !== null && before.fingerprint !== fingerprint) {
      contents.push({ fingerprint: before.fingerprint, parts: before.parts });
    }
    notes.set(subject, toJson(contents));
  }
  if (notes.size > 0) await catalog.putNotes(noteKind, notes);
}

function isSame(left: ContentParts | null, right: ContentParts): boolean {
  return left !== null && canonicalJson(left) === canonicalJson(right);
}
