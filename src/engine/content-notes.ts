import { z } from "zod";
import type { ContentParts } from "../core/decide/content-parts.ts";
import type { SubjectHistory } from "../core/decide/decide-input.ts";
import type { Decided } from "../core/decide/decided.ts";
import { contentPartsSchema } from "../core/decide/stored-schemas.ts";
import type { SubjectNode } from "../core/decide/subject-node.ts";
import { canonicalJson } from "../core/std/canonical-json.ts";
import type { Hash } from "../core/std/hash.ts";
import type { Json } from "../core/std/json.ts";
import { toJson } from "../core/std/to-json.ts";
import type { Catalog, CatalogReader } from "../ports/catalog.ts";
import { understood } from "./understood-notes.ts";

/**
 * By subject: what is known of what its table may hold, each under the fingerprint that the ledger has then.
 * A cache: what is lost makes its readers run once more, and never spares a run.
 */
export type ContentNotes = ReadonlyMap<string, readonly KnownContent[]>;

/** One content that a table may hold. */
export interface KnownContent {
  readonly fingerprint: Hash;
  /** Taken apart; `null` where all of it is one. */
  readonly parts: ContentParts | null;
  /** Where it is made because somebody forced it: the fingerprint that it would have had. */
  readonly remakeOf?: Hash;
}

const noteKind = "content";

const noteSchema: z.ZodType<readonly KnownContent[]> = z.array(
  z.strictObject({
    fingerprint: z.string(),
    parts: contentPartsSchema.nullable(),
    remakeOf: z.string().exactOptional(),
  }),
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
  for (const node of decided.workings.nodes.values()) {
    const planned = plannedContent(node);
    if (planned === null) continue;
    const before = decided.input.history.get(node.subject)?.output ?? null;
    const known = before === null ? null : knownContent(before);
    if (known !== null && canonicalJson(known) === canonicalJson(planned)) continue;
    const isOther = known !== null && known.fingerprint !== planned.fingerprint;
    notes.set(node.subject, toJson(isOther ? [planned, known] : [planned]));
  }
  if (notes.size > 0) await catalog.putNotes(noteKind, notes);
}

/** What a decision will put into a table; `null` where there is nothing to be noted of it. */
function plannedContent({ output, remakeOf }: SubjectNode): KnownContent | null {
  const { fingerprint, parts, state } = output;
  if (fingerprint === null) return null;
  return noted(fingerprint, parts, state === "runs" ? (remakeOf ?? undefined) : undefined);
}

/** What is known of what a table holds; `null` where that is only its fingerprint. */
function knownContent(output: NonNullable<SubjectHistory["output"]>): KnownContent | null {
  return noted(output.fingerprint, output.parts, output.remakeOf);
}

function noted(
  fingerprint: Hash,
  parts: ContentParts | null,
  remakeOf: Hash | undefined,
): KnownContent | null {
  if (parts === null && remakeOf === undefined) return null;
  return { fingerprint, parts, ...(remakeOf === undefined ? {} : { remakeOf }) };
}
