import { z } from "zod";
import { present } from "../std/assert.ts";
import { parseDurationMs } from "../std/time.ts";

/** A duration as people write it: `90s`, `1h30m`, `2d`. It stays text, so that editors know its form. */
export const durationForm = z
  .string()
  .regex(/^(\d+(\.\d+)?(ms|s|m|h|d|w))+$/, "A duration is written like 90s, 1h30m or 2d")
  .refine((text) => (parseDurationMs(text) ?? 0) > 0, { error: "A duration is longer than 0" })
  .describe("A duration such as 90s, 1h30m or 2d.");

/** Milliseconds of a duration that has passed its schema. */
export function durationMs(text: string): number {
  return present(parseDurationMs(text), "a checked duration parses");
}
