import { z } from "zod";
import { contractSchema } from "../contracts/contract-schema.ts";
import { effectSchema } from "../effects/effect-schema.ts";
import type { Profile } from "../metadata/profile.ts";
import { gateSchema } from "../project/check-schema.ts";
import type { LoadOptions, ModelSpec, SourceSpec, Template } from "../project/project.ts";
import type { JsonObject } from "../std/json.ts";
import type { SubjectHistory } from "./decide-input.ts";
import { columnSchema, observedSchema } from "./stored-shape-schemas.ts";

/**
 * The forms in which a catalog holds what a decision was made from. They are strict: a value that
 * an other version of Sluice wrote with other fields must not be taken for one of today.
 */
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number();
const texts = z.array(z.string());

export const referencesSchema = z.array(z.tuple([z.string(), hash]));
export const treeSchema = z.strictObject({ chunks: z.array(hash) });

export const snapshotSchema = z.strictObject({
  at: z.int(),
  capacity: z.strictObject({ cores: count, memoryBytes: count }),
  profiles: hash,
});

export const scopeSchema = z.strictObject({ sources: hash, models: hash });

const qualitySchema = z.strictObject({
  failedChecks: count.nullable(),
  quarantinedRows: count.nullable(),
});

const reliabilitySchema = z.strictObject({
  attempts: count,
  failureRate: count.nullable(),
  consecutiveFailures: count,
});

const presenceSchema = z.discriminatedUnion("state", [
  z.strictObject({ state: z.literal("present") }),
  z.strictObject({ state: z.literal("missing"), detail: z.string() }),
  z.strictObject({
    state: z.literal("unreachable"),
    code: z.string(),
    detail: z.string(),
    filesLeftOut: count.optional(),
  }),
]);

export const profileSchema: z.ZodType<Profile> = z.strictObject({
  source: z.string(),
  connection: z.string(),
  kind: z.enum(["file", "table"]),
  presence: presenceSchema,
  fingerprint: z.string().nullable(),
  volume: z.strictObject({
    rows: count.nullable(),
    isExact: z.boolean(),
    bytes: count.nullable(),
    files: count.nullable(),
    trend: count.nullable(),
  }),
  cadence: z.strictObject({ declaredMs: count.nullable(), observedMs: count.nullable() }),
  changedAt: count.nullable(),
  schema: z.strictObject({ columns: z.array(columnSchema), key: texts }).nullable(),
  arriving: z.array(observedSchema),
  quality: qualitySchema,
  reliability: reliabilitySchema,
  lastLoad: z
    .strictObject({
      at: count,
      rows: count,
      fingerprint: z.string(),
      schemaId: z.string().nullable(),
    })
    .nullable(),
});

const jsonObjectSchema: z.ZodType<JsonObject> = z.record(z.string(), z.json());

const loadingSchema: z.ZodType<LoadOptions> = z.strictObject({
  partitionBy: texts,
  deletes: z
    .discriminatedUnion("by", [
      z.strictObject({ by: z.literal("comparison"), maxShare: z.number() }),
      z.strictObject({
        by: z.literal("column"),
        column: z.string(),
        value: z.union([z.string(), z.number(), z.boolean()]).nullable(),
      }),
    ])
    .nullable(),
  lookBack: z
    .union([z.strictObject({ ms: count }), z.strictObject({ units: z.number() })])
    .nullable(),
  eventTime: z.string().nullable(),
});

export const sourceSchema: z.ZodType<SourceSpec> = z.strictObject({
  name: z.string(),
  connection: z.string(),
  origin: z.enum(["declared", "discovered"]),
  locator: jsonObjectSchema,
  strategy: z.enum(["replace", "append", "merge", "partition", "history"]),
  key: texts,
  loading: z.exactOptional(loadingSchema),
  retain: z.exactOptional(z.strictObject({ versions: count })),
  tier: count,
  owner: z.string().nullable(),
  tags: texts,
  cadenceMs: count.nullable(),
  demand: z.enum(["always", "when_used"]),
  optional: z.boolean(),
  gates: z.array(gateSchema),
  contract: contractSchema.nullable(),
});

const policySchema = z.enum(["skip", "last_good", "without", "hold"]);

/** Of a model's code or content; the form of both is the same. */
export const contentPartsSchema = z.strictObject({
  rows: z.string(),
  columns: z.array(z.strictObject({ name: z.string(), code: z.string() })),
});

export const modelSchema: z.ZodType<ModelSpec> = z.strictObject({
  name: z.string(),
  target: z.strictObject({ schema: z.string(), name: z.string() }),
  materialize: z.enum(["view", "table"]),
  sql: z.string(),
  file: z.string(),
  code: z.string(),
  parts: contentPartsSchema.nullable(),
  inputs: z.array(z.strictObject({ subject: z.string(), onBypass: policySchema })),
  tier: count,
  owner: z.string().nullable(),
  tags: texts,
  slaMs: count.nullable(),
  demand: z.enum(["always", "when_used"]),
  optional: z.boolean(),
  gates: z.array(gateSchema),
});

const retrySchema = z.strictObject({ attempts: count, backoffMs: count, backoffMsMax: count });

export const templateSchema: z.ZodType<Template> = z.strictObject({
  name: z.string(),
  defaults: z.strictObject({ retry: retrySchema, timeoutMs: count, onBypass: policySchema }),
  pools: z.record(z.string(), count),
  poolOf: z.strictObject({
    extract: z.string(),
    load: z.string(),
    verify: z.string(),
    transform: z.string(),
    check: z.string(),
  }),
});

/** What of a rule set carries meaning: what its id is the hash of. */
export const ruleSetMeaningSchema = z.strictObject({
  name: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), texts])),
  rules: z.array(
    z.strictObject({
      id: z.string(),
      for: z.enum(["source", "model"]),
      when: z.string(),
      priority: count,
      then: z.array(effectSchema),
    }),
  ),
});

export const historySchema: z.ZodType<SubjectHistory> = z.strictObject({
  subject: z.string(),
  output: z
    .strictObject({
      fingerprint: z.string(),
      committedAt: count,
      rows: count,
      run: z.string(),
      exists: z.boolean(),
      released: z.string().nullable(),
      parts: contentPartsSchema.nullable(),
      remakeOf: z.string().exactOptional(),
    })
    .nullable(),
  condemned: z.string().nullable(),
  degraded: z.strictObject({ since: count, because: z.string() }).nullable(),
  usualRows: z.strictObject({ mean: count, least: count }).nullable(),
  verified: z.string().nullable(),
  quality: qualitySchema.nullable(),
  reliability: reliabilitySchema.nullable(),
});
