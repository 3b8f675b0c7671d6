import { z } from "zod";
import { verdicts } from "../compatibility/assessment.ts";
import { contractFactSchema } from "../contracts/contract-facts.ts";
import { changeKinds } from "../schema/schema-change.ts";

/**
 * The facts that conditions may read. One schema serves three uses: the values' type, the types
 * that conditions are checked against, and the reference for people.
 * `nullable` means that a fact may be unknown; `unknown` is then neither 0 nor false.
 * Units: lag, expected, cadence and ages are seconds; sizes are bytes; shares are 0 to 1.
 */
const timestamp = () => z.number().meta({ cel: "timestamp" });
const change = z
  .enum(["new", "changed", "unchanged"])
  .nullable()
  .describe("Against the last successful load or build: new, changed, unchanged.");

const qualityFacts = z.strictObject({
  failed_checks: z.int().nullable().describe("Checks that failed when last measured."),
  quarantined_rows: z.int().nullable().describe("Rows that the last load put into quarantine."),
});

const reliabilityFacts = z.strictObject({
  attempts: z.int().describe("Attempts in the recent runs."),
  failure_rate: z.number().nullable().describe("Failed over all attempts, 0 to 1."),
  consecutive_failures: z.int().describe("Failed attempts since the last success."),
});

const lastOutputFacts = z.strictObject({
  at: timestamp().nullable().describe("When the last success committed."),
  age: z.number().nullable().describe("Seconds since then."),
  rows: z.int().nullable().describe("Rows that it committed."),
});

/** The facts of a source. */
export const sourceFactSchema = z.strictObject({
  name: z.string(),
  connection: z.string(),
  kind: z.enum(["file", "table"]),
  origin: z.enum(["declared", "discovered"]),
  presence: z.enum(["present", "missing", "unreachable"]),
  tier: z.int().describe("0 is the most critical."),
  owner: z.string().nullable(),
  tags: z.array(z.string()),
  change,
  volume: z.strictObject({
    rows: z.int().nullable(),
    bytes: z.int().nullable(),
    files: z.int().nullable(),
    trend: z.number().nullable().describe("Rows now over the mean of the last loads."),
  }),
  freshness: z.strictObject({
    changed_at: timestamp().nullable(),
    lag: z.number().nullable().describe("Seconds since the content last changed."),
    expected: z.number().nullable().describe("Seconds between changes: declared, else observed."),
  }),
  cadence: z.strictObject({
    declared: z.number().nullable().describe("Seconds."),
    observed: z.number().nullable().describe("Seconds; the median of the history."),
  }),
  schema: z.strictObject({
    columns: z.array(z.string()).nullable(),
    changed: z.boolean().nullable().describe("Against the schema that was last loaded."),
  }),
  contract: contractFactSchema,
  quality: qualityFacts,
  reliability: reliabilityFacts,
  signals: z.strictObject({
    late: z.boolean().describe("Whether a signal says that it is late, and none that it is back."),
  }),
  circuit: z
    .enum(["open", "closed"])
    .describe("Open while its connection is left alone because too much went wrong over it."),
  last_load: lastOutputFacts,
  consumers: z.int().describe("Models that read it."),
});

/** What a change of schema is, as far as a rule may ask. */
export const driftFactSchema = z.strictObject({
  open: z
    .boolean()
    .describe(
      "Of a source: it changed since the last cycle. Of a model: a change reaches it that no decision has dealt with.",
    ),
  kinds: z
    .array(z.enum(changeKinds))
    .describe("Kinds of change: added, dropped, renamed, retyped and so on."),
  columns: z.array(z.string()).describe("Columns that changed, by their names before."),
  sources: z.array(z.string()).describe("Sources that the changes come from."),
  rename_confidence: z
    .number()
    .nullable()
    .describe("Of the least certain rename, 0 to 1; unknown without one."),
  breaks_contract: z
    .boolean()
    .describe("Whether a source that the changes come from breaks its contract now."),
  age: z.number().nullable().describe("Seconds since the newest change was first seen."),
});

const compatibilityFacts = z.strictObject({
  gate: z
    .enum(verdicts)
    .describe(
      "The worst that an open change does: safe, absorbed, drift, rewritable, breaks, corrupts.",
    ),
  severity: z.int().describe("The gate as a number: safe is 0, corrupts is 5."),
  score: z.number().describe("0 to 1; many small risks add up, one fatal risk gives 0."),
  evidence: z
    .int()
    .describe(
      "What it rests on: 0 lineage, 1 binding, 2 probes of the batch, 3 a compared sample.",
    ),
});

/** The facts of a model. */
export const modelFactSchema = z.strictObject({
  name: z.string(),
  schema: z.string(),
  materialize: z.enum(["view", "table"]),
  tier: z.int(),
  owner: z.string().nullable(),
  tags: z.array(z.string()),
  inputs: z.array(z.string()),
  change,
  quality: qualityFacts,
  reliability: reliabilityFacts,
  last_build: lastOutputFacts,
  compatibility: compatibilityFacts,
  consumers: z.int(),
});

/** What the machine of the warehouse has. */
export const capacityFactSchema = z.strictObject({
  cores: z.int(),
  memory: z.int().describe("Bytes."),
  pressure: z
    .array(z.string())
    .describe("What runs short by signals: memory, disk, slots, warehouse."),
});

/** What a rule for a source sees as `source`. */
export type SourceFacts = z.infer<typeof sourceFactSchema>;
/** What a rule for a model sees as `model`. */
export type ModelFacts = z.infer<typeof modelFactSchema>;
/** What every rule sees as `drift`. */
export type DriftFacts = z.infer<typeof driftFactSchema>;
/** What every rule sees as `capacity`. */
export type CapacityFacts = z.infer<typeof capacityFactSchema>;
