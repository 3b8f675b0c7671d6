import { z } from "zod";
import { compareText } from "../std/compare.ts";
import type { Json, JsonObject } from "../std/json.ts";
import { toJson } from "../std/to-json.ts";
import { pressedResources } from "./signal.ts";
import type {
  Standing,
  StandingCircuit,
  StandingLate,
  StandingOverride,
  StandingPressure,
  StandingQuality,
  StandingTier,
} from "./standing.ts";

/** What holds, as JSON in one form: each part as pairs in name order, so that equal parts hash alike. */
export function standingToJson(standing: Standing): JsonObject {
  const { overrides, tiers, quality, late, circuits, pressure } = standing;
  return {
    overrides: pairs(overrides),
    tiers: pairs(tiers),
    quality: pairs(quality),
    late: pairs(late),
    circuits: pairs(circuits),
    pressure: pairs(pressure),
  };
}

function pairs(part: ReadonlyMap<string, object>): Json {
  return [...part]
    .sort(([left], [right]) => compareText(left, right))
    .map(([name, value]) => [name, toJson(value)]);
}

const text = z.string();
const count = z.number();

const override: z.ZodType<StandingOverride> = z.strictObject({
  do: z.enum(["bypass", "force", "freeze"]),
  by: text,
  why: text,
  until: count.nullable(),
  signal: text,
  cancel: z.boolean(),
});
const tier: z.ZodType<StandingTier> = z.strictObject({ tier: count, signal: text });
const quality: z.ZodType<StandingQuality> = z.strictObject({
  failedChecks: count,
  at: count,
  signal: text,
});
const late: z.ZodType<StandingLate> = z.strictObject({ since: count, signal: text });
const circuit: z.ZodType<StandingCircuit> = z.strictObject({
  openedAt: count,
  until: count,
  because: text,
});
const pressure: z.ZodType<StandingPressure> = z.strictObject({
  level: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  signal: text,
});

function mapOf<T>(schema: z.ZodType<T>, name: z.ZodType<string> = text) {
  return z.array(z.tuple([name, schema])).transform((entries) => new Map(entries));
}

/** Reads what `standingToJson` wrote. */
export const standingSchema: z.ZodType<Standing> = z.strictObject({
  overrides: mapOf(override),
  tiers: mapOf(tier),
  quality: mapOf(quality),
  late: mapOf(late),
  circuits: mapOf(circuit),
  pressure: mapOf(pressure, z.enum(pressedResources)),
});
