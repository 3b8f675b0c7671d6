import { z } from "zod";

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
  quality: qualityFacts,
  reliability: reliabilityFacts,
  last_load: lastOutputFacts,
  consumers: z.int().describe("Models that read it."),
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
  consumers: z.int(),
});

/** What the machine of the warehouse has. */
export const capacityFactSchema = z.strictObject({
  cores: z.int(),
  memory: z.int().describe("Bytes."),
});

/** What a rule for a source sees as `source`. */
export type SourceFacts = z.infer<typeof sourceFactSchema>;
/** What a rule for a model sees as `model`. */
export type ModelFacts = z.infer<typeof modelFactSchema>;
/** What every rule sees as `capacity`. */
export type CapacityFacts = z.infer<typeof capacityFactSchema>;
