import type { z } from "zod";
import type { Json } from "../core/std/json.ts";

/** Leaves out what a newer or older version wrote in another form. */
export function understood<T>(
  schema: z.ZodType<T>,
  notes: ReadonlyMap<string, Json>,
): ReadonlyMap<string, T> {
  const known = new Map<string, T>();
  for (const [name, note] of notes) {
    const parsed = schema.safeParse(note);
    if (parsed.success) known.set(name, parsed.data);
  }
  return known;
}
