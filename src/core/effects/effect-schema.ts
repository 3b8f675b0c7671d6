import { z } from "zod";
import { checkSchema, onFailSchema } from "../project/check-schema.ts";
import { routeKinds } from "../routes/route.ts";
import type { Effect } from "./effect.ts";

const count = z.int().min(0);
const texts = z.array(z.string());

/** An effect in canonical form, as decisions of the past hold it. */
export const effectSchema: z.ZodType<Effect> = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("classify"),
    tier: z.int().nullable(),
    owner: z.string().nullable(),
    tags: texts,
  }),
  z.strictObject({ kind: z.literal("activate") }),
  z.strictObject({ kind: z.literal("bypass"), because: z.string().nullable() }),
  z.strictObject({
    kind: z.literal("route"),
    to: z.enum(routeKinds),
    because: z.string().nullable(),
    deadlineMs: count.nullable(),
    otherwise: z.enum(["accept", "reject"]),
    meanwhile: z.enum(["last_good", "wait"]),
  }),
  z.strictObject({ kind: z.literal("rename"), confidence: z.number() }),
  z.strictObject({ kind: z.literal("merge"), into: z.string(), max: count }),
  z.strictObject({ kind: z.literal("split"), by: z.literal("rows"), size: count }),
  z.strictObject({
    kind: z.literal("gate"),
    name: z.string().nullable(),
    check: checkSchema,
    onFail: onFailSchema,
  }),
  z.strictObject({
    kind: z.literal("retry"),
    attempts: count,
    backoffMs: count,
    backoffMsMax: count,
  }),
  z.strictObject({ kind: z.literal("timeout"), afterMs: count }),
  z.strictObject({ kind: z.literal("pool"), name: z.string() }),
  z.strictObject({ kind: z.literal("priority"), value: z.int() }),
  z.discriminatedUnion("use", [
    z.strictObject({
      kind: z.literal("fallback"),
      use: z.literal("last_good"),
      maxAgeMs: count.nullable(),
    }),
    z.strictObject({
      kind: z.literal("fallback"),
      use: z.literal("partial"),
      minShare: z.number(),
    }),
    z.strictObject({
      kind: z.literal("fallback"),
      use: z.literal("alternate"),
      source: z.string(),
    }),
  ]),
  z.strictObject({
    kind: z.literal("circuit"),
    failures: count,
    coolDownMs: count,
    probes: count,
  }),
  z.strictObject({ kind: z.literal("deadline"), afterMs: count }),
  z.strictObject({ kind: z.literal("retain"), versions: count }),
  z.strictObject({ kind: z.literal("sla"), withinMs: count }),
  z.strictObject({ kind: z.literal("cadence"), everyMs: count }),
  z.strictObject({ kind: z.literal("tag"), tags: texts }),
  z.strictObject({
    kind: z.literal("notify"),
    severity: z.enum(["info", "warning", "critical"]),
    title: z.string(),
  }),
]);
