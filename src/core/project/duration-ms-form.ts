import { z } from "zod";
import { parseDurationMs } from "../std/time.ts";

/** A duration as people write it, read as milliseconds. */
export const durationMsForm = z
  .string()
  .regex(/^(\d+(\.\d+)?(ms|s|m|h|d|w))+$/, "must be a duration: digits with ms, s, m, h, d or w")
  .meta({ examples: ["90s", "1h30m", "2d"] })
  .refine((text) => parseDurationMs(text) !== 0, { error: "must be longer than 0" })
  .transform((text) => parseDurationMs(text) ?? 0);
