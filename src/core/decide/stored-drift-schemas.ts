import { z } from "zod";
import { verdicts } from "../compatibility/assessment.ts";
import type {
  BindResult,
  EvidenceTier,
  Probe,
  ProbeResult,
  SampleDifference,
} from "../compatibility/evidence.ts";
import { type QueryLineage, useContexts } from "../lineage/query-lineage.ts";
import type { Negotiation } from "../routes/negotiation.ts";
import type { SchemaVersion } from "../schema/observed-schema.ts";
import type { NestedChange, SchemaChange } from "../schema/schema-change.ts";
import type { ModelExposure, SourceDrift } from "./drift-input.ts";
import { columnSchema, formatSchema, observedFields } from "./stored-shape-schemas.ts";

/** The forms in which a catalog holds changes of schema. Strict, as all that it holds. */
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number();
const text = z.string();
const texts = z.array(text);

export const driftSchema = z.strictObject({ sources: hash, models: hash, negotiations: hash });

/** One version of a source's schema. */
export const schemaVersionSchema: z.ZodType<SchemaVersion> = z.strictObject({
  id: hash,
  ...observedFields,
});

const typeChange = { before: text, after: text, isLossy: z.boolean() };
const typeKinds = z.enum(["widened", "narrowed", "retyped"]);

const nestedSchema: z.ZodType<NestedChange> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.enum(["added", "dropped"]), type: text, position: count }),
  z.strictObject({ kind: z.literal("renamed"), to: text, confidence: count }),
  z.strictObject({ kind: z.literal("reordered"), before: count, after: count }),
  z.strictObject({ kind: typeKinds, ...typeChange }),
]);

/** One difference between two schemas. */
export const schemaChangeSchema: z.ZodType<SchemaChange> = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("added"),
    column: text,
    type: text,
    nullable: z.boolean(),
    position: count,
  }),
  z.strictObject({ kind: z.literal("dropped"), column: text, type: text, nullable: z.boolean() }),
  z.strictObject({ kind: z.literal("renamed"), column: text, to: text, confidence: count }),
  z.strictObject({ kind: z.literal("reordered"), column: text, before: count, after: count }),
  z.strictObject({ kind: typeKinds, column: text, ...typeChange }),
  z.strictObject({
    kind: z.literal("nullability"),
    column: text,
    before: z.boolean(),
    after: z.boolean(),
  }),
  z.strictObject({ kind: z.literal("key"), column: z.literal(""), before: texts, after: texts }),
  z.strictObject({ kind: z.literal("values"), column: text, before: texts, after: texts }),
  z.strictObject({
    kind: z.literal("format"),
    column: text,
    before: formatSchema,
    after: formatSchema,
  }),
  z.strictObject({ kind: z.literal("nested"), column: text, path: text, inner: nestedSchema }),
  z.strictObject({ kind: z.literal("replaced"), column: z.literal("") }),
]);

const changes = z.array(schemaChangeSchema);

const probeSchema: z.ZodType<Probe> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("lossy_cast"), column: text, to: text }),
  z.strictObject({ kind: z.literal("nulls"), column: text }),
  z.strictObject({ kind: z.literal("new_members"), column: text, known: texts }),
  z.strictObject({ kind: z.literal("duplicates"), columns: texts }),
  z.strictObject({
    kind: z.literal("unmatched"),
    column: text,
    table: text,
    otherColumn: text,
  }),
]);

const probeResultSchema: z.ZodType<ProbeResult> = z.strictObject({
  probe: probeSchema,
  rows: count,
  hits: count,
  examples: texts,
});

/** How a source differs from what its readers were made for. */
export const sourceDriftSchema: z.ZodType<SourceDrift> = z.strictObject({
  source: text,
  latest: schemaVersionSchema,
  before: hash,
  since: count,
  open: z.record(
    hash,
    z.strictObject({ version: schemaVersionSchema, changes, isBack: z.boolean() }),
  ),
  probes: z.array(probeResultSchema),
});

/** What a query does with columns. */
export const lineageSchema: z.ZodType<QueryLineage> = z.strictObject({
  columns: z.array(
    z.strictObject({
      name: text,
      from: z.array(
        z.strictObject({
          table: text,
          column: text,
          how: z.enum(["identity", "transformation", "aggregation"]),
          absorbs: z.array(z.enum(["type", "null", "values"])),
        }),
      ),
    }),
  ),
  uses: z.array(
    z.strictObject({
      table: text,
      column: text,
      context: z.enum(useContexts),
      literals: texts.nullable(),
      hasElse: z.boolean(),
    }),
  ),
  unresolved: texts,
});

/** Whether a query binds. */
export const bindSchema: z.ZodType<BindResult> = z.discriminatedUnion("ok", [
  z.strictObject({ ok: z.literal(true), columns: z.array(columnSchema) }),
  z.strictObject({ ok: z.literal(false), message: text }),
]);

const sampleSchema: z.ZodType<SampleDifference> = z.strictObject({
  rowsSampled: count,
  rowsBefore: count,
  rowsAfter: count,
  rowsDiffering: count,
});

/** Where a model stayed behind. */
export const lagSchema = z.strictObject({
  version: hash,
  settled: changes,
  route: z.literal("adapt").nullable(),
  by: text.nullable(),
  code: text,
});

/** What is known of a model that a change of schema reaches. */
export const exposureSchema: z.ZodType<ModelExposure> = z.strictObject({
  model: text,
  lineage: lineageSchema.nullable(),
  inputs: z.array(
    z.strictObject({
      table: z.strictObject({ schema: text, name: text }),
      columns: z.array(columnSchema),
    }),
  ),
  columns: z.array(columnSchema).nullable(),
  bind: bindSchema.nullable(),
  sample: sampleSchema.nullable(),
  lags: z.record(text, lagSchema),
});

const evidenceTier: z.ZodType<EvidenceTier> = z.union([
  z.literal(0),
  z.literal(1),
  z.literal(2),
  z.literal(3),
]);
const carried = z.enum(["pass", "adapt"]);

/** A proposal with its answers. */
export const negotiationSchema: z.ZodType<Negotiation> = z.strictObject({
  id: hash,
  source: text,
  from: hash,
  to: hash,
  changes,
  affected: z.array(
    z.strictObject({
      model: text,
      owner: text.nullable(),
      tier: count,
      gate: z.enum(verdicts),
      score: count,
      evidence: evidenceTier,
    }),
  ),
  proposed: carried,
  meanwhile: z.enum(["last_good", "wait"]),
  openedAt: count,
  deadline: count.nullable(),
  otherwise: z.enum(["accept", "reject"]),
  by: text,
  responses: z.array(
    z.strictObject({
      answer: z.enum(["accept", "reject", "counter"]),
      route: carried.nullable(),
      by: text,
      at: count,
      reason: text.nullable(),
    }),
  ),
});
