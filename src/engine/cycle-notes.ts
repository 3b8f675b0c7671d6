import { z } from "zod";
import { sourceSchema } from "../core/decide/stored-schemas.ts";
import type { SubjectRecord } from "../core/metadata/subject-record.ts";
import type { SourceSpec } from "../core/project/project.ts";
import type { Json } from "../core/std/json.ts";
import { toJson } from "../core/std/to-json.ts";
import type { Catalog, CatalogReader } from "../ports/catalog.ts";
import type { CommittedOutput } from "../ports/warehouse.ts";
import { understood } from "./understood-notes.ts";

/**
 * What one cycle leaves in the catalog for the next. All of it is a cache: a note that is lost or
 * not understood costs a fuller look, and never changes what is right.
 */
export interface CycleNotes {
  /** By source: the connector's own note of its last probe. */
  readonly memos: ReadonlyMap<string, Json>;
  /** By subject. */
  readonly records: ReadonlyMap<string, SubjectRecord>;
  /** By `schema.name`: the ledger's last word, for a plan made while a run holds the warehouse. */
  readonly outputs: ReadonlyMap<string, CommittedOutput>;
  /** By connection: what its patterns found, for when it cannot be asked. */
  readonly found: ReadonlyMap<string, readonly SourceSpec[]>;
}

const recordSchema = z.strictObject({
  subject: z.string(),
  changes: z.array(z.strictObject({ at: z.number(), fingerprint: z.string() })),
  outputs: z.array(z.strictObject({ at: z.number(), rows: z.number() })),
  attempts: z.array(z.boolean()),
  verified: z.string().nullable(),
  enforced: z.strictObject({ failed: z.number(), quarantinedRows: z.number() }).nullable(),
  watchedFailures: z.number().nullable(),
  degraded: z.strictObject({ since: z.number(), because: z.string() }).nullable().default(null),
  uses: z
    .record(
      z.string(),
      z.array(
        z.strictObject({
          durationMs: z.number(),
          rows: z.number().nullable(),
          memoryBytes: z.number().nullable(),
        }),
      ),
    )
    .default({}),
}) satisfies z.ZodType<SubjectRecord>;

const outputSchema = z.strictObject({
  target: z.strictObject({ schema: z.string(), name: z.string() }),
  fingerprint: z.string(),
  committedAt: z.number(),
  rows: z.number(),
  run: z.string(),
  exists: z.boolean(),
  quarantinedRows: z.number(),
  columns: z.array(z.strictObject({ name: z.string(), type: z.string(), nullable: z.boolean() })),
  released: z.string().nullable(),
  condemned: z.string().nullable().default(null),
  cursor: z.json(),
}) satisfies z.ZodType<CommittedOutput>;

const kinds = {
  memo: "probe-memo",
  record: "subject-record",
  output: "output",
  found: "found",
} as const;

/** Reads the notes; without a catalog there are none. */
export async function readCycleNotes(catalog: CatalogReader | null): Promise<CycleNotes> {
  if (catalog === null) {
    return { memos: new Map(), records: new Map(), outputs: new Map(), found: new Map() };
  }
  const [memos, records, outputs, found] = await Promise.all([
    catalog.notes(kinds.memo),
    catalog.notes(kinds.record),
    catalog.notes(kinds.output),
    catalog.notes(kinds.found),
  ]);
  return {
    memos,
    records: understood(recordSchema, records),
    outputs: understood(outputSchema, outputs),
    found: understood(z.array(sourceSchema), found),
  };
}

/** Writes the notes that are given. */
export async function writeCycleNotes(
  catalog: Catalog,
  notes: { readonly [K in keyof CycleNotes]?: CycleNotes[K] },
): Promise<void> {
  if (notes.memos !== undefined) await catalog.putNotes(kinds.memo, notes.memos);
  if (notes.records !== undefined) await catalog.putNotes(kinds.record, asJson(notes.records));
  if (notes.outputs !== undefined) await catalog.putNotes(kinds.output, asJson(notes.outputs));
  if (notes.found !== undefined) await catalog.putNotes(kinds.found, asJson(notes.found));
}

function asJson(notes: ReadonlyMap<string, unknown>): ReadonlyMap<string, Json> {
  return new Map([...notes].map(([name, note]) => [name, toJson(note)]));
}
